"""Pictures of one moment of the orchard: text for a terminal, pixels for a page.

Agents keep their colour and initials through an episode, their eyes look where they last went, and what the
frame's viewer cannot see lies in shade.
"""

import numpy as np

from worlds.drawing import sprites
from worlds.drawing.frame import RGB, Frame, agent_colours, initials
from worlds.drawing.sprites import TILE
from worlds.errors import FunhouseError
from worlds.harmless import harmless
from worlds.whole import whole

GRASS, TUFT, EARTH = (214, 221, 178), (196, 207, 156), (224, 228, 194)
STONE, STONE_LIT, MORTAR, BRICK = (92, 96, 118), (116, 121, 146), (58, 58, 76), (138, 112, 108)
NIGHT, DARK = np.array([38, 40, 66]), 0.58  # the colour and the strength of the shade
SILVER, GLINT, SHEEN = (150, 190, 214), (232, 244, 250), 0.35  # a mirror's colour, its glints, its share behind it
FRUIT_MARK = "●■▲◆♣♥"  # in the order of worlds.KINDS
# (row, column) of the pupils after each of worlds.ACTIONS, and of the diagonal ones
PUPIL = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
_SCALES = "choose 1, 2 or more"
MARK, SPOT = "*", (255, 40, 160)  # what shows a mark, in text and on the shoulder


def ansi(frame: Frame, colour: bool = True) -> str:
    """The frame as text, two columns a cell and the names beneath; `colour` adds 24-bit escape codes."""
    marks, paints = initials(frame.names), agent_colours(len(frame.names))
    crowd, dark, (glass, behind) = frame.crowd(), frame.shaded(), frame.panes()
    height, width = frame.walls.shape
    rim = ("##", MORTAR, MORTAR)
    rows = [[rim] * (width + 2)]
    for row in range(height):
        cells = [_symbol(frame, (row, column), crowd, marks, paints) for column in range(width)]
        for column in np.flatnonzero(behind[row]):
            text, ink, paper = cells[column]
            cells[column] = (text, ink, _tint(paper))
        for column in np.flatnonzero(glass[row]):
            cells[column] = ("||", SILVER, GLINT)
        for column in np.flatnonzero(dark[row]):
            text, ink, paper = cells[column]
            cells[column] = (text, ink, _shade(paper))
        rows.append([rim, *cells, rim])
    rows += [rows[0], *_legend(frame.names, marks, paints)]
    paint = _paint if colour else _plain
    return "\n".join("".join(paint(*symbol) for symbol in row).rstrip() for row in rows)


def _symbol(frame: Frame, cell: tuple[int, int], crowd: dict, marks: list[str], paints: list[RGB]):
    """What stands for one cell: two characters, their colour and the colour behind them."""
    if cell in crowd:
        here = [marks[agent] for agent in crowd[cell]]
        text = here[0] if len(here) == 1 else here[0][0] + (here[1][0] if len(here) == 2 else "+")
        text = text[:1] + MARK if frame.marked(crowd[cell]) else text
        return f"{text:<2}", sprites.OUTLINE, paints[crowd[cell][0]]
    if frame.walls[cell]:
        return "##", STONE, STONE
    kind = int(frame.fruit[cell])
    return ("· ", TUFT, GRASS) if kind < 0 else (f"{FRUIT_MARK[kind]} ", sprites.FRUIT_COLOUR[kind], GRASS)


def _legend(names, marks: list[str], paints: list[RGB], per_line: int = 6):
    entries = [
        [(f"{mark:<2}", sprites.OUTLINE, paint), (f" {harmless(name):<10}", paint, None)]
        for name, mark, paint in zip(names, marks, paints, strict=True)
    ]
    starts = range(0, len(entries), per_line)
    return [[part for entry in entries[start : start + per_line] for part in entry] for start in starts]


def _plain(text: str, ink: RGB, paper: RGB | None) -> str:
    return text


def _paint(text: str, ink: RGB, paper: RGB | None) -> str:
    back = "" if paper is None else "\x1b[48;2;{};{};{}m".format(*paper)
    return "\x1b[1;38;2;{};{};{}m".format(*ink) + back + text + "\x1b[0m"


def _tint(colour):
    """A colour, or a tile of colours, as a mirror gives it back, uint8."""
    return (np.asarray(colour) * (1 - SHEEN) + np.array(SILVER) * SHEEN).astype(np.uint8)


def _shade(colour):
    """A colour, or a tile of colours, in the shade, uint8."""
    return (np.asarray(colour) * (1 - DARK) + NIGHT * DARK).astype(np.uint8)


def image(frame: Frame, scale: int = 2) -> np.ndarray:
    """The frame in pixels, (H W 3) uint8: 16·scale pixels a cell, and a rim half as wide on every side.

    Raises FunhouseError for a scale that is no whole number, or less than 1.
    """
    if whole(scale, "scale", _SCALES) < 1:
        raise FunhouseError(f"scale = {scale} leaves nothing of the frame", remedy=_SCALES)
    height, width = frame.walls.shape
    canvas = np.zeros((height * TILE, width * TILE, 3), dtype=np.uint8)
    crowd, paints, marks = frame.crowd(), agent_colours(len(frame.names)), initials(frame.names)
    dark, (glass, behind) = frame.shaded(), frame.panes()
    for cell in np.ndindex(height, width):
        tile = canvas[cell[0] * TILE : (cell[0] + 1) * TILE, cell[1] * TILE : (cell[1] + 1) * TILE]
        _draw_ground(tile, frame.walls, cell)
        kind = frame.fruit[cell]
        if kind >= 0:
            _blend(tile, sprites.sprite(sprites.FRUIT[kind]), 2, 2, sprites.FRUIT_COLOUR[kind])
        if cell in crowd:
            _draw_agents(tile, crowd[cell], frame, paints, marks)
        if behind[cell]:
            tile[:] = _tint(tile)
        if glass[cell]:
            _draw_glass(tile)
        if dark[cell]:
            tile[:] = _shade(tile)
    framed = np.pad(canvas, ((TILE // 2, TILE // 2), (TILE // 2, TILE // 2), (0, 0)))
    _draw_rim(framed)
    return framed.repeat(scale, axis=0).repeat(scale, axis=1)


def _draw_ground(tile: np.ndarray, walls: np.ndarray, cell: tuple[int, int]) -> None:
    """Grass with a few tufts, or stone whose bricks show where the ground before it is open."""
    if walls[cell]:
        tile[:] = STONE
        if cell[0] == 0 or not walls[cell[0] - 1, cell[1]]:
            tile[:2] = STONE_LIT
        if cell[0] + 1 < len(walls) and not walls[cell[0] + 1, cell[1]]:
            tile[9:] = BRICK
            tile[9], tile[12], tile[15] = MORTAR, MORTAR, MORTAR
            tile[10:12, 3::8], tile[13:15, 7::8] = MORTAR, MORTAR
        return
    tile[:] = GRASS if sum(cell) % 2 else EARTH
    spots = (cell[0] * 7919 + cell[1] * 104729 + np.arange(4) * 7727) % 223  # the same tufts in every picture
    for spot in spots:
        row, column = divmod(int(spot), TILE)
        tile[row : row + 2, column] = TUFT


def _draw_glass(tile: np.ndarray) -> None:
    """A pane with two glints."""
    rows = np.arange(TILE)
    tile[:] = SILVER
    tile[rows, (10 - rows) % TILE], tile[rows, (13 - rows) % TILE] = GLINT, GLINT
    tile[:, :2], tile[:, -2:] = MORTAR, MORTAR


def _draw_agents(tile: np.ndarray, here: list[int], frame: Frame, paints: list[RGB], marks: list[str]) -> None:
    """One agent whole, two to four as busts in the corners, of more the first three and a plus."""
    if len(here) == 1:
        gaze = PUPIL[0 if frame.action is None else int(frame.action[here[0]])]
        _draw_agent(tile, paints[here[0]], marks[here[0]], gaze)
        _draw_mark(tile[:6, 10:], frame.marked(here))
        return
    bust, half = sprites.sprite(sprites.BUST), TILE // 2
    top = half // 2 if len(here) == 2 else 0
    for place, agent in enumerate(here[:4]):
        row, column = top + half * (place // 2), half * (place % 2)
        more = place == 3 and len(here) > 4
        paint, mark = ((170, 170, 176), "+") if more else (paints[agent], marks[agent][:1])
        _blend(tile, bust, row, column, paint)
        _write(tile, mark, row + 1, column + 2, paint)
        _draw_mark(tile[row : row + 4, column + 4 : column + half], frame.marked(here[3:] if more else [agent]))


def _draw_mark(corner: np.ndarray, marked: bool) -> None:
    """A spot in a corner of a tile, if there is a mark."""
    if marked:
        corner[:] = sprites.OUTLINE
        corner[1:-1, 1:-1] = SPOT


def _draw_agent(tile: np.ndarray, paint: RGB, mark: str, gaze: tuple[int, int]) -> None:
    _blend(tile, sprites.sprite(sprites.AGENT), 0, 0, paint)
    for column in (4, 9):
        tile[2:5, column : column + 3] = sprites.WHITE
        tile[3 + gaze[0], column + 1 + gaze[1]] = sprites.OUTLINE
    _write(tile, mark, 6, (TILE + 1 - 6 * len(mark)) // 2, paint)


def _write(tile: np.ndarray, text: str, row: int, column: int, paper: RGB) -> None:
    """Writes a few capitals in whichever of dark and white stands out on `paper`."""
    glyph = sprites.glyphs(text)
    under = tile[row : row + glyph.shape[0], column : column + glyph.shape[1]]
    bright = 0.30 * paper[0] + 0.59 * paper[1] + 0.11 * paper[2] > 125
    under[glyph[: under.shape[0], : under.shape[1]]] = sprites.OUTLINE if bright else sprites.WHITE


def _blend(tile: np.ndarray, sprite: np.ndarray, row: int, column: int, colour: RGB) -> None:
    """Lays a sprite, its body in `colour`, over a tile."""
    body = np.array(colour)
    light, shade = body + (255 - body) * 0.45, body * 0.74
    drawn = sprites.OUTLINE, body, shade, light, sprites.STEM, sprites.LEAF, sprites.WHITE
    palette = np.array([(0, 0, 0), *drawn])
    under = tile[row : row + sprite.shape[0], column : column + sprite.shape[1]]
    under[sprite > 0] = palette.astype(np.uint8)[sprite[sprite > 0]]


def _draw_rim(framed: np.ndarray) -> None:
    half = TILE // 2
    edge = np.ones(framed.shape[:2], dtype=bool)
    edge[half:-half, half:-half] = False
    framed[edge] = STONE
    edge[half - 2 : -half + 2, half - 2 : -half + 2] = False
    line = np.zeros_like(edge)
    line[half - 2 : -half + 2, half - 2 : -half + 2] = True
    line[half:-half, half:-half] = False
    framed[line] = MORTAR
