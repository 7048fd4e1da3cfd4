"""table, improving from experience: one of twelve cells is the goal, which only arriving tells, life after life.

Who asks has learned in many such tasks which cell is the goal, told in which it has been in vain and in which it was
rewarded; and what somebody who knows the goal does. It draws a cell as the first network holds it likely, asks the
second for it, and draws again when it was in vain: so a life is drawn whole. Act by act, a mixture of all goals dithers
between them. Nothing is learned in the task itself.
Axes: e tasks, k cells that may be the goal, n scenes, c cells, a acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from analysis.just_ask.adamw import AdamW
from analysis.just_ask.layers import Layers, chances, network, slopes
from analysis.just_ask.table.asking import HIDDEN
from analysis.just_ask.table.ground import ONE, SIDE, ground
from analysis.just_ask.tabular import Table
from analysis.just_ask.worlds.design import ACTS, STEPS, drawn

START = (SIDE - 2) * SIDE + SIDE // 2  # in the gap
_LEFT = np.array([(0, 0), (0, 2), (2, 1), (4, 0), (4, 2), (8, 0)])
GOALS = np.concatenate([_LEFT, _LEFT * (1, -1) + (0, SIDE - 1)]) @ (SIDE, 1)  # (k,) int64: cells
TOGETHER, LIVES, PARTS, RATE = 64, 4, 4, 2e-3  # tasks at once while learning, lives of each, steps of training a life


@dataclass
class Tasks:
    """Tasks side by side, as far as they have come."""

    goal: np.ndarray  # (e,) int64: which of GOALS
    cell: np.ndarray = field(init=False)  # (e,) int64
    took: np.ndarray = field(init=False)  # (e,) int64: steps of this life until the goal, at most STEPS
    told: np.ndarray = field(init=False)  # (e, 2, k) float32: where it has been in vain; where it was rewarded
    guess: np.ndarray = field(init=False)  # (e,) int64: which of GOALS it goes to; -1: none yet

    def __post_init__(self):
        self.told = np.zeros((len(self.goal), 2, len(GOALS)), np.float32)
        self.again()

    def again(self) -> None:
        """A new life, of which earlier ones are remembered."""
        self.cell, self.took = np.full(len(self.goal), START), np.full(len(self.goal), STEPS)
        self.guess = np.full(len(self.goal), -1)

    @property
    def there(self) -> np.ndarray:
        """(e,) bool."""
        return self.cell == GOALS[self.goal]

    def live(self, act: np.ndarray, step: int) -> None:
        """Step `step` of a life, with these acts (e,)."""
        moving = ~self.there
        self.cell = np.where(moving, ground().led[self.cell, act], self.cell)
        self.took[moving & self.there] = step + 1
        here = self.cell[:, None] == GOALS
        self.told[:, 0][here & ~self.there[:, None]] = 1
        self.told[:, 1][here & self.there[:, None]] = 1


Acting = Callable[[Tasks, np.random.Generator], np.ndarray]  # the chances of acts (e, a)


@lru_cache(maxsize=1)
def known() -> np.ndarray:
    """(k, c, a) float64: the acts of who knows the goal, any that lead nearest as likely."""
    away = ground().distance[GOALS][:, ground().led]
    nearest = away == away.min(-1, keepdims=True)
    return nearest / nearest.sum(-1, keepdims=True)


def knows(tasks: Tasks, _: np.random.Generator) -> np.ndarray:
    """Who knows the goal."""
    return known()[tasks.goal, tasks.cell]


def at_random(tasks: Tasks, _: np.random.Generator) -> np.ndarray:
    """Who knows nothing and remembers nothing."""
    return np.ones((len(tasks.goal), ACTS))


def guessing(
    belief: Callable[[np.ndarray], np.ndarray], going: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> Acting:
    """Who goes to a cell that is drawn by a belief (e, k), of what was told, and by chances (e, a) of going there."""

    def acting(tasks: Tasks, generator: np.random.Generator) -> np.ndarray:
        vain = tasks.told[np.arange(len(tasks.goal)), 0, tasks.guess] > 0
        tasks.guess = np.where((tasks.guess < 0) | vain, drawn(belief(tasks.told), generator), tasks.guess)
        return going(tasks.cell, tasks.guess)

    return acting


def believed(told: np.ndarray) -> np.ndarray:
    """(e, k) float64: how likely each cell is the goal, exactly."""
    return np.where(told[:, 1].any(1, keepdims=True), told[:, 1], 1.0 - told[:, 0])


def filtering() -> Acting:
    """Who believes what is exact, and goes as who knows does."""
    return guessing(believed, lambda cell, goal: known()[goal, cell])


class Learned(NamedTuple):
    """Two networks: of what was told, which cell is the goal; of where one is and the goal, which act is next."""

    goal: Layers
    act: Layers


def toward(cell: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """(n, d) float32: where one is, and which of GOALS one goes to."""
    row, column = np.divmod(cell, SIDE)
    return np.concatenate([ONE[row], ONE[column], np.eye(len(GOALS), dtype=np.float32)[goal]], 1)


def learned(rounds: int, generator: np.random.Generator) -> Learned:
    """Networks that have lived LIVES times in each of rounds · TOGETHER tasks."""
    kinds = len(GOALS)
    made = Learned(
        network([2 * kinds, *HIDDEN, kinds], generator), network([2 * SIDE + kinds, *HIDDEN, ACTS], generator)
    )
    of_goal, of_act = map(AdamW, made)
    for number in range(rounds):
        tasks, rate = Tasks(generator.integers(kinds, size=TOGETHER)), RATE * min(1.0, 2 * (1 - number / rounds))
        for _ in range(LIVES):
            told, where, goal, act = _life(tasks, asked(made), generator)
            for part in np.array_split(generator.permutation(len(goal)), PARTS):
                of_goal.step(slopes(made.goal, told[part], goal[part]), rate)
                of_act.step(slopes(made.act, where[part], act[part]), rate)
    return made


def _life(tasks: Tasks, acting: Acting, generator: np.random.Generator) -> list[np.ndarray]:
    """Of a life: what was told, where one was and was to go, the goal, and what who knows it would have done."""
    tasks.again()
    found: list[list[np.ndarray]] = [[], [], [], []]
    for step in range(STEPS):
        on, right = ~tasks.there, drawn(knows(tasks, generator), generator)
        told = tasks.told.reshape(len(tasks.goal), -1)
        for kept, one in zip(found, (told, toward(tasks.cell, tasks.goal), tasks.goal, right), strict=True):
            kept.append(one[on])
        tasks.live(drawn(acting(tasks, generator), generator), step)
    return [np.concatenate(kept) for kept in found]


def asked(made: Learned, order: np.ndarray | None = None) -> Acting:
    """Who acts as networks say; order (e,) int: told of other tasks' lives."""

    def belief(told: np.ndarray) -> np.ndarray:
        told = told if order is None else told[order]
        return chances(made.goal, told.reshape(len(told), -1)).astype(float)

    return guessing(belief, lambda cell, goal: chances(made.act, toward(cell, goal)).astype(float))


def lived(acting: Acting, copies: int, tries: Sequence[int], generator: np.random.Generator) -> Iterator[np.ndarray]:
    """(e,) int64: the steps that somebody takes after each of some numbers of lives, in `copies` of every task."""
    tasks = Tasks(np.tile(np.arange(len(GOALS)), copies))
    for number in range(max(tries) + 1):
        tasks.again()
        for step in range(STEPS):
            tasks.live(drawn(acting(tasks, generator), generator), step)
        if number in tries:
            yield tasks.took


def anew(copies: int, tries: Sequence[int], generator: np.random.Generator) -> Iterator[np.ndarray]:
    """(e,) int64: the same of Q-learning on a table in the one task, at its best after so many lives."""
    tasks = Tasks(np.tile(np.arange(len(GOALS)), copies))
    table = Table(len(tasks.goal), SIDE**2, ACTS)
    for number in range(max(tries) + 1):
        if number in tries:
            tasks.again()
            for step in range(STEPS):
                tasks.live(table.best(tasks.cell, generator), step)
            yield tasks.took
        tasks.again()
        for step in range(STEPS):
            cell, going = tasks.cell, ~tasks.there
            act = table.tried(cell, generator)
            tasks.live(act, step)
            table.learn(cell, act, tasks.cell, going, tasks.there)


def share(took: np.ndarray, generator: np.random.Generator) -> float:
    """How much of the way from acts at random to who knows some steps (e,) come, tasks being as `lived` has them."""
    worst, least = (next(lived(who, len(took) // len(GOALS), (0,), generator)).mean() for who in (at_random, knows))
    return float((worst - took.mean()) / (worst - least))
