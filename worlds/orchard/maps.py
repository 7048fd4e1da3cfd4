"""Static walls: open ground with pillars, rooms with doors, mazes with loops, and maps drawn in a text file.

Maps of different splits never coincide, by construction: a map's hash decides which split it belongs to
(eight tenths train, one tenth validation, one tenth test), and a drawn map of another split is drawn again.
"""

import zlib

import numpy as np
from numba import njit

from worlds import dice
from worlds.errors import FunhouseError
from worlds.orchard.map_rows import BEHIND, FLOOR, GLASS, MAP_KINDS, WALL, rows_of
from worlds.orchard.mirror import behind, closed

MOST_CELLS = 1024
_SPLIT_OF_HASH = (0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
_ATTEMPTS = 1000


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
def _fill(walls, kind, key, attempt):
    if kind == 0:
        _open(walls, key, attempt)
    elif kind == 1:
        _rooms(walls, key, attempt)
    else:
        _maze(walls, key, attempt)


def map_split(walls: np.ndarray) -> int:
    """The index into dice.SPLITS of the split to which a map belongs."""
    return _SPLIT_OF_HASH[zlib.crc32(map_text(walls).encode()) % len(_SPLIT_OF_HASH)]


def draw_map(config, key: int, split: int) -> np.ndarray:
    """The walls (h, w) bool of one episode: connected, of that split, with room for all that is on it.

    config.map is one of MAP_KINDS, "mixed" (each episode draws one of them) or a map drawn as text.
    Raises FunhouseError where no such map is found.
    """
    if config.map not in (*MAP_KINDS, "mixed"):
        walls = parse_map(config.map)
        if (~closed(walls, config.glass)).sum() >= config.room:
            return walls
        raise _not_found(config, split)
    walls, word = np.empty(config.shape, np.bool_), np.uint64(key)
    for attempt in range(_ATTEMPTS):
        mixed = int(dice.pick(word, attempt, 0, dice.OPTION, len(MAP_KINDS)))
        _fill(walls, mixed if config.map == "mixed" else MAP_KINDS.index(config.map), word, attempt)
        if (~walls).sum() >= config.room and is_connected(walls) and map_split(walls) == split:
            return walls
    raise _not_found(config, split)


def _not_found(config, split: int) -> FunhouseError:
    height, width = config.shape
    return FunhouseError(
        f"no map '{config.map.splitlines()[0]}' of {height} x {width} in the {dice.SPLITS[split]} split"
        f" has room for {config.room} fruits and agents",
        remedy="use a larger map, fewer fruits or fewer agents",
    )


def map_text(walls: np.ndarray, glass: np.ndarray | None = None) -> str:
    """A map as text, a line for each row: '#' is wall, '.' is floor, '|' is glass and ':' is floor behind it."""
    glass = np.zeros_like(walls) if glass is None else glass
    code = np.where(walls, np.where(glass, 2, 0), np.where(behind(glass), 3, 1))
    return "\n".join("".join((WALL + FLOOR + GLASS + BEHIND)[one] for one in row) for row in code)


def parse_map(text: str, place: str = "the map") -> np.ndarray:
    """Walls (h, w) bool from text, glass being wall; behind a mirror in the last column the room is drawn again.

    Raises FunhouseError naming line and column of what is wrong.
    """
    lines = rows_of(text, place)
    letters = np.array([list(line) for line in _unfolded(lines, place)])
    walls = np.isin(letters, (WALL, GLASS))
    if walls.size > MOST_CELLS:
        raise FunhouseError(f"the map has {walls.size} cells", place=place, remedy=f"keep to {MOST_CELLS}")
    if not is_connected(walls | (letters == BEHIND)):
        what = "parts of the map cannot be walked to"
        raise FunhouseError(what, place=place, remedy="open a door to each part")
    return walls


def glass_of(text: str) -> np.ndarray:
    """The glass (h, w) bool of a map that parses; none where it names a kind of map."""
    lines = rows_of(text, "the map")
    return np.array([[letter == GLASS for letter in line] for line in _unfolded(lines, "the map")])


def _unfolded(lines: list[str], place: str) -> list[str]:
    """A map whose last column holds a mirror with the room once more, reflected; any other as it is."""
    if not any(GLASS in line or BEHIND in line for line in lines):
        return lines
    whole = any(BEHIND in line for line in lines)
    front = [line[: len(line) // 2 + 1] for line in lines] if whole else lines
    doubled = [line + line[-2::-1].replace(FLOOR, BEHIND).replace(" ", BEHIND) for line in front]
    if any(GLASS in line[:-1] or line[-1] not in (WALL, GLASS) for line in front) or (whole and doubled != lines):
        remedy = f"draw the mirror, '{GLASS}', in the last column, which otherwise is wall, and nothing behind it"
        raise FunhouseError("the mirror of the map reflects no room", place=place, remedy=remedy)
    return doubled
