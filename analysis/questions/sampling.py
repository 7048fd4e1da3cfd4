"""Which questions are asked of a log: drawn from each episode by stance and depth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Annotated

import numpy as np
from annotated_types import Interval, MinLen

from agents.answer import Question, resolve
from agents.language.prompt import HELD_OUT, MAX_DEPTH, PARAPHRASES, say
from agents.population import WORDINGS, Share
from agents.query import Query
from agents.registry import type_space
from analysis.questions.perception import Perception, nothing_nested, target_of
from analysis.scores.traits import members_of
from worlds import FunhouseError, schema
from worlds.base_episode import BaseEpisode
from worlds.log.document import MOST_EPISODES, Seed

Cell = tuple[str, int]  # stance, depth
Episodes = Annotated[int, Interval(ge=1, le=MOST_EPISODES)]
Questions = Annotated[int, Interval(ge=1, le=10**5)]  # to an episode
Stance = Annotated[str, schema.one_of("behave", "predict")]
Depth = Annotated[int, Interval(ge=0, le=MAX_DEPTH)]
Weight = Annotated[int, Interval(ge=1, le=10**5)]


NO_KIN = "no two agents share their spaces: there is nobody whom one could behave as"
NOTHING_NESTED = "everyone perceives everyone: no two pictures differ, so the nesting is empty"
NO_QUESTION = "no question could be drawn: nobody perceives anybody to be asked about"


@dataclass(frozen=True)
class Sampling:
    """What is drawn from each episode. Raises FunhouseError for a value that asks nothing."""

    questions: Questions = 64  # of each episode, shared out over stances and depths
    stances: Annotated[tuple[Stance, ...], MinLen(1)] = ("behave", "predict")
    depths: Annotated[tuple[Depth, ...], MinLen(1)] = (0, 1, 2, 3)  # predict has no depth 0
    weights: tuple[Weight, ...] = (1, 1, 2, 4)  # how many questions a depth gets; few of the deep ones tell anything
    episodes: Episodes | None = None  # the first so many of the log; None: all
    # held-out: asked agent, target and everyone in the chain have types, strangers families, unseen in training
    types: Annotated[str, schema.one_of("all", "held-out")] = "all"
    # trained, held-out: the forms of words kept from training
    paraphrases: Annotated[str, schema.one_of("all", "trained", "held-out")] = "all"
    description_share: Share = 0.0  # of the chain elements after the first
    self_share: Share = 0.25  # of the later chain elements: the asked agent itself, as in populations
    role_share: Share = 0.5  # of the predict questions: about the role the target really is in
    seed: Seed = 0

    def __post_init__(self):
        schema.check(self, "questions")
        if len(self.weights) != len(self.depths):
            what = f"weights = {self.weights!r} makes no questions"
            raise FunhouseError(what, remedy="choose one for each of the depths")

    @property
    def cells(self) -> list[Cell]:
        """The (stance, depth) pairs that are asked."""
        pairs = [(stance, depth) for stance in self.stances for depth in self.depths]
        return [pair for pair in pairs if pair != ("predict", 0)]

    def counts(self, episode: int, cells: Sequence[Cell] | None = None) -> list[int]:
        """How many questions each of the cells, by default all, gets in an episode, by weight; the remainder goes
        round.
        """
        cells = self.cells if cells is None else cells
        if not cells:
            return []
        weight = np.array([self.weights[self.depths.index(depth)] for _, depth in cells])
        ends = np.cumsum(weight) * self.questions
        shift = (episode * 7919) % weight.sum()  # a prime, so that every cell gets its turn
        return np.diff((ends + shift) // weight.sum(), prepend=shift // weight.sum()).tolist()


@dataclass(frozen=True)
class Asked:
    """One drawn question, and what the table and the curves sort it by."""

    question: Question
    query: Query
    observed: int  # earlier steps at which the asked agent saw the target act in its own role
    action: int  # what the target did, where a predict question names the role it really was in; else -1


class Draw:
    """Draws the questions of one episode; the same ones whatever else is drawn, and in whatever order."""

    def __init__(self, episode: BaseEpisode, sampling: Sampling):
        self.episode, self.space, self.sampling = episode, type_space(episode), sampling
        self.generator = np.random.default_rng([sampling.seed, int(episode.seed)])
        self.perception = Perception(episode)
        own = [self.space.index(agent.type) for agent in episode.agents]
        families = episode.run.get("strangers", {}).get("held_out", ())
        kept = self.space.held_out[own]
        kept = np.where(self._plain, kept, [agent.stranger in families for agent in episode.agents])
        self.pool = kept if sampling.types == "held-out" else np.ones(len(kept), bool)

    def asked(self) -> list[Asked]:
        """All questions of the episode, grouped by stance and depth; none to a cell that means nothing in it."""
        drawn: list[Asked] = []
        cells = [cell for cell in self.sampling.cells if cell not in self.meaningless]
        for (stance, depth), count in zip(cells, self.sampling.counts(self.episode.index, cells), strict=True):
            rows = self._behave(depth, count) if stance == "behave" else self._predict(depth, count)
            drawn += [self._ask(stance, step, agent, chain) for step, agent, chain in rows]
        return drawn

    def every_pair(self, every: int = 4, stance: str = "behave") -> list[Asked]:
        """At every so many moves of each, everybody asked to behave as everybody it has perceived.

        Or to predict what each whom it sees will do, at every so many moves of these.
        """
        acts = self.episode.acts
        due = acts & ((np.cumsum(acts, axis=0) - 1) % every == 0)
        apt = self._imitable & due[:, :, None] if stance == "behave" else self._foreseen & due[:, None, :]
        return [self._ask(stance, step, agent, (target,)) for step, agent, target in np.argwhere(apt).tolist()]

    @cached_property
    def meaningless(self) -> dict[Cell, str]:
        """The cells in which this episode can be asked nothing that tells anything, and why."""
        reasons = {}
        for stance, depth in self.sampling.cells:
            if (depth > (stance == "predict")) and not (self.perception.kin & ~self._same).any():
                reasons[stance, depth] = NO_KIN
            elif depth > 1 and nothing_nested(self.perception):
                reasons[stance, depth] = NOTHING_NESTED
        return reasons

    def _behave(self, depth: int, count: int) -> Iterator[tuple[int, int, tuple]]:
        apt = self._imitable & self._plain if depth > 1 else self._imitable
        where = np.argwhere(apt if depth else self.episode.acts & self.pool)
        for step, agent, *target in self._some(where, count).tolist():
            yield step, agent, self._extend(tuple(target), depth, step, agent, root=agent)

    def _predict(self, depth: int, count: int) -> Iterator[tuple[int, int, tuple]]:
        where = np.argwhere(self._foreseen & self._plain & self._enough if depth > 1 else self._foreseen)
        seen = self._some(where, None).tolist()
        real = int(self.generator.binomial(count, self.sampling.role_share))
        fitting = ((step, agent, target) for step, agent, target in seen if self._role_fits(step, agent, target, depth))
        literal = list(islice(fitting, real))
        for step, agent, target in literal:
            yield step, agent, (target, *map(self._element, self.episode.role[step][target]))
        for step, agent, target in self._some(where, count - len(literal)).tolist():
            yield step, agent, self._extend((target,), depth, step, agent, root=target)

    def _role_fits(self, step: int, agent: int, target: int, depth: int) -> bool:
        """Whether the target's role has the depth asked and names only whom the asked agent has perceived."""
        role = [self._element(who) for who in self.episode.role[step][target]]
        persons = [who for who in role if isinstance(who, int)]
        described = self.sampling.description_share > 0 or len(persons) == len(role)
        near = all(self._known(step, agent, target)[who] for who in persons)
        return len(role) == depth - 1 and described and near

    def _element(self, who: str) -> int | str:
        return who if " " in who else self.episode.find(who)

    @property
    def _same(self) -> np.ndarray:
        return np.eye(len(self.pool), dtype=bool)

    @property
    def _pairs(self) -> np.ndarray:
        """(n, n) bool: who may be asked about whom."""
        return self.pool[:, None] & self.pool & ~self._same

    @property
    def _plain(self) -> np.ndarray:
        """(n,) bool: who is no stranger; these alone act as others, and have a part in nested questions."""
        return ~self.perception.strangers

    @cached_property
    def _imitable(self) -> np.ndarray:
        """(t, n, n) bool: at which step the first acts, and can act as the second, whom it knows."""
        acts = self.episode.acts & self._plain
        return self.perception.known & self._pairs & self.perception.kin & acts[:, :, None]

    @cached_property
    def _foreseen(self) -> np.ndarray:
        """(t, n, n) bool: at which step the first sees the second act."""
        return self.perception.sees & self._pairs

    @property
    def _enough(self) -> np.ndarray:
        """(t, n, n) bool: where the first knows another whom the second could act as."""
        kin = self.perception.kin.astype(np.int64)
        # it sees the second itself
        return (self.perception.known & self.pool & self._plain).astype(np.int64) @ kin >= 2

    def _known(self, step: int, agent: int, root: int) -> np.ndarray:
        """(n,) bool: whom the asked agent knows, itself among them, of those who act as `root` does."""
        return self.perception.known[step, agent] & self.pool & self.perception.kin[root]

    def _some(self, where: np.ndarray, count: int | None) -> np.ndarray:
        return self.generator.permutation(where)[:count]

    def _extend(self, chain: tuple, depth: int, step: int, agent: int, root: int) -> tuple:
        """The chain lengthened to `depth` by others whom the asked agent has perceived, itself among them.

        All of them are of the species of `root`, in whose place the question is acted, and nobody is a stranger.
        """
        known = np.flatnonzero(self._known(step, agent, root) & self._plain)
        while len(chain) < depth:
            if self.generator.random() < self.sampling.description_share:
                chain += (self._described(root),)
            elif agent in known and chain[-1] != agent and self.generator.random() < self.sampling.self_share:
                chain += (agent,)
            else:
                chain += (int(self.generator.choice([who for who in known if who != chain[-1]])),)
        return chain

    def _described(self, root: int) -> str:
        members = np.flatnonzero(members_of(self.space, self.perception.species[root]))
        return self.space.descriptions[members[self.generator.integers(len(members))]]

    def _ask(self, stance: str, step: int, agent: int, chain: tuple) -> Asked:
        names = self.episode.names
        said = tuple(who if isinstance(who, str) else names[who] for who in chain)
        words = say(stance, said, me=names[agent], paraphrase=self._paraphrase(stance))
        question = Question(names[agent], step, words)
        query = resolve(self.episode, question)
        target = target_of(query)
        observed = 0 if target is None else self.perception.observed[step, agent, target]
        return Asked(question, query, int(observed), self._sampled(query))

    def _paraphrase(self, stance: str) -> int:
        """A form of words, and a wording of the persons in it."""
        forms, held_out = len(PARAPHRASES[stance]), HELD_OUT[stance]
        allowed = {
            "all": range(forms),
            "trained": [form for form in range(forms) if form not in held_out],
            "held-out": held_out,
        }
        form = self.generator.choice(allowed[self.sampling.paraphrases])
        return int(form + forms * self.generator.integers(WORDINGS))

    def _sampled(self, query: Query) -> int:
        """The action that the log holds for a predict question, -1 where it holds none."""
        target = target_of(query)
        if query.stance == "behave" or target is None:
            return -1
        role = tuple(map(self._element, self.episode.role[query.step][target]))
        return int(self.episode.action[query.step, target]) if role == query.chain[1:] else -1
