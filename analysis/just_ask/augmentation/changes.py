"""augmentation: how scenes are changed, the act of the original staying; and how they may be turned together with it.

Axes as in analysis/just_ask/imitated.py: n scenes, a acts, k things on a cell, a wall and fruits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.just_ask.imitated import Scenes
from worlds.orchard.geometry import STEPS

LESS = 0.3  # how likely each fruit is left out
CLEAN, FEWER, MOVED, OPEN, COLOURS = "clean", "fruits left out", "fruits moved", "walls left out", "colours exchanged"
NOTHING, TURNED, ANOTHER = "nothing", "turned, with the act", "fruits of another scene"
Change = Callable[[Scenes, np.random.Generator], Scenes]


def _fewer(scenes: Scenes, generator: np.random.Generator) -> Scenes:
    """Each fruit is left out by chance."""
    board = scenes.board.copy()
    board[..., 1:] &= generator.random(board[..., 1:].shape) >= LESS
    return scenes._replace(board=board)


def _moved(scenes: Scenes, generator: np.random.Generator) -> Scenes:
    """All fruits lie one cell away, in a direction drawn for each scene; those that leave the map are gone."""
    board, side = scenes.board.copy(), _side(scenes)
    fruit = board[:, :-1, 1:].reshape(len(board), side, side, board.shape[2] - 1)
    grid = np.pad(fruit, [(0, 0), (1, 1), (1, 1), (0, 0)])
    cell, (down, right) = np.arange(side), generator.integers(3, size=(2, len(board)))
    rows, columns = (cell + down[:, None])[:, :, None], (cell + right[:, None])[:, None]
    board[:, :-1, 1:] = grid[np.arange(len(board))[:, None, None], rows, columns].reshape(board[:, :-1, 1:].shape)
    return scenes._replace(board=board)


def _open(scenes: Scenes, generator: np.random.Generator) -> Scenes:
    """Walls are left out, but for the rim."""
    board = scenes.board.copy()
    board[:, :-1, 0] = False
    return scenes._replace(board=board)


def _colours(scenes: Scenes, generator: np.random.Generator) -> Scenes:
    """Every colour is exchanged for the next one round the wheel."""
    board = scenes.board.copy()
    board[..., 1:] = np.roll(board[..., 1:], 1, -1)
    return scenes._replace(board=board)


def _another(scenes: Scenes, generator: np.random.Generator) -> Scenes:
    """The fruits of another scene lie where its fruits lay."""
    board, order = scenes.board.copy(), generator.permutation(len(scenes.act))
    board[..., 1:] = scenes.board[order][..., 1:]
    return scenes._replace(board=board)


def _turned(scenes: Scenes, generator: np.random.Generator) -> Scenes:
    """Maps are turned and mirrored together with the acts, each scene in one of eight ways: a symmetry of the world,
    but for fruits at the edge of what can be seen past a wall."""
    side, board, after = _side(scenes), scenes.board.copy(), scenes.after.copy()
    act, chances = scenes.act.copy(), scenes.chances.copy()
    which = generator.integers(8, size=len(act))
    for way in range(8):
        rows, (cell, acts) = np.flatnonzero(which == way), _way(way, side)
        board[rows[:, None], cell] = scenes.board[rows]
        after[rows[:, None], acts] = cell[scenes.after[rows]]
        chances[rows[:, None], acts] = scenes.chances[rows]
        act[rows] = acts[scenes.act[rows]]
    return scenes._replace(board=board, after=after, act=act, chances=chances)


def _way(way: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each cell and the one outside come to lie, (cells + 1,), and which act each becomes, (a,)."""
    turn = np.linalg.matrix_power(np.array([[0, 1], [-1, 0]]), way % 4) @ np.diag([1, -1 if way > 3 else 1])
    middle, place = (side - 1) / 2, np.stack(np.divmod(np.arange(side * side), side), 1)
    row, column = ((place - middle) @ turn.T + middle).round().astype(int).T
    step = {tuple(one): number for number, one in enumerate(STEPS.tolist())}
    return np.append(row * side + column, side * side), np.array(
        [step[tuple(one)] for one in (STEPS @ turn.T).tolist()]
    )


def _side(scenes: Scenes) -> int:
    """Of the map, which is square."""
    return round((scenes.board.shape[1] - 1) ** 0.5)


CHANGES: dict[str, Change] = {
    FEWER: _fewer, MOVED: _moved, OPEN: _open, COLOURS: _colours, ANOTHER: _another, TURNED: _turned,
    NOTHING: lambda scenes, generator: scenes,
}  # fmt: skip
