"""Q-learning (Watkins 1989) on a table, of lives side by side, each in a task of its own: -1 for each step.

Axes: e lives, c cells, a acts.
"""

from __future__ import annotations

import numpy as np

EAGER, LEARNS, LATER = 0.1, 0.5, 0.95  # acts drawn at random, the rate, the discount


class Table:
    """What each life holds each act to be worth in each cell, (e, c, a) float64."""

    def __init__(self, lives: int, cells: int, acts: int):
        self._every, self._worth = np.arange(lives), np.zeros((lives, cells, acts))

    def best(self, cell: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """(e,) int64: the act that is worth most where each life is; of several one at random."""
        here = self._worth[self._every, cell]
        return (here + 1e-9 * generator.random(here.shape)).argmax(1)

    def tried(self, cell: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """(e,) int64: the same, but for acts that are drawn at random."""
        wild = generator.random(len(cell)) < EAGER
        return np.where(wild, generator.integers(self._worth.shape[2], size=len(cell)), self.best(cell, generator))

    def learn(self, cell: np.ndarray, act: np.ndarray, after: np.ndarray, going: np.ndarray, there: np.ndarray) -> None:
        """From acts (e,), of those lives that were still going (e,) bool, whether they have arrived (e,) bool."""
        due = -1 + LATER * np.where(there, 0.0, self._worth[self._every, after].max(1))
        self._worth[self._every, cell, act] += LEARNS * going * (due - self._worth[self._every, cell, act])
