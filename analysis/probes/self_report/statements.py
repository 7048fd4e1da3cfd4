"""Who is asked to describe whom and what it has been told, and what was said, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from agents.world import reasoner_of, type_space
from analysis.probes.probe import Mind
from analysis.scores.describe import BINS, PRIOR, Describer, Subject, described, losses
from analysis.scores.intervals import EpisodeBootstrap
from analysis.scores.traits import trait_values
from worlds import Episode
from worlds.base_episode import Record

OTHERS, BY_NAME, AS_ITSELF = "another", "itself, by its name", "itself, as itself"  # who is described, and how asked
OWN, NOTHING, ANOTHERS = "told what it is", "told nothing", "told what another is"  # the asked agent has been
SILENT = "an agent"  # a description that says nothing
READER = "who reads the words"
Bounds = tuple[float, float, float]  # a figure and its interval, NaN where undefined


class AsItself:
    """A describer who describes nobody but who is asked, as itself."""

    def __init__(self, mind: Mind):
        self.mind, self.name = mind, mind.name

    def traits(self, episode: Record, agent: int, steps: Sequence[int], who: Sequence[int]) -> Mapping[str, np.ndarray]:
        """What it says of itself."""
        return self.mind.own_traits(episode, agent, steps)


def told(episode: Episode, words: str) -> Episode:
    """The episode in which nobody has been told what it is like, or everybody what somebody else is."""
    if words == OWN:
        return episode
    said = [one.description for one in episode.agents]
    others = [next((two for two in said[i + 1 :] + said[:i] if two != one), SILENT) for i, one in enumerate(said)]
    heard = others if words == ANOTHERS else [SILENT] * len(said)
    pairs = zip(episode.agents, heard, strict=True)
    return replace(episode, agents=[replace(one, description=text) for one, text in pairs])


def posterior(episode: Episode, asked: Sequence[Subject]) -> np.ndarray:
    """(q, v): what exact reasoning has to say, of the probability of each value of each trait."""
    reasoner = reasoner_of(type_space(episode))
    belief = [reasoner.posteriors(episode, one.agent, one.who)[one.step] for one in asked]
    return np.array(belief) @ trait_values(type_space(episode)).T


def reader(episode: Episode, asked: Sequence[Subject]) -> np.ndarray:
    """(q, v): the types that the described one's description fits, equally likely."""
    space, heard = type_space(episode), [episode.agents[one.who].description for one in asked]
    fits = np.array([space.consistent({} if text == SILENT else text) for text in heard])
    return (fits / fits.sum(1, keepdims=True)) @ trait_values(space).T


@dataclass(frozen=True)
class Statements:
    """What some contenders said of q subjects; v over all values of all traits."""

    episode: np.ndarray  # q int
    seed: np.ndarray  # q int
    held_out: np.ndarray  # q bool: of a type that training never holds
    stated: dict[str, np.ndarray]  # by contender: q v probability
    loss: dict[str, np.ndarray]  # by contender: (q,) nats on all true traits
    true: np.ndarray  # q v bool

    @classmethod
    def of(cls, place: int, seed: int, episode: Episode, asked: Sequence[Subject], stated: dict) -> Statements:
        """One episode's; the uniform prior is a contender everywhere."""
        space, values = type_space(episode), trait_values(type_space(episode))
        own = [space.index(episode.agents[one.who].type) for one in asked]
        true = values.T[own].astype(bool)
        stated = {**stated, PRIOR: np.repeat(values.mean(1)[None], len(asked), 0)}
        loss = {name: np.sum(list(losses(table, true, space).values()), axis=0) for name, table in stated.items()}
        held_out = space.held_out[own]
        return cls(np.full(len(asked), place), np.full(len(asked), seed), held_out, stated, loss, true)

    @classmethod
    def bound(cls, pages: Sequence[Statements]) -> Statements:
        """Those of all episodes."""
        first = pages[0]
        return cls(
            np.concatenate([page.episode for page in pages]),
            np.concatenate([page.seed for page in pages]),
            np.concatenate([page.held_out for page in pages]),
            {name: np.concatenate([page.stated[name] for page in pages]) for name in first.stated},
            {name: np.concatenate([page.loss[name] for page in pages]) for name in first.loss},
            np.concatenate([page.true for page in pages]),
        )

    @cached_property
    def bootstrap(self) -> EpisodeBootstrap:
        """The resamples of the episodes that all intervals share."""
        return EpisodeBootstrap(self.episode)

    def nats(self, name: str, less: str = "", within: np.ndarray | None = None) -> Bounds:
        """The mean log loss of a contender, or by how much it lies above another's, over some subjects (q,) bool."""
        return self._ratio(self.loss[name] - (self.loss[less] if less else 0.0), np.ones(len(self.true)), within)

    def resolved(self, name: str, within: np.ndarray | None = None) -> Bounds:
        """1 - loss / the prior's, over some subjects (q,) bool."""
        value, low, high = self._ratio(self.loss[name], self.loss[PRIOR], within)
        return 1 - value, 1 - high, 1 - low

    def miscalibrated(self, name: str) -> Bounds:
        """The calibration error. It is never negative: with few statements chance alone makes some of it."""
        bins = self._binned(name)  # 3 e b
        rows = [np.einsum("re,eb->rb", self.bootstrap.times, part) for part in bins]
        drawn = np.abs(rows[1] - rows[0]).sum(1) / rows[2].sum(1)
        stated, right, count = bins.sum(1)
        low, high = np.percentile(drawn, [self.bootstrap.tail, 100 - self.bootstrap.tail])
        return float(np.abs(right - stated).sum() / count.sum()), float(low), float(high)

    def curve(self, name: str) -> list[dict]:
        """How often what was stated was so, with its interval, bin by bin."""
        stated, right, count = self._binned(name)
        rows, every = [], np.arange(self.bootstrap.episodes)
        bootstrap = EpisodeBootstrap(every)
        for b in np.flatnonzero(count.sum(0)).tolist():
            value, low, high = (float(x[0]) for x in bootstrap.ratio(right[:, [b]], count[:, [b]], every))
            mean = float(stated[:, b].sum() / count[:, b].sum())
            rows.append({"stated": mean, "right": value, "low": low, "high": high, "count": int(count[:, b].sum())})
        return rows

    def _binned(self, name: str) -> np.ndarray:
        """(3, e, bins): in each episode and bin the sums of what was stated, of what was so, and of one."""
        stated, values = self.stated[name].ravel(), self.true.shape[1]
        place = np.minimum((stated * BINS).astype(int), BINS - 1)
        cell = np.repeat(self.bootstrap.member, values) * BINS + place
        columns = (stated, self.true.ravel().astype(float), np.ones(len(stated)))
        shape = (self.bootstrap.episodes, BINS)
        return np.array([np.bincount(cell, one, np.prod(shape)).reshape(shape) for one in columns])

    def _ratio(self, above: np.ndarray, below: np.ndarray, within: np.ndarray | None = None) -> Bounds:
        rows = np.flatnonzero(np.ones(len(above), bool) if within is None else within)
        value, low, high = self.bootstrap.ratio(above[rows][:, None], below[rows][:, None], rows)
        return float(value[0]), float(low[0]), float(high[0])


def statements(
    place: int, seed: int, episode: Episode, asked: Sequence[Subject], say: Sequence[Describer], also: dict
) -> Statements:
    """What describers say of some subjects of an episode; `also` holds what was worked out, by contender (q, v)."""
    said = {one.name: described(one, episode, asked, type_space(episode)) for one in say}
    return Statements.of(place, seed, episode, asked, {**said, **also})
