"""pettingzoo classic leduc_holdem: call, raise, fold and check, on a hand and a public card of jack, queen and king.

The first three entries of an observation are the hand, the next three the public card, one-hot.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import Script
from worlds.arena import Species

CALL, RAISE, FOLD, CHECK = range(4)
SURE = 2.5


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The scripts of either player."""
    if species.shape != (36,) or species.actions != 4:
        return []
    return [
        Script("tight", _tight), Script("caller", _caller), Script("bluffer", _bluffer), Script("trapper", _trapper),
    ]  # fmt: skip


def good(observation: np.ndarray) -> np.ndarray:
    """(m,) bool: a pair with the public card, or a king."""
    hand, public = observation[:, :3], observation[:, 3:6]
    return ((hand * public).sum(1) > 0) | (hand[:, 2] > 0)


def _prefer(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(m, 4): most of all the first action, failing that the second."""
    actions = np.arange(4)
    return SURE * ((first[:, None] == actions) + 0.5 * (second[:, None] == actions))


def _tight(observation, mask):
    strong = good(observation)
    return _prefer(np.where(strong, RAISE, FOLD), np.where(strong, CALL, CHECK))


def _caller(observation, mask):
    same = np.full(len(observation), CALL)
    return _prefer(same, np.full(len(observation), CHECK)) + SURE * 0.5 * (np.arange(4) == CHECK)


def _bluffer(observation, mask):
    return _prefer(np.full(len(observation), RAISE), np.full(len(observation), CALL))


def _trapper(observation, mask):
    strong = good(observation)
    return _prefer(np.where(strong, CHECK, RAISE), np.where(strong, CALL, FOLD))
