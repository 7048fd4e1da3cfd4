"""What a policy from outside the type space acts on: what is perceived at one step from one body."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from agents.orchard.senses import Senses
from worlds.orchard.geometry import NO_WAY, Geometry, has


class Scene(NamedTuple):
    """What is perceived at one step, of what can be walked to."""

    cell: int
    fruit: dict[int, list[int]]  # the cells in sight of each kind
    others: list[int]  # the cells of the other agents in sight
    last: int  # what the body did the step before, STAY at first
    native: np.ndarray  # (actions,) what the type that the stranger bears would do here
    ground: Geometry


def scene_of(
    ground: Geometry,
    senses: Senses,
    through: Sequence[int],
    cell: np.ndarray,
    board: np.ndarray,
    body: int,
    last: int,
    native: np.ndarray,
) -> Scene:
    """What all senses, numbers in `through`, show from a body; cell (n,), board (kinds, words) uint64."""
    at, eyes = int(cell[body]), reduce(lambda one, other: int(senses.meet[one, other]), through)
    view, kinds = ground.visible[senses.sight[eyes], at], int(senses.kinds[eyes])

    def walked_to(cells: Sequence[int]) -> list[int]:
        return [c for c in cells if ground.distance[at, c] != NO_WAY]

    seen = {kind: walked_to(cells_of(board[kind] & view)) for kind in range(len(board)) if kinds >> kind & 1}
    others = [int(c) for i, c in enumerate(cell) if i != body and has(view, c)]
    return Scene(at, {kind: cells for kind, cells in seen.items() if cells}, walked_to(others), last, native, ground)


def cells_of(board: np.ndarray) -> list[int]:
    """The cells that a bitboard (words,) uint64 holds, in order."""
    return np.flatnonzero(np.unpackbits(board.astype("<u8").view(np.uint8), bitorder="little")).tolist()
