"""What the scripts of magent2's environments share: a view (h, w, channel) with the observer in the middle.

The channels are obstacles, my kind, its health, the others, their health. Actions are moves to the cells of a
disc, row by row with the own cell in the middle, and then attacks on the cells of a ring, row by row.
"""

from __future__ import annotations

import numpy as np

from agents.arena.scripted.fields import SURE, choose, grid_away, length

OBSTACLE, MINE, _, OTHERS = range(4)


class Body:
    """The moves and attacks of a body that walks `speed` cells and strikes as far as `reach` (radii)."""

    def __init__(self, speed: float, reach: float) -> None:
        self.moves, ring = _disc(speed), _disc(reach)
        self.attacks = ring[ring.any(1)]  # (j, 2) as (x, y)
        self.actions = len(self.moves) + len(self.attacks)
        self.stay = len(self.moves) // 2

    def walk(self, way: np.ndarray) -> np.ndarray:
        """(m, a): along the ways (m, 2), far rather than near, but no farther than they go; stay where they are 0."""
        far = length(way)
        speed = np.sqrt((self.moves[-1] ** 2).sum())
        goal = way / np.maximum(far, 1e-9) * np.minimum(far, speed)
        distance = length(self.moves - goal[:, None])[..., 0]
        scores = np.full((len(way), self.actions), -2.0 * SURE)
        scores[:, : len(self.moves)] = -SURE * distance
        return scores

    def strike(self, channel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(m, a) the scores for striking a cell in reach of the grids (m, h, w), (m,) whether there is one."""
        y, x = channel.shape[1] // 2 + self.attacks[:, 1], channel.shape[2] // 2 + self.attacks[:, 0]
        hit = channel[:, y, x] > 0
        there = np.asarray(hit.any(1))
        action = np.where(there, len(self.moves) + hit.argmax(1), -1)
        return choose(action, self.actions, 2 * SURE), there

    def strike_or(self, channel: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """(m, a): strike what is in reach, else the scores."""
        blow, there = self.strike(channel)
        return np.where(there[:, None], blow, scores)


def others_of_mine(observation: np.ndarray) -> np.ndarray:
    """(m, h, w): my kind without the observer."""
    mine = observation[..., MINE].copy()
    mine[:, mine.shape[1] // 2, mine.shape[2] // 2] = 0
    return mine


def clear(observation: np.ndarray, way: np.ndarray) -> np.ndarray:
    """(m, 2): the ways, bent away from obstacles that are near."""
    walls = grid_away(observation[..., OBSTACLE])
    return way + 0.5 * walls


def _disc(radius: float) -> np.ndarray:
    """(j, 2): the cells within a radius as (x, y), row by row."""
    wide = int(radius)
    cells = [(x, y) for y in range(-wide, wide + 1) for x in range(-wide, wide + 1)]
    return np.array([cell for cell in cells if cell[0] ** 2 + cell[1] ** 2 <= radius**2 + 1e-9])
