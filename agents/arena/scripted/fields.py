"""What scripts share: scores for walking, in the open and on grids, and for picking the nearest.

A script scores every action of m observations at once, in nats: the bank makes probabilities of scores by a
softmax over what is legal. SURE is the lead of what a script wants over what it does not care for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

SURE = 3.0  # e^3, twenty to one
_LEFT = np.array([-1.0, 1.0])
STEPS = np.array([[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]])  # MPE's actions as (x, y)

Score = Callable[[np.ndarray, np.ndarray], np.ndarray]  # observation (m, *shape) float64, mask (m, a) -> (m, a)


class Script(NamedTuple):
    """A policy by hand; `name` has its sentence in agents.arena.words."""

    name: str
    score: Score


def dot(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(…, 1): the products of ways (…, 2). Written out, for numpy takes long to sum over so short an axis."""
    both = one * other
    return both[..., :1] + both[..., 1:]


def length(way: np.ndarray) -> np.ndarray:
    """(…, 1): how long ways (…, 2) are."""
    return np.sqrt(dot(way, way))


def turned(way: np.ndarray) -> np.ndarray:
    """(…, 2): ways (…, 2) turned to the left by a quarter."""
    return way[..., ::-1] * _LEFT


def toward(way: np.ndarray, steps: np.ndarray = STEPS, sure: float = SURE) -> np.ndarray:
    """(m, a): how far each of the steps (a, 2) goes along the ways (m, 2); all alike where the way is zero."""
    return (way * (sure / np.maximum(length(way), 1e-9))) @ steps.T


def nearest(places: np.ndarray, there: np.ndarray | None = None) -> np.ndarray:
    """(m, 2): of the relative places (m, j, 2) the nearest that is there; zero where none is."""
    distance, rows = dot(places, places)[..., 0], np.arange(len(places))
    if there is None:
        return places[rows, distance.argmin(1)]
    at = np.where(there, distance, np.inf).argmin(1)
    return np.where(there.any(1, keepdims=True), places[rows, at], 0.0)


def away(places: np.ndarray, there: np.ndarray | None = None) -> np.ndarray:
    """(m, 2): away from all relative places (m, j, 2), from the near ones most."""
    push = -places / (dot(places, places) + 1e-3)
    return (push if there is None else push * there[..., None]).sum(1)


def flee(position: np.ndarray, hunters: np.ndarray, there: np.ndarray, ahead: float = 0.4) -> np.ndarray:
    """(m, 5): MPE's actions by how far from the nearest hunter they lead, and not out of the arena.

    positions (m, 2), relative places of hunters (m, j, 2) and whether they are there (m, j).
    """
    moved = STEPS * ahead
    distance = length(hunters[:, None] - moved[None, :, None])[..., 0]
    safe = np.where(there[:, None], distance, np.inf).min(-1)
    safe = np.where(np.isfinite(safe), np.minimum(safe, 3.0), 0.0)
    out = np.maximum(np.abs(position[:, None] + moved) - 1.0, 0.0).sum(-1)
    return 3.0 * SURE * (safe - 2.0 * out)


def unit(way: np.ndarray) -> np.ndarray:
    """Ways (m, 2) with length one, zero where they are zero."""
    return way / np.maximum(length(way), 1e-9)


def choose(action: np.ndarray, actions: int, sure: float = SURE) -> np.ndarray:
    """(m, a): the score `sure` for the actions (m,), nothing for the others; -1 wants none."""
    return sure * (action[:, None] == np.arange(actions))


def grid_nearest(channel: np.ndarray) -> np.ndarray:
    """(m, 2): from the middle of grids (m, h, w) to their nearest non-zero cell but the middle, as (x, y)."""
    offset = grid_offsets(channel.shape[1:])
    cost = (offset * offset).sum(-1).astype(float)
    cost[cost == 0] = np.inf
    distance = np.where(channel.reshape(len(channel), -1) > 0, cost, np.inf)
    at = distance.argmin(1)
    return np.where(np.isfinite(distance.min(1))[:, None], offset[at], 0)


def grid_away(channel: np.ndarray) -> np.ndarray:
    """(m, 2): away from the non-zero cells of grids (m, h, w), from the near ones most, as (x, y)."""
    offset = grid_offsets(channel.shape[1:])
    square = np.maximum((offset * offset).sum(-1, keepdims=True), 1)
    return (channel.reshape(len(channel), -1) > 0) @ (-offset / square)


def grid_offsets(shape: tuple[int, ...]) -> np.ndarray:
    """(h · w, 2): each cell of a grid (h, w) as (x, y) from its middle."""
    y, x = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    return np.stack([x - shape[1] // 2, y - shape[0] // 2], -1)
