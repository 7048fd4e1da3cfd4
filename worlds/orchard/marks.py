"""Marks, an option of the orchard: anybody may become marked at any step, and stays so until it washes.

Who is marked follows from the actions and the episode's key alone, so that a log need not hold it.
"""

import numpy as np
from numba import njit

from worlds import dice
from worlds.orchard.config import ACTIONS

WASH = len(ACTIONS)  # the index of the action that follows on worlds.ACTIONS where there are marks


@njit(cache=True, nogil=True)
def mark_agents(mark, action, key, step, chance, after):
    """Writes who is marked after the acts of a step, (n,) bool: who was and did not wash, and who by chance becomes so.

    mark (n,) bool: who was marked before them; `after` may be the same array.
    """
    for i in range(len(mark)):
        becomes = dice.uniform(dice.draw(key, step, i, dice.MARK)) < chance
        after[i] = becomes or (mark[i] and action[i] != WASH)


@njit(cache=True, nogil=True)
def _fill(action, key, chance, mark):
    for t in range(len(action) - 1):
        mark_agents(mark[t], action[t], key, t, chance, mark[t + 1])


def marks_of(action: np.ndarray, key: int, chance: float) -> np.ndarray:
    """Who was marked before the moves of each step, (t, n) bool; action (t, n) int8, at first nobody is."""
    mark = np.zeros(action.shape, np.bool_)
    if chance:
        _fill(action, np.uint64(key), chance, mark)
    return mark
