"""The orchard's rules, compiled: all move at once, walls stop them, and a fruit once eaten grows elsewhere, if
anything regrows.

One world's state is four arrays: `grid`, the codes of all cells inside a border of walls as wide as a view;
`cell`, where each agent stands; `board`, the same fruits as bitboards; and the episode's key. The functions
with a single world's arrays are the rules; `Orchard` applies them to a batch of worlds, written in place.
"""

import numpy as np
from numba import njit, uint64

from worlds import dice
from worlds.errors import FunhouseError
from worlds.orchard.config import OrchardConfig
from worlds.orchard.fortune import Fate
from worlds.orchard.geometry import STEPS, line_is_clear, put
from worlds.orchard.maps import draw_map
from worlds.orchard.marks import mark_agents
from worlds.orchard.mirror import closed
from worlds.orchard.unaligned import load8, store8

# Codes of cells: FRUIT + kind; AGENT is added where somebody stands, MARKED where somebody marked does.
UNSEEN, FLOOR, WALL, FRUIT, AGENT, MARKED = 0, 1, 2, 3, 16, 32
VIEW_RADIUS = 3  # cells; a view is 7 x 7
_SIDE = 2 * VIEW_RADIUS + 1
_TRIES = 256
_BYTES_OF_BITS = np.array([sum(255 << 8 * j for j in range(8) if bits >> j & 1) for bits in range(256)], np.uint64)
_EIGHT, _LOW_BYTE = np.uint64(8), np.uint64(255)


@njit(cache=True, nogil=True, inline="always")
def padded(cell, width, pad):
    """The index into `grid` of a cell, for a border of `pad` cells."""
    return cell + (cell // width) * (2 * pad) + pad * (width + 2 * pad) + pad


@njit(cache=True, nogil=True)
def _random_free_cell(grid, cells, width, pad, key, step, slot, stream):
    """A uniformly random cell of bare floor; the caller knows that there is one."""
    for attempt in range(_TRIES):
        cell = dice.below(dice.draw(key, step, slot * _TRIES + attempt, stream), cells)
        if grid[padded(cell, width, pad)] == FLOOR:
            return cell
    while grid[padded(cell, width, pad)] != FLOOR:
        cell = (cell + 1) % cells
    return cell


@njit(cache=True, nogil=True)
def reset_world(walls, key, fruits, pad, grid, cell, board):
    """Lays out one world, walls (h, w) bool: fills grid, cell (n,) int16, board (kinds, words) uint64."""
    height, width = walls.shape
    grid[:] = WALL
    board[:] = uint64(0)
    for c in range(height * width):
        if not walls[c // width, c % width]:
            grid[padded(c, width, pad)] = FLOOR
    for kind in range(board.shape[0]):
        for k in range(fruits):
            place = _random_free_cell(grid, height * width, width, pad, key, 0, kind * fruits + k, dice.FRUIT)
            grid[padded(place, width, pad)] = FRUIT + kind
            put(board[kind], place)
    for i in range(len(cell)):
        cell[i] = _random_free_cell(grid, height * width, width, pad, key, 0, i, dice.PLACE)
        grid[padded(cell[i], width, pad)] |= AGENT


@njit(cache=True, nogil=True)
def _eater(cell, first, key, step):
    """Which of the agents on a fruit's cell, `first` being the first, gets it: each with the same chance."""
    place, count = cell[first], 1
    for i in range(first + 1, len(cell)):
        count += cell[i] == place
    if count == 1:
        return first
    chosen = dice.below(dice.draw(key, step, place, dice.TIE), count)
    eater = first
    while chosen > 0:
        eater += 1
        chosen -= cell[eater] == place
    return eater


@njit(cache=True, nogil=True, error_model="numpy")
def _move(grid, cell, action, width, pad, moves):
    """Everybody leaves its cell of the grid and takes its step, unless a wall is there; what is no move stays."""
    stride = width + 2 * pad
    for i in range(len(cell)):
        at, a = padded(cell[i], width, pad), action[i]
        grid[at] &= AGENT - 1
        row, column = (a == 2) - (a == 1), (a == 4) - (a == 3)
        if 4 < a <= moves:
            row, column = STEPS[a, 0], STEPS[a, 1]
        free = grid[at + row * stride + column] != WALL
        cell[i] += free * (row * width + column)


@njit(cache=True, nogil=True, error_model="numpy")
def step_world(grid, cell, board, action, key, step, width, pad, eaten, moves=4, regrow=True):
    """One step of one world, in place.

    action (n,) int8 indexes staying and the `moves`, and anything further stays; eaten (n,) int8 receives the kind of
    fruit that each agent ate, or -1. Without `regrow` such a fruit is gone for good.
    """
    cells = width * (len(grid) // (width + 2 * pad) - 2 * pad)
    _move(grid, cell, action, width, pad, moves)
    eaten[:] = -1
    for i in range(len(cell)):
        at = padded(cell[i], width, pad)
        code = grid[at] & (AGENT - 1)
        if code >= FRUIT:
            kind = code - FRUIT
            eaten[_eater(cell, i, key, step)] = kind
            board[kind, cell[i] >> 6] &= ~(uint64(1) << uint64(cell[i] & 63))
            code = FLOOR
        grid[at] = code | AGENT
    for i in range(len(cell)):
        if regrow and eaten[i] >= 0:
            place = _random_free_cell(grid, cells, width, pad, key, step + 1, i, dice.REGROW)
            grid[padded(place, width, pad)] = FRUIT + eaten[i]
            put(board[eaten[i]], place)


@njit(cache=True, nogil=True)
def fill_view_masks(walls, mask):
    """Writes which codes a view from each cell shows: (cells,) uint64, bit 8 * row + column of the view.

    Fruits and agents show where line of sight reaches; walls always, being common knowledge.
    """
    height, width = walls.shape
    for cell in range(height * width):
        row, column = cell // width, cell % width
        mask[cell] = 0
        for v in range(_SIDE * _SIDE):
            r, c = row + v // _SIDE - VIEW_RADIUS, column + v % _SIDE - VIEW_RADIUS
            wall = r < 0 or c < 0 or r >= height or c >= width or walls[r, c]
            if wall or (not walls[row, column] and line_is_clear(walls, row, column, r, c)):
                mask[cell] |= uint64(1) << uint64(8 * (v // _SIDE) + v % _SIDE)


@njit(cache=True, nogil=True, error_model="numpy")
def write_views(grid, mask, cell, width, pad, view):
    """Writes what each agent sees, view (n, 7, 7) uint8: the codes around it, UNSEEN out of sight."""
    stride = width + 2 * pad
    seen = view.reshape(-1)
    for i in range(len(cell)):
        at, v = padded(cell[i], width, pad) - VIEW_RADIUS * (stride + 1), i * _SIDE * _SIDE
        shown, code = mask[cell[i]], uint64(0)
        for r in range(_SIDE - 1):  # a row and, hidden, one byte more, which the next row then overwrites
            code = load8(grid, at + r * stride) & _BYTES_OF_BITS[shown & _LOW_BYTE]
            store8(seen, v + r * _SIDE, code)
            shown >>= _EIGHT
        # The last row goes with the last code of the row before it, so as not to write past the view.
        last = load8(grid, at + (_SIDE - 1) * stride - 1) & (_BYTES_OF_BITS[shown & _LOW_BYTE] << _EIGHT)
        store8(seen, v + (_SIDE - 1) * _SIDE - 1, last | (code >> uint64(8 * (_SIDE - 1))))


@njit(cache=True, nogil=True)
def show_marks(grid, cell, mark, width, pad):
    """Adds MARKED to the codes of the cells where somebody marked, mark (n,) bool, stands."""
    for i in range(len(cell)):
        if mark[i]:
            grid[padded(cell[i], width, pad)] |= MARKED


@njit(cache=True, nogil=True)
def reset_batch(walls, key, fruits, pad, grid, cell, board, mask, view):
    """Lays out a batch of worlds and writes the views; every array has a leading axis b."""
    for b in range(len(key)):
        reset_world(walls[b], key[b], fruits, pad, grid[b], cell[b], board[b])
        write_views(grid[b], mask[b], cell[b], walls.shape[2], pad, view[b])


@njit(cache=True, nogil=True)
def step_batch(grid, cell, board, action, key, step, width, pad, mask, eaten, view, moves, regrow):
    """Steps a batch of worlds and writes the views; every array has a leading axis b."""
    for b in range(len(key)):
        step_world(grid[b], cell[b], board[b], action[b], key[b], step[b], width, pad, eaten[b], moves, regrow)
        write_views(grid[b], mask[b], cell[b], width, pad, view[b])
        step[b] += 1


@njit(cache=True, nogil=True)
def mark_batch(grid, cell, action, key, step, width, pad, mask, chance, mark, view):
    """Says who is marked after a step, in mark (b, n) bool, and writes the views again, with the marks.

    A pass of its own: as a part of the step it would cost worlds without marks a twentieth of their speed.
    """
    for b in range(len(key)):
        mark_agents(mark[b], action[b], key[b], step[b] - 1, chance, mark[b])
        show_marks(grid[b], cell[b], mark[b], width, pad)
        write_views(grid[b], mask[b], cell[b], width, pad, view[b])


class Orchard:
    """A batch of worlds stepped together; arrays are made once and written in place.

    `cell` (b, n) int16, `eaten` (b, n) int8, `view` (b, n, 7, 7) uint8, `board` (b, kinds, words) uint64,
    `walls` (b, h, w) bool, `step_count` (b,) int64, `mark` (b, n) bool; `fate`, what chance
    does to moves and fruits, or None. Raises FunhouseError for an unknown split or seed.
    """

    def __init__(self, config: OrchardConfig, seed: int, split: str = "train", batch: int = 1, first_episode: int = 0):
        if split not in dice.SPLITS or not 0 <= seed < 2**63:
            remedy = f"choose {', '.join(dice.SPLITS)} and a seed from 0 to 2**63 - 1"
            raise FunhouseError(f"there is no split '{split}' or no seed {seed}", remedy=remedy)
        self.config, self.batch, self.split = config, batch, dice.SPLITS.index(split)
        episodes = range(first_episode, first_episode + batch)
        self.key = np.array([dice.key(seed, self.split, e) for e in episodes], np.uint64)
        (h, w), n, pad = config.shape, config.agents, VIEW_RADIUS
        self.walls = np.stack([closed(draw_map(config, k, self.split), config.glass) for k in self.key])
        self.grid = np.empty((batch, (h + 2 * pad) * (w + 2 * pad)), np.uint8)
        self.cell = np.empty((batch, n), np.int16)
        self.board = np.empty((batch, config.kinds, (h * w + 63) // 64), np.uint64)
        self.mask = np.empty((batch, h * w), np.uint64)
        self.eaten = np.full((batch, n), -1, np.int8)
        self.view = np.empty((batch, n, _SIDE, _SIDE), np.uint8)
        self.mark = np.zeros((batch, n), np.bool_)
        self.step_count = np.zeros(batch, np.int64)
        self.fate = Fate(config, self.key) if Fate.rules(config) else None
        for b in range(batch):
            fill_view_masks(self.walls[b], self.mask[b])
        self.reset()

    def reset(self):
        """Puts every world back to its beginning."""
        reset_batch(
            self.walls, self.key, self.config.fruits, VIEW_RADIUS,
            self.grid, self.cell, self.board, self.mask, self.view,
        )  # fmt: skip
        self.step_count[:], self.eaten[:] = 0, -1
        self.mark[:] = False

    def step(self, action: np.ndarray):
        """One step of all worlds: action (b, n) int8, indices into `config.action_names`, or FunhouseError."""
        if action.shape != self.cell.shape:
            remedy = f"give one for each world and agent: {self.cell.shape}"
            raise FunhouseError(f"the actions have shape {action.shape}", remedy=remedy)
        done = self.fate.carried_out(action, self.step_count) if self.fate else action
        step_batch(
            self.grid, self.cell, self.board, done, self.key, self.step_count,
            self.config.width, VIEW_RADIUS, self.mask, self.eaten, self.view, self.config.moves, self.config.regrow,
        )  # fmt: skip
        if self.fate:
            self.fate.spoil(self.eaten, self.step_count - 1)
        if self.config.marks:
            mark_batch(
                self.grid, self.cell, action, self.key, self.step_count, self.config.width, VIEW_RADIUS, self.mask,
                self.config.marks, self.mark, self.view,
            )  # fmt: skip
