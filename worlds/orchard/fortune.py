"""What chance may do between a choice and what comes of it: slips, hollow fruits, and a compass that goes another way.

Options of the orchard, each off by default. All of it follows from the episode's key. What agents and logs call the
action is the one that was chosen; where it led to is told by the cells.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from worlds import dice
from worlds.orchard.config import OrchardConfig

WAYS = 8
_ROUND = (1, 6, 4, 8, 2, 7, 3, 5)  # the eight moves clockwise from north, as `config.action_names` numbers them


def _turned() -> np.ndarray:
    """(way, 9) int8: the move that each action is where north goes so many eighths clockwise; staying stays."""
    table = np.zeros((WAYS, 1 + WAYS), np.int8)
    for way in range(WAYS):
        table[way, _ROUND] = np.roll(_ROUND, -way)
    return table


TURNED = _turned()


class Fortune(NamedTuple):
    """The options of one episode, as compiled code reads them."""

    regrow: bool  # whether a fruit that is eaten grows elsewhere
    slip: float  # the chance that an action is replaced by one drawn uniformly
    luck: float  # the chance that a fruit which is eaten is hollow: worth nothing
    way: int  # eighths of a turn, clockwise, that every move is off; 0: north is north
    actions: int  # how many there are


def way_of(config: OrchardConfig, key: int) -> int:
    """Which way north goes in the episode of that key, eighths of a turn clockwise; 0 without `compass`."""
    return int(dice.pick(np.uint64(key), 0, 0, dice.COMPASS, WAYS)) if config.compass else 0


def fortune_of(config: OrchardConfig, key: int) -> Fortune:
    """The options of the episode of that key."""
    return Fortune(config.regrow, config.slip, config.luck, way_of(config, key), len(config.action_names))


@njit(cache=True, nogil=True)
def carry_out(action, key, step, fortune, done):
    """Writes what is really done, done (n,) int8, where these actions (n,) int8 were chosen: slips, then the turn."""
    if fortune.slip == 0.0 and fortune.way == 0:
        done[:] = action
        return
    for i in range(len(action)):
        a = np.int64(action[i])
        if dice.uniform(dice.draw(key, step, i, dice.SLIP)) < fortune.slip:
            a = dice.below(dice.draw(key, step, i, dice.SLIPPED), fortune.actions)
        done[i] = TURNED[fortune.way, a] if fortune.way > 0 else a


@njit(cache=True, nogil=True)
def spoil(eaten, key, step, luck, hollow):
    """Writes who ate a hollow fruit, hollow (n,) bool; eaten (n,) int8 as step_world has it."""
    for i in range(len(eaten)):
        hollow[i] = eaten[i] >= 0 and dice.uniform(dice.draw(key, step, i, dice.LUCK)) < luck


@njit(cache=True, nogil=True)
def pay(worth, eaten, key, step, luck, hollow, reward):
    """Writes what fruits were worth, by worth (n, kinds), to who ate them, reward (n,) float32; hollow ones nothing."""
    if luck > 0.0:
        spoil(eaten, key, step, luck, hollow)
    for i in range(len(eaten)):
        reward[i] = worth[i, eaten[i]] if eaten[i] >= 0 and not hollow[i] else 0.0


class Fate:
    """The fortunes of a batch of worlds: key (b,) uint64; `hollow` (b, n) bool says who ate a hollow fruit just now."""

    def __init__(self, config: OrchardConfig, key: np.ndarray):
        self.key, self.each = key, [fortune_of(config, k) for k in key.tolist()]
        self.hollow = np.zeros((len(key), config.agents), np.bool_)
        self._done = np.empty((len(key), config.agents), np.int8)

    @staticmethod
    def rules(config: OrchardConfig) -> bool:
        """Whether chance comes between choices and what comes of them in such a world."""
        return bool(config.slip or config.luck or config.compass)

    def carried_out(self, action: np.ndarray, step: np.ndarray) -> np.ndarray:
        """What is really done at a step (b,), (b, n) int8; the array is written again at the next call."""
        for b, fortune in enumerate(self.each):
            carry_out(action[b], self.key[b], step[b], fortune, self._done[b])
        return self._done

    def spoil(self, eaten: np.ndarray, step: np.ndarray) -> None:
        """Says in `hollow` which of the fruits eaten (b, n) at a step (b,) were hollow."""
        for b, fortune in enumerate(self.each):
            spoil(eaten[b], self.key[b], step[b], fortune.luck, self.hollow[b])
