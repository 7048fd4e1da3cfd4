"""worlds: an open room, a goal, and a compass that is hidden; what each world makes of an act, and who acts in it.

Of each life the start and the goal are drawn, and which of WAYS ways north goes. A move slips with the chance SLIP, as
in the orchard's rules (worlds.orchard.fortune): an act drawn from all is done in its stead, and then turned. Who
arrives stays.
Axes: e lives, w ways, c cells, a acts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from worlds.orchard.fortune import TURNED, WAYS
from worlds.orchard.geometry import geometry_of

SIDE = 9  # cells of a side of the room
STEPS = 16  # of a life, at most
SLIP = 0.3
NEAREST = 3  # moves from the start to the goal, at least
ACTS = 1 + WAYS


@dataclass(frozen=True)
class Design:
    """How much is lived."""

    seeds: int = 5
    episodes: int = 512  # lives of each seed


class Room(NamedTuple):
    """What leads where, and what that tells."""

    led: np.ndarray  # (w, c, a) int64: the cell that an act leads to where nothing slips
    slipped: np.ndarray  # (c, c) float64: how likely a slip leads from one cell to another
    distance: np.ndarray  # (c, c) int64: moves
    known: np.ndarray  # (w, goals, c, a) float64: the acts of who knows the way: any that lead nearest, as likely

    def outcome(self, cell: np.ndarray, act: np.ndarray, after: np.ndarray) -> np.ndarray:
        """(e, w): how likely an act leads from one cell to another where north goes each way."""
        hit = self.led[:, cell, act] == after
        return (1 - SLIP) * hit.T + SLIP * self.slipped[cell, after][:, None]


@lru_cache(maxsize=1)
def room() -> Room:
    """The open room."""
    geometry = geometry_of(np.zeros((SIDE, SIDE), bool), (SIDE, SIDE), moves=WAYS)
    neighbor, distance = geometry.neighbor.astype(np.int64), geometry.distance.astype(np.int64)
    cells = len(neighbor)
    led = np.stack([neighbor[:, TURNED[way]] for way in range(WAYS)])
    slipped = np.zeros((cells, cells))
    np.add.at(slipped, (np.repeat(np.arange(cells), ACTS), neighbor.ravel()), 1 / ACTS)
    away = distance[led].transpose(0, 3, 1, 2)  # w goals c a
    nearest = away == away.min(-1, keepdims=True)
    return Room(led, slipped, distance, nearest / nearest.sum(-1, keepdims=True))


@dataclass
class Lives:
    """Lives side by side, as far as they have come."""

    start: np.ndarray  # (e,) int64
    goal: np.ndarray
    way: np.ndarray
    cell: np.ndarray = field(init=False)
    took: np.ndarray = field(init=False)  # (e,) int64: steps until the goal, STEPS where it is not reached
    outcomes: np.ndarray = field(init=False)  # (e, w): log of how likely what came of its acts is, each way
    acts: np.ndarray = field(init=False)  # (e, w): the same of its acts, if who knows the way had done them
    pairs: np.ndarray = field(init=False)  # (e, acts · acts): how often an act came out as a move
    step: int = field(init=False, default=0)

    def __post_init__(self):
        self.cell, self.took = self.start.copy(), np.full(len(self.start), STEPS)
        self.outcomes, self.acts = np.zeros((2, len(self.start), WAYS))
        self.pairs = np.zeros((len(self.start), ACTS * ACTS), np.float32)

    @property
    def there(self) -> np.ndarray:
        """(e,) bool: who has arrived."""
        return self.cell == self.goal

    def live(self, act: np.ndarray, generator: np.random.Generator) -> None:
        """One step with these acts (e,)."""
        made, every = room(), np.arange(len(act))
        moving = ~self.there
        slips = generator.random(len(act)) < SLIP
        done = np.where(slips, generator.integers(ACTS, size=len(act)), act)
        after = np.where(moving, made.led[self.way, self.cell, done], self.cell)
        with np.errstate(divide="ignore"):
            self.acts[moving] += np.log(np.maximum(made.known[:, self.goal, self.cell, act].T, 1e-3))[moving]
        self.outcomes[moving] += np.log(made.outcome(self.cell, act, after))[moving]
        self.pairs[every[moving], (act * ACTS + _moved(self.cell, after))[moving]] += 1
        self.cell, self.step = after, self.step + 1
        self.took[moving & self.there] = self.step


def _moved(cell: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(e,): which move leads from one cell to another where north is north; 0: none."""
    down, right = after // SIDE - cell // SIDE, after % SIDE - cell % SIDE
    return _MOVE[down + 1, right + 1]


def _moves() -> np.ndarray:
    """(3, 3): the move by rows and columns."""
    centre, table = SIDE // 2 * SIDE + SIDE // 2, np.zeros((3, 3), np.int64)
    for act in range(ACTS):
        there = int(room().led[0, centre, act])
        table[there // SIDE - SIDE // 2 + 1, there % SIDE - SIDE // 2 + 1] = act
    return table


_MOVE = _moves()
Acting = Callable[[Lives], np.ndarray]  # the chances of acts (e, a)


def born(count: int, generator: np.random.Generator) -> Lives:
    """Lives at their beginnings, the goal at least NEAREST moves away, each way as likely."""
    distance = room().distance
    start = generator.integers(len(distance), size=count)
    far = distance[start] >= NEAREST
    goal = (far * generator.random(far.shape)).argmax(1)
    return Lives(start, goal, generator.integers(WAYS, size=count))


def lived(lives: Lives, acting: Acting, generator: np.random.Generator) -> Lives:
    """The same to their ends, acts drawn from what somebody says of them."""
    for _ in range(STEPS):
        lives.live(drawn(acting(lives), generator), generator)
    return lives


def drawn(chances: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """(e,): an act from each row of chances (e, a)."""
    left = generator.random((len(chances), 1)) * chances.sum(1, keepdims=True)
    return (chances.cumsum(1) <= left).sum(1).clip(max=chances.shape[1] - 1)


def knows(lives: Lives) -> np.ndarray:
    """Who knows the way."""
    return room().known[lives.way, lives.goal, lives.cell]


def believing(evidence: Callable[[Lives], np.ndarray]) -> Acting:
    """Who acts as who knows the way would, as likely as each way is after some evidence (e, w), in logarithms."""

    def acting(lives: Lives) -> np.ndarray:
        belief = np.exp(evidence(lives) - evidence(lives).max(1, keepdims=True))
        belief /= belief.sum(1, keepdims=True)
        return np.einsum("ew,wea->ea", belief, room().known[:, lives.goal, lives.cell])

    return acting
