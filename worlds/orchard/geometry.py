"""What a map lets one reach and see, worked out once per map; the map is common knowledge, so this is too.

Cells are numbered row * width + column. A set of cells is a *bitboard*: uint64 words, cell c being bit c % 64
of word c // 64.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, uint64

# Rows and columns that each action leads on: worlds.ACTIONS, and worlds.orchard.config.DIAGONALS after them.
STEPS = np.array([[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1], [-1, -1], [-1, 1], [1, -1], [1, 1]], np.int64)
FARTHEST, NO_WAY = 254, 255  # walking distances are capped; the second marks walls and what is behind glass
_ONE = np.uint64(1)
_M1, _M2, _M4 = (np.uint64(m) for m in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F))
_H01 = np.uint64(0x0101010101010101)


class Geometry(NamedTuple):
    """One map's tables. `sights` are the radii of the senses, in the order of the configuration."""

    neighbor: np.ndarray  # (cells, 1 + moves) int16: the cell after each action; walls and the rim stop a move
    distance: np.ndarray  # (cells, cells) uint8: fewest moves, capped at 254; 255 where there is no way
    visible: np.ndarray  # (sights, cells, words) uint64: floor cells in sight, one's own and those behind glass too
    seen: np.ndarray  # (sights, cells) int32: how many those are


@njit(cache=True, nogil=True, inline="always")
def has(board, cell):
    """Whether a bitboard (words,) uint64 holds a cell."""
    return (board[cell >> 6] >> uint64(cell & 63)) & _ONE != 0


@njit(cache=True, nogil=True, inline="always")
def put(board, cell):
    """Adds a cell to a bitboard, in place."""
    board[cell >> 6] |= _ONE << uint64(cell & 63)


@njit(cache=True, nogil=True, inline="always")
def popcount(word):
    """How many bits of a uint64 are set."""
    word = word - ((word >> _ONE) & _M1)
    word = (word & _M2) + ((word >> np.uint64(2)) & _M2)
    word = (word + (word >> np.uint64(4))) & _M4
    return np.int64((word * _H01) >> np.uint64(56))


@njit(cache=True, nogil=True, inline="always")
def lowest_bit(word):
    """The index of the lowest set bit of a uint64 that is not zero."""
    return popcount((word & (~word + _ONE)) - _ONE)


@njit(cache=True, nogil=True)
def line_is_clear(opaque, row, column, row2, column2):
    """Whether no opaque cell lies strictly between two cells.

    The straight line between the centres is sampled once per unit of Chebyshev distance, halves rounded up,
    always from the smaller to the larger cell number: so sight is symmetric by construction.
    """
    if row2 * opaque.shape[1] + column2 < row * opaque.shape[1] + column:
        row, column, row2, column2 = row2, column2, row, column
    down, right = row2 - row, column2 - column
    length = max(abs(down), abs(right))
    r, c, below, beside = row, column, length, length
    for _ in range(1, length):  # a division at each sample would take most of the time
        below, beside = below + 2 * down, beside + 2 * right
        r, below = _carried(r, below, 2 * length)
        c, beside = _carried(c, beside, 2 * length)
        if opaque[r, c]:
            return False
    return True


@njit(cache=True, nogil=True)
def _carried(whole, part, unit):
    """A number and a part of a unit, between -1 and 2, with the part brought between 0 and 1."""
    if part < 0:
        return whole - 1, part + unit
    return (whole + 1, part - unit) if part >= unit else (whole, part)


@njit(cache=True, nogil=True)
def fill_neighbors(walls, neighbor):
    """Writes the cell after each action, (cells, 1 + moves) int16."""
    height, width = walls.shape
    for cell in range(height * width):
        for a in range(neighbor.shape[1]):
            row, column = cell // width + STEPS[a, 0], cell % width + STEPS[a, 1]
            inside = 0 <= row < height and 0 <= column < width
            neighbor[cell, a] = row * width + column if inside and not walls[row, column] else cell


@njit(cache=True, nogil=True)
def fill_distances(walls, neighbor, distance):
    """Writes all walking distances, (cells, cells) uint8: a breadth-first search from each floor cell."""
    cells, actions = neighbor.shape
    wall = walls.ravel()
    queue = np.empty(cells, np.int64)
    distance[:] = 255
    for start in range(cells):
        if wall[start]:
            continue
        row = distance[start]
        row[start], queue[0], head, tail = 0, start, 0, 1
        while head < tail:
            around, further = neighbor[queue[head]], min(row[queue[head]] + 1, FARTHEST)
            head += 1
            for a in range(1, actions):
                after = uint64(around[a])  # an index that might be negative takes longer
                if row[after] == 255:
                    row[after], queue[tail] = further, after
                    tail += 1


@njit(cache=True, nogil=True)
def fill_visible(walls, opaque, sights, visible, seen):
    """Writes what each sight sees from each cell: (sights, cells, words) uint64, and the counts.

    Walls stop a move, what is opaque stops a look: glass is a wall that is not.
    """
    height, width = walls.shape
    reach = sights.max()
    visible[:] = uint64(0)
    for cell in range(height * width):
        row, column = cell // width, cell % width
        if walls[row, column]:
            continue
        for row2 in range(row, min(row + reach + 1, height)):
            for column2 in range(max(column - reach, 0) if row2 > row else column, min(column + reach + 1, width)):
                if walls[row2, column2] or not line_is_clear(opaque, row, column, row2, column2):
                    continue
                other, away = row2 * width + column2, max(row2 - row, abs(column2 - column))
                for s in range(len(sights)):
                    if away <= sights[s]:
                        put(visible[s, cell], other)
                        put(visible[s, other], cell)
    for s in range(len(sights)):
        for cell in range(height * width):
            seen[s, cell] = 0
            for word in range(visible.shape[2]):
                seen[s, cell] += popcount(visible[s, cell, word])


def empty_geometry(shape: tuple[int, int], sights: int, batch: tuple[int, ...] = (), moves: int = 4) -> Geometry:
    """Tables to be filled, for maps of one shape (height, width); `batch` are leading axes."""
    cells = shape[0] * shape[1]
    words = (cells + 63) // 64
    return Geometry(
        np.empty((*batch, cells, 1 + moves), np.int16),
        np.empty((*batch, cells, cells), np.uint8),
        np.empty((*batch, sights, cells, words), np.uint64),
        np.empty((*batch, sights, cells), np.int32),
    )


@njit(cache=True, nogil=True)
def fill_geometry(walls, opaque, sights, neighbor, distance, visible, seen):
    """Fills one map's tables, in place."""
    fill_neighbors(walls, neighbor)
    fill_distances(walls, neighbor, distance)
    fill_visible(walls, opaque, sights, visible, seen)


def geometry_of(
    walls: np.ndarray, sights: tuple[int, ...], glass: np.ndarray | None = None, moves: int = 4
) -> Geometry:
    """The tables of one map: walls (h, w) bool, sights the Chebyshev radii, glass (h, w) bool: the walls of glass."""
    tables = empty_geometry(walls.shape, len(sights), moves=moves)
    opaque = walls if glass is None else walls & ~glass
    fill_geometry(walls, opaque, np.asarray(sights, np.int64), *tables)
    return tables
