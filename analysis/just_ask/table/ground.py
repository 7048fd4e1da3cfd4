"""table: a room in two halves with a gap between them, in which moves are sure and all is exact.

Somebody begins in a cell and is told another, NEAREST moves away at least; it has STEPS steps, and who arrives stays.
Axes: g goals, c cells, a acts, p pairs of a beginning and a goal, n scenes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from analysis.just_ask.worlds.design import ACTS, NEAREST, SIDE, STEPS, drawn
from worlds.orchard.fortune import WAYS
from worlds.orchard.geometry import NO_WAY, geometry_of

WALL, GAP = SIDE // 2, 3  # its column, and how many rows of it are open
ONE = np.eye(SIDE, dtype=np.float32)


class Ground(NamedTuple):
    """What leads where."""

    led: np.ndarray  # (c, a) int64
    distance: np.ndarray  # (c, c) int64: moves
    pairs: np.ndarray  # (2, p) int64: beginnings and goals


@lru_cache(maxsize=1)
def ground() -> Ground:
    """The room."""
    walls = np.zeros((SIDE, SIDE), bool)
    walls[: SIDE - GAP, WALL] = True
    geometry = geometry_of(walls, (SIDE, SIDE), moves=WAYS)
    distance = geometry.distance.astype(np.int64)
    floor = ~walls.ravel()
    apart = (distance >= NEAREST) & (distance != NO_WAY) & floor & floor[:, None]
    return Ground(geometry.neighbor.astype(np.int64), distance, np.array(np.nonzero(apart)))


def seen(cell: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """(n, d) float32: rows and columns of where one is and of the goal, as zeros and ones."""
    (row, column), (down, right) = np.divmod(cell, SIDE), np.divmod(goal, SIDE)
    return np.concatenate([ONE[row], ONE[column], ONE[down], ONE[right]], 1)


def every() -> tuple[np.ndarray, np.ndarray]:
    """(g c,) int64 each: all cells, and all goals, goal by goal."""
    goal, cell = np.divmod(np.arange(SIDE**4), SIDE**2)
    return cell, goal


def likeliest(odds: np.ndarray) -> np.ndarray:
    """(g, c, a) float64: who takes the act that is likeliest, or worth most, by (g c, a) odds of `every`."""
    return np.eye(ACTS)[odds.argmax(1)].reshape(SIDE**2, SIDE**2, ACTS)


def best() -> np.ndarray:
    """(g, c, a): who knows."""
    return likeliest(-ground().distance[:, ground().led].reshape(-1, ACTS))


def steps(policy: np.ndarray) -> np.ndarray:
    """(g, c) float64: how many steps a policy (g, c, a) is expected to take from each cell to each goal, at most
    STEPS."""
    made, away = ground(), 1 - np.eye(SIDE**2)
    took = np.zeros((SIDE**2, SIDE**2))
    for _ in range(STEPS):
        took = away * (1 + np.einsum("gca,gca->gc", policy, took[:, made.led]))
    return took


def played(policy: np.ndarray, generator: np.random.Generator, count: int = 2000) -> float:
    """The share that a policy (g, c, a) comes to in lives that are played, of pairs that are drawn."""
    pairs = ground().pairs[:, generator.integers(ground().pairs.shape[1], size=count)]
    (cell, goal), took = pairs, np.full(count, STEPS)
    for step in range(STEPS):
        act = drawn(policy[goal, cell], generator)
        moving = cell != goal
        cell = np.where(moving, ground().led[cell, act], cell)
        took[moving & (cell == goal)] = step + 1
    worst, least = (steps(who)[pairs[1], pairs[0]].mean() for who in (at_random(), best()))
    return float((worst - took.mean()) / (worst - least))


def at_random() -> np.ndarray:
    """(g, c, a): who draws its acts."""
    return np.full((SIDE**2, SIDE**2, ACTS), 1 / ACTS)


def share(policy: np.ndarray, pairs: np.ndarray | None = None) -> float:
    """How much of the way from acts at random to V* a policy (g, c, a) comes, over pairs (2, p) int."""
    start, goal = ground().pairs if pairs is None else pairs
    policy = np.broadcast_to(policy, (SIDE**2, SIDE**2, ACTS))
    worst, one, least = (steps(who)[goal, start].mean() for who in (at_random(), policy, best()))
    return float((worst - one) / (worst - least))
