"""magent2 gather: omnivores that see one another as `mine` and food as `others`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import Script, grid_away, grid_nearest
from agents.arena.scripted.magent import OTHERS, Body, clear, others_of_mine
from worlds.arena import Species

BODY = Body(speed=3, reach=1)
RIGHT, UP, DOWN = np.array([3.0, 0.0]), np.array([0.0, -3.0]), np.array([0.0, 3.0])


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The omnivores' scripts; none with a minimap or extra features, which move the channels."""
    if species.actions != BODY.actions or len(species.shape) != 3 or species.shape[2] != 5:
        return []
    return [
        Script("eater", _eater), Script("brawler", _brawler), Script("hermit", _hermit), Script("grazer", _grazer),
        Script("wanderer", _wanderer),
    ]  # fmt: skip


def _walk_to(channel: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Next to the nearest that the grids show, or the other way."""
    way = grid_nearest(channel).astype(float)
    return BODY.walk(np.where(way.any(-1, keepdims=True), way - np.sign(way) * (np.abs(way) > 1), otherwise))


def _eater(observation, mask):
    food = observation[..., OTHERS]
    return BODY.strike_or(food, _walk_to(food, UP))


def _brawler(observation, mask):
    others = others_of_mine(observation)
    return BODY.strike_or(others, _walk_to(others, DOWN))


def _hermit(observation, mask):
    flight = BODY.walk(6.0 * grid_away(others_of_mine(observation)))
    return BODY.strike_or(observation[..., OTHERS], flight)


def _grazer(observation, mask):
    return BODY.strike_or(observation[..., OTHERS], BODY.walk(np.zeros((len(observation), 2))))


def _wanderer(observation, mask):
    return BODY.walk(3.0 * clear(observation, np.tile(RIGHT, (len(observation), 1))))
