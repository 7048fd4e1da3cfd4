"""How well a mind says what another agent is like: log loss on the true type, and calibration."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from agents.reasoning import Space
from agents.registry import reasoner_of, type_space
from analysis.questions.perception import BUCKETS, Perception, bucket_name, within_bucket
from analysis.scores.intervals import EpisodeBootstrap, or_none
from analysis.scores.measures import LEAST
from analysis.scores.traits import prior_of, trait_values
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

POSTERIOR, MARGINAL, PRIOR = "posterior", "posterior, trait by trait", "uniform prior"
TYPE = "type"  # all traits at once
BINS = 10


class Describer(Protocol):
    """Whoever can say what an agent perceived by another is like; a mind, for one."""

    name: str

    def traits(
        self, episode: BaseEpisode, agent: int, steps: Sequence[int], who: Sequence[int]
    ) -> Mapping[str, np.ndarray]:
        """What `agent` says at q steps of each `who`: by trait, the probabilities of its values (q, v)."""
        ...


@dataclass(frozen=True)
class Subject:
    """Somebody to be described: `who`, as `agent` knows it at `step`; indices."""

    agent: int
    step: int
    who: int
    observed: int  # earlier steps at which `agent` saw `who` act in its own role


def subjects(episode: BaseEpisode, count: int, seed: int = 0) -> list[Subject]:
    """Whom to ask about in one episode: agents that the asked one has perceived by then, drawn evenly; no strangers, of
    whom no type is true."""
    perception = Perception(episode)
    others = ~np.eye(len(episode.agents), dtype=bool) & ~perception.strangers
    generator = np.random.default_rng([seed, int(episode.seed), BINS])
    drawn = generator.permutation(np.argwhere(perception.known & others))[:count]
    return [Subject(i, t, j, int(perception.observed[t, i, j])) for t, i, j in drawn.tolist()]


def score_descriptions(
    log: Sequence[BaseEpisode], describers: Sequence[Describer] = (), *, questions: int = 32, seed: int = 0
) -> dict:
    """{"rows": [...], "by_observed": [...], "calibration": [...]}, JSON values only.

    A row gives contender, trait ("type": all of them at once), questions, log_loss on the truth in nats with
    its interval, and what it lies above the posterior's (over_posterior, with its interval). The contenders
    beside the describers are the exact posterior, the product of its traits (the best that an answer trait by
    trait can be) and the uniform prior. A row of the calibration gives contender, stated (mean probability of
    a trait's value), right (how often it was so), its interval, and count. Raises FunhouseError where nobody
    perceives anybody, or a description is no distribution.
    """
    pages = [_page(place, log[place], describers, questions, seed) for place in range(len(log))]
    pages = [page for page in pages if page.observed.size]
    if not pages:
        raise FunhouseError("nobody in this log perceives anybody", remedy="describe agents of a larger log")
    sheet = _Sheet.bound(pages)
    buckets = [(bucket_name(*bucket), within_bucket(sheet.observed, bucket)) for bucket in BUCKETS]
    everything = np.ones(len(sheet.observed), bool)
    return {
        "rows": list(sheet.rows(everything)),
        "by_observed": [{**row, "observed": label} for label, within in buckets for row in sheet.rows(within)],
        "calibration": [row for name in sheet.stated for row in sheet.calibration(name)],
    }


@dataclass(frozen=True)
class _Sheet:
    """What was said of many subjects; axis q runs over them, v over all values of all traits."""

    episode: np.ndarray  # q
    observed: np.ndarray  # q
    loss: dict[tuple[str, str], np.ndarray]  # by contender and trait: (q,) nats
    stated: dict[str, np.ndarray]  # by contender: (q, v) probability
    true: np.ndarray  # q v bool

    @classmethod
    def bound(cls, pages: Sequence["_Sheet"]) -> "_Sheet":
        def joined(columns: Iterable[np.ndarray]) -> np.ndarray:
            return np.concatenate(list(columns))

        first = pages[0]
        return cls(
            joined(page.episode for page in pages),
            joined(page.observed for page in pages),
            {key: joined(page.loss[key] for page in pages) for key in first.loss},
            {name: joined(page.stated[name] for page in pages) for name in first.stated},
            joined(page.true for page in pages),
        )

    def rows(self, within: np.ndarray) -> Iterator[dict]:
        """A row for each contender and trait over some subjects, (q,) bool."""
        some = np.flatnonzero(within)
        bootstrap = EpisodeBootstrap(self.episode)
        for (name, trait), loss in self.loss.items():
            if len(some):
                over = loss - self.loss[POSTERIOR, trait]
                figures = np.stack([loss[some], over[some]], axis=1)
                figure = bootstrap.ratio(figures, np.ones((len(some), 1)), some)
                (nats, over), (nats_low, over_low), (nats_high, over_high) = (map(or_none, f) for f in figure)
                yield {
                    "contender": name, "trait": trait, "questions": len(some),
                    "log_loss": nats, "log_loss_low": nats_low, "log_loss_high": nats_high,
                    "over_posterior": over, "over_low": over_low, "over_high": over_high,
                }  # fmt: skip

    def calibration(self, name: str) -> Iterator[dict]:
        """How often what was stated with about a probability was so, by bins of equal width."""
        stated, values = self.stated[name].ravel(), self.true.shape[1]
        bootstrap = EpisodeBootstrap(np.repeat(self.episode, values))
        place = np.minimum((stated * BINS).astype(int), BINS - 1)
        for one in range(BINS):
            some = np.flatnonzero(place == one)
            if len(some):
                so = self.true.ravel()[some].astype(float)[:, None]
                right, low, high = bootstrap.ratio(so, np.ones((len(some), 1)), some)
                yield {
                    "contender": name, "stated": float(stated[some].mean()), "right": or_none(right[0]),
                    "low": or_none(low[0]), "high": or_none(high[0]), "count": len(some),
                }  # fmt: skip


def _page(place: int, episode: BaseEpisode, describers: Sequence[Describer], questions: int, seed: int) -> _Sheet:
    space, asked = type_space(episode), subjects(episode, questions, seed)
    reasoner = reasoner_of(space)
    who = [one.who for one in asked]
    own = np.array([space.index(agent.type) for agent in episode.agents])[who]
    values = trait_values(space)  # v k
    belief = np.array([reasoner.posterior(episode, one.agent, one.step, one.who) for one in asked])
    belief = belief.reshape(len(asked), len(space))
    kinds = Perception(episode).species[who].tolist()
    prior = np.array([prior_of(space, kind) for kind in kinds]).reshape(belief.shape)
    stated = described_by(describers, episode, asked)
    stated |= {POSTERIOR: belief @ values.T, PRIOR: prior @ values.T}
    true = values.T[own]
    loss = {(POSTERIOR, TYPE): _nats(belief[np.arange(len(own)), own])}
    for name, table in {**stated, MARGINAL: stated[POSTERIOR]}.items():
        by_trait = losses(table, true, space)
        if name != POSTERIOR:
            loss[name, TYPE] = np.sum(list(by_trait.values()), axis=0)
        if name != MARGINAL:
            loss |= {(name, trait): nats for trait, nats in by_trait.items()}
    observed = np.array([one.observed for one in asked], np.int64)
    return _Sheet(np.full(len(asked), place), observed, loss, stated, true.astype(bool))


def described(one: Describer, episode: BaseEpisode, asked: Sequence[Subject], space: Space) -> np.ndarray:
    """(q, v) what a describer says of some subjects: the probability of each value of each trait.

    Raises FunhouseError where these are no distributions.
    """
    table = np.full((len(asked), sum(map(len, space.traits.values()))), np.nan)
    agent = np.array([subject.agent for subject in asked], np.int64)
    for i in np.unique(agent).tolist():
        mine = np.flatnonzero(agent == i)
        about = [asked[q] for q in mine.tolist()]
        said = one.traits(episode, i, [subject.step for subject in about], [subject.who for subject in about])
        table[mine] = np.concatenate([said[trait] for trait in space.traits], axis=1)
    total = np.stack([part.sum(axis=1) for part in _parts(table, space)], axis=1)
    if not np.allclose(total, 1, atol=1e-3) or (table < 0).any():
        raise FunhouseError(
            f"'{one.name}' describes an agent by numbers that are no distributions",
            place=f"episode {episode.index}",
            remedy="the probabilities of each trait's values are to sum to 1",
        )
    return table


def described_by(who: Iterable[Describer], episode: BaseEpisode, asked: Sequence[Subject]) -> dict[str, np.ndarray]:
    """By name of a describer, (q, v): what each says of some subjects. Raises FunhouseError as `described` does."""
    return {one.name: described(one, episode, asked, type_space(episode)) for one in who}


def posterior(episode: BaseEpisode, asked: Sequence[Subject]) -> np.ndarray:
    """(q, v): what exact reasoning has to say, of the probability of each value of each trait."""
    reasoner = reasoner_of(type_space(episode))
    belief = [reasoner.posteriors(episode, one.agent, one.who)[one.step] for one in asked]
    return np.array(belief) @ trait_values(type_space(episode)).T


def _parts(table: np.ndarray, space: Space) -> list[np.ndarray]:
    """The columns (q, v) of a table of all values, trait by trait."""
    return np.split(table, np.cumsum([len(values) for values in space.traits.values()])[:-1], axis=1)


def losses(table: np.ndarray, true: np.ndarray, space: Space) -> dict[str, np.ndarray]:
    """By trait, the loss on its true value: (q,) nats, from (q, v) probabilities and truths of all values."""
    parts = _parts(table * true, space)
    return {trait: _nats(part.sum(axis=1)) for trait, part in zip(space.traits, parts, strict=True)}


def _nats(probability: np.ndarray) -> np.ndarray:
    return -np.log(np.maximum(probability, LEAST))
