"""The maps of episodes: drawn by chance, each of its split, or drawn in a text file by the user.

Maps of different splits never coincide, by construction: a map's hash decides which split it belongs to
(eight tenths train, one tenth validation, one tenth test), and a drawn map of another split is drawn again. Where
they are to be `apart`, where its walls lie decides it, as worlds.orchard.apart says.
"""

import zlib

import numpy as np
from numba import njit

from worlds import dice
from worlds.errors import FunhouseError
from worlds.orchard.apart import split_apart
from worlds.orchard.map_kinds import fill, is_connected
from worlds.orchard.map_rows import BEHIND, FLOOR, GLASS, MAP_KINDS, WALL, rows_of
from worlds.orchard.mirror import behind

MOST_CELLS = 1024
_SPLIT_OF_HASH = (0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
_ATTEMPTS = 1000
_PATIENCE = 32  # attempts for each wall more or less than the first map's
_OF_ONE_KIND = 1 << 12  # attempts
_ATTEMPTS_APART = 1 << 14


@njit(cache=True, nogil=True)
def _mixed(key, attempt):
    """Which kind of map an attempt makes where all are mixed."""
    return dice.below(dice.draw(key, attempt, 0, dice.OPTION), len(MAP_KINDS))


@njit(cache=True, nogil=True)
def _fill_apart(walls, kind, room, split, key):
    """Writes a map of that split of maps apart, kind -1 being any; returns whether there was one.

    Maps of few walls are rarer in some splits than in others. So that splits are alike in walls and in kinds, the
    first map that could be used, whatever its split, says of what kind the map is to be and of about how many walls;
    the longer none is found, the further its number may be off, and after many attempts its kind.
    """
    aim, held = -1, kind
    for attempt in range(_ATTEMPTS_APART):
        if kind < 0 and (aim < 0 or attempt >= _OF_ONE_KIND):
            held = _mixed(key, attempt)
        fill(walls, held, key, attempt)
        count = walls.sum()
        if walls.size - count < room:
            continue
        if aim >= 0 and (abs(count - aim) * _PATIENCE > attempt or split_apart(walls) != split):
            continue
        if is_connected(walls):  # what takes longest comes last
            if aim >= 0 or split_apart(walls) == split:
                return True
            aim = count
    return False


def map_split(walls: np.ndarray) -> int:
    """The index into dice.SPLITS of the split to which a map belongs."""
    return _SPLIT_OF_HASH[zlib.crc32(map_text(walls).encode()) % len(_SPLIT_OF_HASH)]


def draw_map(config, key: int, split: int) -> np.ndarray:
    """The walls (h, w) bool of one episode: connected, of that split, with room for all that is on it.

    config.map is one of MAP_KINDS, "mixed" (each episode draws one of them) or a map drawn as text.
    Raises FunhouseError where no such map is found.
    """
    if config.map not in (*MAP_KINDS, "mixed"):
        return parse_map(config.map)
    walls, word = np.empty(config.shape, np.bool_), np.uint64(key)
    kind = -1 if config.map == "mixed" else MAP_KINDS.index(config.map)
    if config.apart:
        if _fill_apart(walls, kind, config.room, split, word):
            return walls
        raise _not_found(config, split)
    for attempt in range(_ATTEMPTS):
        fill(walls, _mixed(word, attempt) if kind < 0 else kind, word, attempt)
        if (~walls).sum() >= config.room and is_connected(walls) and map_split(walls) == split:
            return walls
    raise _not_found(config, split)


def _not_found(config, split: int) -> FunhouseError:
    height, width = config.shape
    return FunhouseError(
        f"no map '{config.map}' of {height} x {width} in the {dice.SPLITS[split]} split"
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
