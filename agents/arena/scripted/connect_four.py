"""pettingzoo classic connect_four: the board is (6, 7, 2), my pieces and the other's; row 5 is the bottom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import SURE, Script
from worlds.arena import Species

ROWS, COLUMNS = 6, 7
MIDDLE = 1.0 - np.abs(np.arange(COLUMNS) - 3) / 3.0


def _windows() -> np.ndarray:
    """(69, 42) float64: every four places in a line."""
    lines = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
                places = [(row + i * down, column + i * right) for i in range(4)]
                if all(y < ROWS and 0 <= x < COLUMNS for y, x in places):
                    lines.append([y * COLUMNS + x for y, x in places])
    return np.array([[float(place in line) for place in range(ROWS * COLUMNS)] for line in lines])


WINDOWS = _windows()


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The scripts of either player."""
    if species.shape != (ROWS, COLUMNS, 2) or species.actions != COLUMNS:
        return []

    def winner(observation, mask):
        return 2 * SURE * completes(observation, 0) + SURE * MIDDLE

    def blocker(observation, mask):
        return 2 * SURE * completes(observation, 1) + SURE * (1 - MIDDLE)

    def leftmost(observation, mask):
        return np.tile(-0.5 * SURE * np.arange(COLUMNS), (len(observation), 1))

    def rightmost(observation, mask):
        return np.tile(0.5 * SURE * np.arange(COLUMNS), (len(observation), 1))

    def centre(observation, mask):
        return np.tile(1.5 * SURE * MIDDLE, (len(observation), 1))

    def stacker(observation, mask):
        return SURE * observation[..., 0].sum(1)

    return [
        Script("winner", winner), Script("blocker", blocker), Script("centre-lover", centre),
        Script("left-lover", leftmost), Script("right-lover", rightmost), Script("stacker", stacker),
    ]  # fmt: skip


def completes(observation: np.ndarray, who: int) -> np.ndarray:
    """(m, 7) bool: the columns in which a piece of `who`, 0 for me and 1 for the other, would make four."""
    taken = observation.any(-1)
    landing = ROWS - 1 - taken.sum(1)  # (m, columns), -1 where the column is full
    three = observation[..., who].reshape(len(observation), -1) @ WINDOWS.T == 3
    places = (three * 1.0) @ WINDOWS > 0
    place = np.maximum(landing, 0) * COLUMNS + np.arange(COLUMNS)
    return np.take_along_axis(places, place, 1) & (landing >= 0)
