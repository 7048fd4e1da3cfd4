"""magent2 battlefield: two teams, each of which sees the other as `others`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import Script, grid_away, grid_nearest
from agents.arena.scripted.magent import OTHERS, Body, clear, others_of_mine
from worlds.arena import Species

BODY = Body(speed=2, reach=1.5)
RIGHT, BACK = np.array([2.0, 0.0]), np.array([0.0, 2.0])


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The scripts of either team; none with a minimap or extra features, which move the channels."""
    if species.actions != BODY.actions or len(species.shape) != 3 or species.shape[2] != 5:
        return []
    return [
        Script("fighter", _fighter), Script("deserter", _deserter), Script("herder", _herder),
        Script("holder", _holder), Script("wanderer", _wanderer),
    ]  # fmt: skip


def _fighter(observation, mask):
    enemy = observation[..., OTHERS]
    return BODY.strike_or(enemy, BODY.walk(_or(grid_nearest(enemy), -BACK)))


def _deserter(observation, mask):
    away = grid_away(observation[..., OTHERS])
    return BODY.walk(4.0 * clear(observation, _or(4.0 * away, BACK)))


def _herder(observation, mask):
    return BODY.walk(grid_nearest(others_of_mine(observation)))


def _holder(observation, mask):
    return BODY.strike_or(observation[..., OTHERS], BODY.walk(np.zeros((len(observation), 2))))


def _wanderer(observation, mask):
    return BODY.walk(4.0 * clear(observation, np.tile(RIGHT, (len(observation), 1))))


def _or(way: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """The ways (m, 2), the other one where they are zero."""
    return np.where(way.any(-1, keepdims=True), way, otherwise)
