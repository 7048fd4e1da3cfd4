"""lens: what did Bo see? From Ada's percepts alone, which cells could Bo perceive?

At step t the fruit of one cell that Ada sees is laid there or taken away, at t alone, and Ada is asked to *predict* Bo,
before and after. What Bo would do if it saw the change, less what it does, is the *would-be shift*, by its true type
and with what it truly knows. Only cells count where that is .1 or more in total variation, and the same to within .1 if
Bo knew all else that Ada sees. What is real is one or the other: Bo sees the cell and shifts so, or does not see it and
does not shift at all. Cells are

- near: in near sight from Bo's place: geometry alone says that Bo sees them
- contested: in far sight from there and not in near sight: Bo's sight decides, and Ada must have inferred it
- hidden: in neither: geometry alone says that Bo does not
- unseen: perceived by neither Ada nor Bo, and changed at every step at which that is so: no answer may move by one bit

The "new" world is what no training log of the reference mind holds: sights of 1 and 4, or of 3 and 5 cells (trained: 2
and 6); maps of 10 x 10 (trained: 8, 11 and 13); four fruits of each kind (trained: 6, 9 and 12); and all agents of
held-out types. "trained" differs in the sights alone, 2 and 6, so that a gap between the two is due to them. Everybody
acts as itself, nobody's sight is told, and Ada is asked late, after 32 sightings of Bo or more.

Two things were chosen on validation, neither by what a mind does there: four fruits of each kind, for among eight of
each few contested cells matter; and that a cell must matter alike to a Bo that knows more, without which the egocentric
reasoner had an area of .70 (with it .57, with 0.5 in its interval).

Axes: t steps, n agents, c cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.answer import Question
from agents.orchard.rollout import play
from agents.population import PopulationConfig
from analysis.probes.orchard import NO_FRUIT, Looks, acts, asking, changed, latest, run_of, unpacked, until, window_of
from worlds import Episode

NEW, TRAINED = "new", "trained"
NEAR, CONTESTED, HIDDEN, UNSEEN = "near", "contested", "hidden", "unseen"
EVERY = "every"  # all but the unseen ones
MATTERS = 0.1  # total variation: what a fruit must be to Bo, if Bo sees it
ALIKE = 0.1  # total variation: by how much what it is to Bo may hang on what else Bo knows
RADII = {NEW: ((1, 4), (3, 5)), TRAINED: ((2, 6),)}  # in turn, from episode to episode


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and what is asked in them."""

    side: int = 10
    agents: int = 8
    fruits: int = 4
    steps: int = 96
    late: int = 64  # the first step of a question
    seen: int = 32  # sightings of whoever is predicted, at least
    questions: int = 4  # of each episode, at most, about different pairs
    cells: tuple[tuple[str, int], ...] = ((NEAR, 1), (CONTESTED, 3), (HIDDEN, 1), (UNSEEN, 1))  # of each question
    episodes: tuple[tuple[str, int], ...] = ((NEW, 14), (TRAINED, 6))  # of each seed
    seeds: int = 20  # of an evaluation that is reported; with five the intervals were wide

    def episode(self, world: str, index: int, seed: int, split: str) -> Episode:
        """One episode: everybody of a held-out type, and as itself."""
        run = run_of(
            seed, split, PopulationConfig(switch=self.steps, types="held-out"), height=self.side, width=self.side,
            map="mixed", fruits=self.fruits, agents=self.agents, steps=self.steps,
            sights=RADII[world][index % len(RADII[world])],
        )  # fmt: skip
        return play(run, index)


@dataclass(frozen=True)
class Put:
    """One question, and what it is like; agents by index."""

    asked: int  # Ada
    who: int  # Bo
    step: int

    def question(self, episode: Episode) -> Question:
        """What Ada is asked."""
        return asking(episode, self.asked, self.step, "predict", self.who)


@dataclass(frozen=True)
class Spot:
    """One cell that is changed."""

    cells: str  # near, contested, hidden or unseen
    cell: int
    kind: int  # what lies there afterwards; NO_FRUIT: what lay there is taken away
    seen: bool  # whether Bo sees it, in truth
    would: np.ndarray  # (5,) the would-be shift; 0 of an unseen cell


class Search(Looks):
    """Finds the questions of one episode; the same ones whoever is asked."""

    def __init__(self, episode: Episode, design: Design):
        super().__init__(episode, 6)
        self.design, self.floor = design, ~episode.walls.ravel()

    def questions(self) -> list[Put]:
        """At most as many as the design says, each about a pair of its own."""
        apt = self.perception.sees & (self.perception.observed >= self.design.seen)
        apt[: self.design.late] = False
        apt &= ~np.eye(apt.shape[1], dtype=bool)
        found: dict[tuple[int, int], Put] = {}
        for step, asked, who in self.generator.permutation(np.argwhere(apt)).tolist():
            if len(found) < self.design.questions:
                found.setdefault((asked, who), Put(asked, who, step))
        return list(found.values())

    def contested(self, put: Put) -> np.ndarray:
        """(c,) bool: the cells that Bo sees if it is far-sighted, and only then."""
        near, far = self._reach(put)
        return far & ~near

    def spots(self, put: Put) -> Iterator[Spot]:
        """The cells to change, at most as many of each sort as the design says."""
        near, far = self._reach(put)
        mine, theirs = (self.view[put.step, one] for one in (put.asked, put.who))
        free = self.floor.copy()
        free[self.episode.cell[put.step]] = False
        sorts = {NEAR: near & mine, CONTESTED: far & ~near & mine, HIDDEN: ~far & mine, UNSEEN: ~mine & ~theirs}
        for cells, count in self.design.cells:
            able = self.generator.permutation(np.flatnonzero(sorts[cells] & free)).tolist()
            spots = (self._spot(put, cells, cell, bool(theirs[cell])) for cell in able)
            yield from [spot for spot, _ in zip(filter(None, spots), range(count), strict=False)]

    def _reach(self, put: Put) -> np.ndarray:
        """(2, c) bool: what Bo's place shows to near and to far sight."""
        return unpacked(self.episode.geometry.visible[:, self.episode.cell[put.step, put.who]], len(self.floor))

    def _spot(self, put: Put, cells: str, cell: int, seen: bool) -> Spot | None:
        """A change of a cell that would matter to Bo; None where there is none."""
        lies = int(self.fruit[put.step, cell])
        kinds = [NO_FRUIT] if lies >= 0 else self.generator.permutation(self.space.orchard.kinds).tolist()
        if cells == UNSEEN:
            return Spot(cells, cell, kinds[0], seen, np.zeros(5))
        for kind in kinds:
            would, informed = (self._would(put, cell, kind, knower) for knower in (put.who, put.asked))
            if _size(would) >= MATTERS and _size(would - informed) <= ALIKE:
                return Spot(cells, cell, kind, seen, would)
        return None

    def _would(self, put: Put, cell: int, kind: int, knower: int) -> np.ndarray:
        """(5,): what Bo would do if it saw the change, less what it does, knowing all else that somebody saw."""
        own, view = self.space.index(self.episode.agents[put.who].type), self.view[:, knower]
        known = latest(self.fruit, view, put.step, window_of(self.space, own))
        worlds = np.where(np.arange(len(known)) == cell, kind, known), known
        after, before = (acts(self.episode, own, put.step, put.who, one, view[put.step]) for one in worlds)
        return after - before

    def as_it_was(self, put: Put) -> Episode:
        """The episode up to the question, handed out as an edited one is."""
        return self.changed(put, Spot(CONTESTED, 0, int(self.fruit[put.step, 0]), False, np.zeros(5)))

    def changed(self, put: Put, spot: Spot) -> Episode:
        """The episode up to the question with one cell changed: at its step, or whenever nobody of the two saw it."""
        steps = np.zeros(put.step + 1, bool)
        steps[-1] = True
        if spot.cells == UNSEEN:
            steps[:] = ~self.view[: put.step + 1, [put.asked, put.who], spot.cell].any(1)
        return changed(until(self.episode, put.step), spot.cell, spot.kind, steps)


def _size(shift: np.ndarray) -> float:
    """Total variation."""
    return 0.5 * float(np.abs(shift).sum())
