"""pettingzoo sisl pursuit: pursuers that see a window of the map, as walls, pursuers and evaders.

The window is (y, x, channel) with the observer in the middle, which counts among the pursuers.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import SURE, Script, grid_away, grid_nearest, toward
from worlds.arena import Species

MOVES = np.array([[-1, 0], [1, 0], [0, 1], [0, -1], [0, 0]])  # the actions as (x, y)
_LEFT, _RIGHT, _UP, _DOWN, _STAY = range(5)  # of y, up is more


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The pursuers' scripts; none for flattened or even windows, or where evaders are learned too."""
    height, width, channels = (*species.shape, 0, 0)[:3]
    if species.actions != len(MOVES) or channels != 3 or not height % 2 or not width % 2:
        return []
    return [
        Script("pursuer", _pursuer), Script("loner", _loner), Script("follower", _follower),
        Script("climber", _climber), Script("watcher", _watcher),
    ]  # fmt: skip


def _walk(way: np.ndarray, otherwise: int) -> np.ndarray:
    """Along the ways (m, 2); where there is none, one and the same move."""
    return toward(np.where(way.any(-1, keepdims=True), way, MOVES[otherwise]), MOVES)


def _others(observation: np.ndarray) -> np.ndarray:
    """(m, h, w): the pursuers, without the observer."""
    team = observation[..., 1].copy()
    team[:, team.shape[1] // 2, team.shape[2] // 2] -= 1
    return team


def _pursuer(observation, mask):
    return _walk(grid_nearest(observation[..., 2]), _RIGHT)


def _loner(observation, mask):
    return _walk(grid_away(_others(observation)), _DOWN)


def _follower(observation, mask):
    return _walk(grid_nearest(_others(observation)), _LEFT)


def _climber(observation, mask):
    """Up where that is free, else to the side on which the way up opens sooner."""
    middle = observation.shape[1] // 2, observation.shape[2] // 2
    wall = observation[..., 0] > 0
    above = wall[:, middle[0] + 1]
    blocked = above[:, middle[1]]
    left, right = above[:, : middle[1]].sum(1), above[:, middle[1] + 1 :].sum(1)
    action = np.where(blocked, np.where(left < right, _LEFT, _RIGHT), _UP)
    return SURE * (action[:, None] == np.arange(len(MOVES)))


def _watcher(observation, mask):
    way = grid_nearest(observation[..., 2])
    near = np.abs(way).sum(-1) == 1
    walk = toward(way * near[:, None], MOVES)
    walk[~near, _STAY] = SURE
    return walk
