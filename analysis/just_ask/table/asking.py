"""table: who asks for a goal: a network that learns, of lives, what was done in them where which cell came later.

Every act of a life is an example of how one comes to a cell that came after it: hindsight. Nothing is rewarded. The
network is as large as those of benchmarks/table_rivals.py, and trained as many steps on as many examples.
Axes: e lives, t steps, n scenes, g goals, c cells, a acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from analysis.just_ask.adamw import AdamW
from analysis.just_ask.layers import Layers, chances, network, slopes
from analysis.just_ask.table.ground import SIDE, every, ground, seen
from analysis.just_ask.worlds.design import ACTS, STEPS, drawn

HIDDEN, BATCH, RATE = (128, 128), 128, 2e-3
SIDE_BY_SIDE, WARM = 8, 4096  # lives at once; steps that are drawn at random, at first
EACH = 4  # steps that are lived for one of training
SOON = 0.4  # how likely what comes next is the goal, and if not, what comes after it, and so on
SHARP = 3  # the power to which chances are raised when acts are drawn in the end
Examples = tuple[np.ndarray, np.ndarray, np.ndarray]  # (n,) int64 each: cells, what came later, acts


class Lived(NamedTuple):
    """Lives of at most STEPS steps."""

    cell: np.ndarray  # (e, t + 1) int64
    act: np.ndarray  # (e, t) int64
    length: np.ndarray  # (e,) int64: steps

    def and_more(self, more: Lived) -> Lived:
        """These and others."""
        return Lived(*(np.concatenate(both) for both in zip(self, more, strict=True)))

    def each(self) -> tuple[np.ndarray, np.ndarray]:
        """(n,) int64 each: lives, and steps in them, every one."""
        life, step = np.nonzero(np.arange(self.act.shape[1]) < self.length[:, None])
        return life, step

    def steps(self, count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """(n,) int64 each: lives, and steps in them, each step of all as likely."""
        ends = self.length.cumsum()
        some = generator.integers(ends[-1], size=count)
        life = np.searchsorted(ends, some, side="right")
        return life, some - (ends - self.length)[life]

    def later(self, life: np.ndarray, step: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """(n,) int64: a step that comes after each, soon rather than late."""
        return np.minimum(step + generator.geometric(SOON, size=len(step)), self.length[life])

    def examples(self, count: int, generator: np.random.Generator) -> Examples:
        """Acts, and what came later of them."""
        life, step = self.steps(count, generator)
        return self.cell[life, step], self.cell[life, self.later(life, step, generator)], self.act[life, step]


def live(layers: Layers | None, count: int, generator: np.random.Generator) -> Lived:
    """Some lives, asked for goals that are drawn; without layers at random."""
    made = ground()
    start, goal = made.pairs[:, generator.integers(made.pairs.shape[1], size=count)]
    cells, acts = [start], []
    for _ in range(STEPS):
        odds = np.ones((count, ACTS)) if layers is None else chances(layers, seen(cells[-1], goal))
        acts.append(drawn(odds, generator))
        cells.append(made.led[cells[-1], acts[-1]])
    return Lived(np.stack(cells, 1), np.stack(acts, 1), np.full(count, STEPS))


def untrained(generator: np.random.Generator) -> Layers:
    """A network that has learned nothing."""
    return network([4 * SIDE, *HIDDEN, ACTS], generator)


def learn(
    layers: Layers, optimiser: AdamW, drawing: Callable[[], Examples], steps: int,
    shuffling: np.random.Generator | None = None,
) -> None:  # fmt: skip
    """So many steps of training, in place; shuffling: goals become those of other examples."""
    for _ in range(steps):
        cell, goal, act = drawing()
        goal = goal if shuffling is None else shuffling.permutation(goal)
        optimiser.step(slopes(layers, seen(cell, goal), act), RATE)


def hindsight(budgets: Sequence[int], generator: np.random.Generator, shuffled: bool = False) -> Iterator[np.ndarray]:
    """(g, c, a) float64: who acts as asked, after each of some numbers of steps that it lived itself."""
    layers, lived = untrained(generator), live(None, 0, generator)
    optimiser = AdamW(layers)
    for budget in budgets:
        while len(lived.cell) * STEPS < budget:
            warm = len(lived.cell) * STEPS < WARM
            lived = lived.and_more(live(None if warm else layers, SIDE_BY_SIDE, generator))
            drawing = partial(lived.examples, BATCH, generator)
            learn(layers, optimiser, drawing, SIDE_BY_SIDE * STEPS // EACH, generator if shuffled else None)
        yield asked(layers)


def asked(layers: Layers) -> np.ndarray:
    """(g, c, a) float64: who acts as a network says, its chances sharpened."""
    odds = chances(layers, seen(*every())).astype(float) ** SHARP
    return (odds / odds.sum(1, keepdims=True)).reshape(SIDE**2, SIDE**2, ACTS)
