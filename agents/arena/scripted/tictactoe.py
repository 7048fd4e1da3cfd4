"""pettingzoo classic tictactoe: the board is (3, 3, 2), my pieces and the other's; actions are its places in order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import SURE, Score, Script
from worlds.arena import Species

_ROWS = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
_COLUMNS = [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
LINES = np.zeros((8, 9))
for _line, _places in enumerate([*_ROWS, *_COLUMNS, [0, 4, 8], [2, 4, 6]]):
    LINES[_line, _places] = 1.0
CENTRE, CORNER, EDGE = (np.isin(np.arange(9), places) * 1.0 for places in ([4], [0, 2, 6, 8], [1, 3, 5, 7]))


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The scripts of either player."""
    if species.shape != (3, 3, 2) or species.actions != 9:
        return []

    def winner(observation, mask):
        return 2 * SURE * completes(observation, 0) + SURE * CENTRE

    def blocker(observation, mask):
        return 2 * SURE * completes(observation, 1) + SURE * CORNER

    def lover(places: np.ndarray) -> Score:
        return lambda observation, mask: np.tile(SURE * places, (len(observation), 1))

    return [
        Script("winner", winner), Script("blocker", blocker), Script("centre-lover", lover(CENTRE + 0.5 * CORNER)),
        Script("corner-lover", lover(CORNER)), Script("edge-lover", lover(EDGE)),
    ]  # fmt: skip


def completes(observation: np.ndarray, who: int) -> np.ndarray:
    """(m, 9) bool: the free places that complete a line of `who`, 0 for me and 1 for the other."""
    pieces = observation.reshape(-1, 9, 2)
    two = (pieces[:, :, who] @ LINES.T == 2) * 1.0
    return (two @ LINES > 0) & ~pieces.any(-1)
