"""pettingzoo butterfly knights_archers_zombies with vectors: knights and archers, which share their spaces.

The first row is the agent itself (0, x, y, heading), the last rows are the zombies (distance, relative x and y,
heading), zeros where there are fewer. Down is positive y; to turn clockwise is to raise the heading's angle.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import SURE, Script
from worlds.arena import Species

FORWARD, BACKWARD, LEFT, RIGHT, STRIKE, NOTHING = range(6)
ASPECT = np.array([16.0, 9.0])  # the screen's, by which places are normalised
AIM = np.radians(8)  # a turn is ten degrees


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The scripts for rows of vectors; none for images and masks of types."""
    zombies = arguments.get("max_zombies", 10)
    if len(species.shape) != 2 or species.shape[1] != 5 or species.shape[0] <= zombies:
        return []

    def error(observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(m,) the angle by which the nearest zombie is clockwise of the heading, and whether there is one."""
        rows = observation[:, -zombies:]
        there = (rows != 0).any(-1)
        at = np.where(there, rows[..., 0], np.inf).argmin(1)
        way = rows[np.arange(len(rows)), at, 1:3] * ASPECT
        return _turn(observation, np.arctan2(way[:, 1], way[:, 0])), there.any(1)

    def shooter(observation, mask):
        angle, there = error(observation)
        return _scores(np.where(there, _face(angle, STRIKE), NOTHING))

    def charger(observation, mask):
        angle, there = error(observation)
        return _scores(np.where(there, _face(angle, FORWARD, 2 * AIM), STRIKE))

    def coward(observation, mask):
        angle, there = error(observation)
        back = np.mod(angle + 2 * np.pi, 2 * np.pi) - np.pi
        return _scores(np.where(there, _face(back, FORWARD, 4 * AIM), BACKWARD))

    def sentry(observation, mask):
        angle, there = error(observation)
        return _scores(np.where(there & (np.abs(angle) < 2 * AIM), STRIKE, NOTHING))

    return [
        Script("shooter", shooter), Script("charger", charger), Script("coward", coward),
        Script("whirler", _whirler), Script("sentry", sentry),
    ]  # fmt: skip


def _whirler(observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
    scores = np.zeros((len(observation), 6))
    scores[:, RIGHT], scores[:, STRIKE] = SURE, SURE - 0.5
    return scores


def _turn(observation: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(m,) from the agent's heading to an angle, clockwise, in -π to π."""
    heading = np.arctan2(observation[:, 0, 4], observation[:, 0, 3])
    return np.mod(angle - heading + np.pi, 2 * np.pi) - np.pi


def _face(angle: np.ndarray, action: int, aim: float = AIM) -> np.ndarray:
    """(m,) the action where the angle is small, else the turn to it."""
    return np.where(np.abs(angle) < aim, action, np.where(angle > 0, RIGHT, LEFT))


def _scores(action: np.ndarray) -> np.ndarray:
    return SURE * (action[:, None] == np.arange(6))
