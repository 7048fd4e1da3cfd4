"""Static walls: open ground with pillars, rooms with doors, mazes with loops; each a function of key and attempt."""

import numpy as np
from numba import njit

from worlds import dice


@njit(cache=True, nogil=True)
def _throw(key, attempt, counter, sides):
    """One throw of a die for a map, in [0, sides)."""
    return dice.below(dice.draw(key, attempt, counter, dice.MAP), sides)


@njit(cache=True, nogil=True)
def _open(walls, key, attempt):
    """Open ground with a pillar on about one cell in twelve."""
    height, width = walls.shape
    walls[:] = False
    for cell in range(height * width):
        if _throw(key, attempt, cell, 12) == 0:
            walls[cell // width, cell % width] = True


@njit(cache=True, nogil=True)
def _dividers(length, key, attempt, first):
    """Rows (or columns) of the walls between rooms, some four to six cells apart."""
    lines = np.empty(length, np.int64)
    count, at = 0, 0
    while True:
        at += 4 + _throw(key, attempt, first + count, 3)
        if at > length - 4:
            return lines[:count]
        lines[count] = at
        count += 1
        at += 1


@njit(cache=True, nogil=True)
def _rooms(walls, key, attempt):
    """Rooms in rows and columns; each stretch of wall between two rooms has a door, and a third of it lies open."""
    height, width = walls.shape
    walls[:] = False
    rows, columns = _dividers(height, key, attempt, 0), _dividers(width, key, attempt, 1000)
    if len(rows) + len(columns) == 0 and width >= 5:  # one wall at least
        columns = np.array([2 + _throw(key, attempt, 1000, width - 4)])
    for r in rows:
        walls[r, :] = True
    for c in columns:
        walls[:, c] = True
    counter = 2000
    for turned in range(2):
        grid = walls.T if turned else walls
        lines, crossings = (columns, rows) if turned else (rows, columns)
        for line in lines:
            start = 0
            for k in range(len(crossings) + 1):
                stop = crossings[k] if k < len(crossings) else grid.shape[1]
                grid[line, start + _throw(key, attempt, counter, stop - start)] = False
                for at in range(start, stop):
                    counter += 1
                    if _throw(key, attempt, counter, 3) == 0:
                        grid[line, at] = False
                counter += 1
                start = stop + 1


@njit(cache=True, nogil=True)
def _maze(walls, key, attempt):
    """A depth-first maze on the even cells, one inner wall in four then opened so that there are loops."""
    height, width = walls.shape
    walls[:] = True
    stack = np.empty(height * width, np.int64)
    walls[0, 0], stack[0], depth, counter = False, 0, 1, 0
    while depth > 0:
        row, column = stack[depth - 1] // width, stack[depth - 1] % width
        turn = _throw(key, attempt, counter, 24)
        counter += 1
        moved = False
        for k in range(4):
            side = (turn + k * (1 + 2 * (turn // 12))) % 4
            dr, dc = (side < 2) * (1 - 2 * (side % 2)), (side >= 2) * (1 - 2 * (side % 2))
            r, c = row + 2 * dr, column + 2 * dc
            if 0 <= r < height and 0 <= c < width and walls[r, c]:
                walls[row + dr, column + dc] = walls[r, c] = False
                stack[depth] = r * width + c
                depth += 1
                moved = True
                break
        if not moved:
            depth -= 1
    for cell in range(height * width):
        r, c = cell // width, cell % width
        if walls[r, c] and (r + c) % 2 == 1 and _throw(key, attempt, 5000 + cell, 4) == 0:
            walls[r, c] = False


@njit(cache=True, nogil=True)
def is_connected(walls):
    """Whether every floor cell can be walked to from every other, and there is one."""
    height, width = walls.shape
    reached = walls.copy()
    stack = np.empty(height * width + 1, np.int64)
    depth = 0
    for cell in range(height * width):
        if not walls[cell // width, cell % width]:
            stack[0], depth = cell, 1
            reached[cell // width, cell % width] = True
            break
    while depth > 0:
        depth -= 1
        row, column = stack[depth] // width, stack[depth] % width
        for k in range(4):
            r, c = row + (k == 0) - (k == 1), column + (k == 2) - (k == 3)
            if 0 <= r < height and 0 <= c < width and not reached[r, c]:
                reached[r, c] = True
                stack[depth] = r * width + c
                depth += 1
    return reached.all() and not walls.all()


@njit(cache=True, nogil=True)
def fill(walls, kind, key, attempt):
    """Writes a map (h, w) bool of a kind, its index in MAP_KINDS: a function of the episode's key and the attempt."""
    if kind == 0:
        _open(walls, key, attempt)
    elif kind == 1:
        _rooms(walls, key, attempt)
    else:
        _maze(walls, key, attempt)
