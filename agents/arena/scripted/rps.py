"""pettingzoo classic rps: the observation is the other's last move, one-hot, the last entry where there is none.

A move beats the one before it, paper (1) rock (0), around the circle.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import Score, Script, choose
from worlds.arena import Species

SURE = 2.5  # of three actions


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The scripts for three moves; none for more, where what beats what is another matter."""
    if species.actions != 3 or species.shape != (4,):
        return []

    def after(shift: int) -> Score:
        def score(observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
            last = observation.argmax(1)
            return choose(np.where(last == 3, -1, (last + shift) % 3), 3, SURE)

        return score

    def stubborn(observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return choose(np.zeros(len(observation), int), 3, SURE)

    return [
        Script("copier", after(0)), Script("answerer", after(1)), Script("yielder", after(2)),
        Script("stubborn", stubborn),
    ]  # fmt: skip
