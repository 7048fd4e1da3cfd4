"""A drawn map's rows, out of text as any editor leaves it; and that text out of a file that somebody names."""

import codecs
import os
import stat

from worlds.errors import FunhouseError

MAP_KINDS = ("open", "rooms", "maze")
WALL, FLOOR, GLASS, BEHIND = "#", ".", "|", ":"  # BEHIND is floor behind glass, which nobody can reach
_MOST_BYTES = 1 << 18  # of a file: far more than the largest map takes, however it is filled up


def rows_of(text: str, place: str) -> list[str]:
    """The rows of a map, as any editor leaves them: blanks at a line's end are floor as far as the map is wide, more
    of them are nothing, and so are empty lines before and after. Raises FunhouseError naming line and column of what
    is wrong.
    """
    every = text.splitlines()
    drawn = [r for r, line in enumerate(every) if line.strip()]
    if not drawn:
        raise FunhouseError("the map is empty", place=place, remedy=f"draw it with '{WALL}' and '{FLOOR}'")
    lines = every[drawn[0] : drawn[-1] + 1]
    first = drawn[0] + 1  # as editors count lines
    for r, line in enumerate(lines, first):
        for c, letter in enumerate(line.rstrip(), 1):
            if letter not in (WALL, FLOOR, GLASS, BEHIND, " "):
                what = f"'{letter}' in line {r}, column {c} of the map means nothing"
                raise FunhouseError(what, place=place, remedy=f"use '{WALL}' for wall and '{FLOOR}' for floor")
    widths = [len(line.rstrip()) for line in lines]
    width = max(widths)
    if any(len(line) >= width for line in every[: drawn[0]] + every[drawn[-1] + 1 :]):
        what = "the map begins or ends with a line of blanks, which may be floor or nothing"
        raise FunhouseError(what, place=place, remedy=f"draw floor with '{FLOOR}', or remove the line")
    rows = [_filled(line, width) for line in lines]
    for r, row in enumerate(rows, first):
        if len(row) != width:
            what = f"line {r} of the map has {len(row)} cells and line {widths.index(width) + first} has {width}"
            raise FunhouseError(what, place=place, remedy="make all lines equally long")
    return rows


def _filled(line: str, width: int) -> str:
    """A row of at most that width: what is drawn, and of the blanks after it as many as it takes."""
    drawn = line.rstrip()
    rest = line[len(drawn) :]
    return line[: min(width, len(line) - len(rest.lstrip(" ")))]


def read_map(path: str) -> str:
    """The map drawn in a text file. Raises FunhouseError where it cannot be read, or is no text."""
    try:
        return _content(path).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FunhouseError(
            f"the map '{path}' cannot be read: {told}",
            remedy=f"name one of {', '.join(MAP_KINDS)}, mixed, or a text file of '{WALL}' and '{FLOOR}', in UTF-8",
        ) from None


def _content(path: str) -> bytes:
    """The bytes of a file; a pipe's other end is not waited for. Raises OSError or ValueError where it holds no map."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("it is no file but a directory, a pipe or a device")
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES >> 10} KiB")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("it is in UTF-16")
    return content
