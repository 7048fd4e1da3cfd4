"""What each step of an orchard brought its agents, as wishes have it, from where all were and what lay where."""

from __future__ import annotations

import numpy as np

from agents.wishes.event import WAYS, Event
from agents.wishes.wish import place_of
from worlds import KINDS
from worlds.orchard.geometry import NO_WAY, Geometry

_TOWARDS = {(0, 0): None} | {
    (dr, dc): "-".join(filter(None, [("north", "", "south")[dr + 1], ("west", "", "east")[dc + 1]]))
    for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc
}  # fmt: skip
_WAY = np.array([WAYS.index(_TOWARDS[code // 3 - 1, code % 3 - 1]) for code in range(9)])


class Land:
    """A map, as far as wishes are about it."""

    def __init__(self, ground: Geometry, shape: tuple[int, int]):
        cells, neighbor = np.arange(shape[0] * shape[1]), ground.neighbor.astype(np.int64)
        self.ground, self.shape = ground, shape
        self.row, self.column = cells // shape[1], cells % shape[1]
        self.place = [place_of(cell // shape[1], cell % shape[1], *shape) for cell in cells.tolist()]
        self.by_wall = (neighbor[:, 1:5] == cells[:, None]).any(1)
        self.around = neighbor  # (cells, w): each cell and those one step from it

    def way(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """The number of the way, in WAYS, from cells to those that a step led to."""
        down, right = self.row[after] - self.row[before], self.column[after] - self.column[before]
        return _WAY[3 * (down + 1) + right + 1]

    def happened(
        self, agent: int, cell: np.ndarray, after: np.ndarray, fruit: np.ndarray, ate: np.ndarray, best: np.ndarray
    ) -> list[Event]:
        """[t] what each step brought one agent; t steps, n agents.

        cell, after (t, n): where all were before and after a step; fruit (t, cells): the kind on each cell before, -1
        for none; ate (t,): the kind that it ate; best (n,): the kind that each agent likes best, -1 for none.
        """
        mine, span = after[:, agent], np.arange(len(after))
        by_fruit = (fruit[span[:, None], self.around[mine]] >= 0).any(1)
        others = np.delete(after, agent, axis=1)
        rows, columns = self.row[others] - self.row[mine][:, None], self.column[others] - self.column[mine][:, None]
        by_others = (np.maximum(abs(rows), abs(columns)) <= 1).any(1)
        harm = self._harm(agent, cell, mine, fruit, ate, best)
        features = (ate, mine, self.way(cell[:, agent], mine), self.by_wall[mine], by_fruit, by_others, harm)
        return [
            Event(KINDS[kind] if kind >= 0 else None, self.place[at], WAYS[way], *flags)
            for kind, at, way, *flags in zip(*(one.tolist() for one in features), strict=True)
        ]

    def _harm(self, agent, cell, mine, fruit, ate, best) -> np.ndarray:
        """(t,) bool: whether it ate what another likes best, that had none of this kind nearer to it."""
        harm, distance = np.zeros(len(mine), bool), self.ground.distance
        for t in np.flatnonzero((ate >= 0) & np.isin(ate, best)):
            there = np.flatnonzero(fruit[t] == ate[t])
            for other in np.flatnonzero(best == ate[t]):
                far = distance[cell[t, other], mine[t]]
                if other != agent and far != NO_WAY and far == distance[cell[t, other], there].min():
                    harm[t] = True
        return harm
