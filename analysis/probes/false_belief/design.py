"""false-belief: a fruit is moved behind Bo's back while Ada looks on; what does Ada expect of Bo? (Sally and Anne.)

A fruit is laid on a bare cell that Bo sees at the steps s - 1 and s, and at none from then to t. Ada sees that cell all
the time, and Bo at s - 1, s and t. Ada is asked at t to *predict* Bo in three worlds, one episode but for the fruit:

- as it was: it lies there to t
- missed: from s + 1 on it is gone, moved to where Ada sees it and Bo does not, or eaten
- watched: from s on it is gone: Bo saw that it went

The last two end alike: they differ in nothing but what Bo saw. From s - 1 to t - 1 everybody is announced in a role, in
all three, so that no act there is evidence: Ada knows the same of Bo's type in all of them. Conditions:

- retentive: Bo remembers, and the fruit matters to it, by .1 in total variation or more. It shifts if it watched, only
- forgetful: it would matter as much, but Bo does not remember: no real shift
- irrelevant: Bo remembers and does not care (.02 at most), while with another taste it would: no real shift
- forgotten: Bo saw it longer ago than it remembers: no real shift
- second order: Ada predicts Bo pretending to be Cy, who saw the fruit all along; only Bo may have missed its going
- Ada away: Ada saw nothing of the cell from s - 1 on and cannot know; its answer must not move, by not one bit

*Pooled* are the first four, with as many of each of the first three as can be had. Types are drawn from the whole space
(all but one held-out type are retentive and near-sighted). Ada is asked late, after 32 sightings of Bo or more, for
whether somebody remembers shows slowly. That was chosen on validation, by what the exact reasoner can know: with 16
sightings its correlation there is .68, with 32 it is .78.

Axes: t steps, n agents, c cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from agents.answer import Question
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from agents.query import Query
from agents.registry import reasoner_of
from analysis.probes.orchard import NO_FRUIT, Looks, acts, asking, changed, in_role, latest, run_of, until
from analysis.scores.measures import total_variation
from worlds import Episode

RETENTIVE, FORGETFUL, IRRELEVANT, FORGOTTEN = "retentive", "forgetful", "irrelevant", "forgotten"
SECOND, AWAY = "second order", "Ada away"
POOLED = (RETENTIVE, FORGETFUL, IRRELEVANT, FORGOTTEN)
MATTERS, CARES_NOT = 0.1, 0.02  # total variation: what a fruit must, and may at most, be to somebody


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and how many cases are taken of each."""

    steps: int = 96
    late: int = 64  # the first step of a question
    seen: int = 32  # sightings of whoever is predicted or pretended, at least
    ago: int = 10  # how long ago Bo may have seen the fruit, at most
    episodes: int = 12  # of each seed
    seeds: int = 5  # of an evaluation that is reported
    cases: tuple[tuple[str, int], ...] = (
        (RETENTIVE, 3), (FORGETFUL, 3), (IRRELEVANT, 3), (FORGOTTEN, 1), (SECOND, 2), (AWAY, 1),
    )  # fmt: skip  # of each episode, at most
    tries: int = 150  # cells that are looked at in an episode, at most

    def run(self, seed: int, split: str) -> RunConfig:
        """The run of a seed's episodes: everybody as itself."""
        return run_of(seed, split, PopulationConfig(switch=self.steps, types="all"), steps=self.steps)


@dataclass(frozen=True)
class Case:
    """One fruit that goes, and who is asked what about it; agents by index."""

    step: int  # t, of the question
    who: int  # Bo
    left: int  # s, at which Bo last saw the fruit
    cell: int  # the fruit's
    kind: int
    condition: str = ""
    asked: int = -1  # Ada
    via: int | None = None  # Cy, whom Bo pretends to be
    goal: int | None = None  # where it is moved to; None: eaten
    beyond: int = 0  # cells by which it lies beyond Bo's sight; 0: a wall hides it

    @property
    def ago(self) -> int:
        """How many steps ago Bo saw it."""
        return self.step - self.left

    def question(self, episode: Episode) -> Question:
        """What Ada is asked."""
        chain = (self.who,) if self.via is None else (self.who, self.via)
        return asking(episode, self.asked, self.step, "predict", *chain)


def worlds_of(episode: Episode, case: Case) -> tuple[Episode, Episode, Episode]:
    """As it was, missed, watched."""
    quiet = in_role(until(episode, case.step), slice(case.left - 1, case.step))
    kept = changed(quiet, case.cell, case.kind, slice(case.left - 1, None))
    return kept, _without(kept, case, case.left + 1), _without(kept, case, case.left)


def _without(episode: Episode, case: Case, first: int) -> Episode:
    """The fruit is gone from a step on."""
    gone = changed(episode, case.cell, NO_FRUIT, slice(first, None))
    return gone if case.goal is None else changed(gone, case.goal, case.kind, slice(first, None))


class Search(Looks):
    """Finds the cases of one episode; the same ones whoever is asked."""

    def __init__(self, episode: Episode, design: Design):
        super().__init__(episode, 5)
        self.design, self.window = design, int(self.space.table.window.max())
        self.types = [self.space.index(agent.type) for agent in episode.agents]

    def cases(self) -> list[Case]:
        """At most as many of each condition as the design says, none twice about one agent at one step."""
        left, used, found = dict(self.design.cases), set(), []
        for step, who, cell in self.generator.permutation(np.argwhere(self._lost))[: self.design.tries].tolist():
            if not any(left.values()):
                break
            for case in self._of(step, who, cell, left):
                key = (case.who, case.step, case.condition)
                if left.get(case.condition, 0) and key not in used:
                    left[case.condition] -= 1
                    used.add(key)
                    found.append(case)
        return found

    def _of(self, step: int, who: int, cell: int, left: dict[str, int]) -> Iterator[Case]:
        """What one fruit, on one cell that somebody saw, is good for."""
        seen = int(self._last[step, who, cell])
        view, apt = self.view[seen - 1 : step + 1, :, cell], self._watchers(step, who, seen)
        asked, absent = self._some(apt & view.all(0)), self._some(apt & ~view.any(0))
        kinds = self.generator.permutation(self.space.orchard.kinds).tolist()
        cases = [Case(step, who, seen, cell, kind) for kind in kinds]
        for case, condition in [(case, self._condition(case)) for case in cases if (asked, absent) != (None, None)]:
            if condition and asked is not None:
                yield self._put(case, condition, asked)
            elif condition == RETENTIVE and absent is not None:
                yield self._put(case, AWAY, absent)
        if left.get(SECOND, 0) and asked is not None and (second := self._second_order(cases[0], asked)):
            yield second

    @cached_property
    def _last(self) -> np.ndarray:
        """(t, n, c) int: the latest step up to t at which each cell was in sight, -1 for none."""
        steps = np.arange(self.episode.steps)[:, None, None]
        return np.maximum.accumulate(np.where(self.view, steps, -1), axis=0)

    @cached_property
    def _lost(self) -> np.ndarray:
        """(t, n, c) bool: cells that Bo saw at s - 1 and s, and not since, and that were bare all the time."""
        steps = np.arange(self.episode.steps)[:, None]
        taken = (self.fruit >= 0) | self.episode.walls.ravel()
        taken[np.repeat(steps, self.episode.cell.shape[1], 1), self.episode.cell] = True
        bare = np.maximum.accumulate(np.where(taken, steps, -1), axis=0)[:, None]  # t 1 c: the last step it was not
        before = np.concatenate([np.zeros_like(self.view[:1]), self.view[:-1]]) & self.view
        twice = np.take_along_axis(before, np.maximum(self._last, 0), axis=0)
        ago = steps[..., None] - self._last
        lost = (self._last > bare + 1) & twice & (ago > 0) & (ago <= self.design.ago)
        lost[: self.design.late] = False
        return lost

    def _watchers(self, step: int, who: int, seen: int) -> np.ndarray:
        """(n,) bool: who saw Bo at s and t, and often before."""
        sees = self.perception.sees[[seen - 1, seen, step], :, who].all(0)
        often = self.perception.observed[seen - 1, :, who] >= self.design.seen
        return sees & often & (np.arange(len(self.types)) != who)

    def _some(self, able: np.ndarray) -> int | None:
        return int(self.generator.choice(np.flatnonzero(able))) if able.any() else None

    def _condition(self, case: Case) -> str | None:
        """What the fruit would be to Bo; None where that is nothing clear."""
        memory = self.episode.agents[case.who].type["memory"]
        own, others = self._weight(case, self.types[case.who])
        if memory == "retentive" and case.ago < self.window and own <= CARES_NOT and others >= MATTERS:
            return IRRELEVANT
        if own < MATTERS or (memory == "forgetful" and case.ago >= self.window):
            return None
        return FORGETFUL if memory == "forgetful" else RETENTIVE if case.ago < self.window else FORGOTTEN

    def _weight(self, case: Case, own: int) -> tuple[float, float]:
        """By how much a fruit, if remembered, changes what a type does in a place; the most with another taste."""
        view, found = self.view[:, case.who], {}
        known = latest(self.fruit, view, case.step, self.window)
        worlds = [np.where(np.arange(len(known)) == case.cell, one, known) for one in (case.kind, NO_FRUIT)]
        for other in (self.space.index({**self.space[own], "taste": taste}) for taste in self.space.traits["taste"]):
            pair = [acts(self.episode, other, case.step, case.who, one, view[case.step]) for one in worlds]
            found[other] = float(total_variation(*pair))
        return found.pop(own), max(found.values())

    def _second_order(self, case: Case, asked: int) -> Case | None:
        """A case in which Bo pretends to be somebody retentive who saw the fruit all along."""
        span = slice(case.left - 1, case.step + 1)
        observed, watching = self.perception.observed[case.left - 1], self.view[span, :, case.cell].all(0)
        able = watching & (observed[case.who] >= self.design.seen) & (observed[asked] >= self.design.seen)
        able &= np.array([agent.type["memory"] == "retentive" for agent in self.episode.agents])
        able[[case.who, asked]] = False
        if (via := self._some(able)) is None or case.ago >= self.window:
            return None
        case = self._put(case, SECOND, asked, via)
        really = [Query("behave", case.who, case.step, (via,), 1)]
        _, missed, watched = worlds_of(self.episode, case)
        pair = [reasoner_of(self.space).truth(world, really)[0] for world in (missed, watched)]
        return case if total_variation(*pair) >= MATTERS else None

    def _put(self, case: Case, condition: str, asked: int, via: int | None = None) -> Case:
        """A case of some condition, in which half of the fruits are moved and not eaten."""
        goal = self._goal(asked, case) if self.generator.random() < 0.5 and condition != AWAY else None
        return replace(case, condition=condition, asked=asked, via=via, goal=goal, beyond=self._beyond(case))

    def _goal(self, asked: int, case: Case) -> int | None:
        """The free cell nearest to Bo that Ada sees and Bo does not, from s to t."""
        span = slice(case.left, case.step + 1)
        bare = np.asarray((self.fruit[span] < 0).all(0))
        free = bare & self.view[span, asked].all(0) & ~self.view[span, case.who].any(0)
        free[[case.cell, *np.unique(self.episode.cell[span])]] = False
        away = self.episode.geometry.distance[self.episode.cell[case.step, case.who]].astype(int)
        return int(np.where(free, away, 999).argmin()) if free.any() else None

    def _beyond(self, case: Case) -> int:
        width, here = self.episode.walls.shape[1], self.episode.cell[case.step, case.who]
        (row, column), (down, right) = (divmod(int(cell), width) for cell in (here, case.cell))
        away = max(abs(row - down), abs(column - right))
        return max(0, away - self.episode.config.sights[self.perception.sight[case.who]])
