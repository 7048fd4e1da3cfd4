"""The record of one episode, as plain arrays that anyone can check without this code, and its replay from the seed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from worlds.base_episode import Agent, BaseEpisode
from worlds.errors import FunhouseError
from worlds.orchard.config import OrchardConfig
from worlds.orchard.fortune import carry_out, fortune_of, pay, way_of
from worlds.orchard.geometry import Geometry, geometry_of
from worlds.orchard.marks import marks_of
from worlds.orchard.mirror import closed
from worlds.orchard.rules import VIEW_RADIUS, reset_world, step_world

__all__ = ["Agent", "Episode", "replay"]


@dataclass(frozen=True, eq=False)
class Episode(BaseEpisode):
    """One episode of the orchard. Step t's arrays hold what was there before the moves of step t."""

    index: int
    seed: int  # the episode's key, uint64
    split: str
    run: dict  # the settings of the run that made it, as in the log's manifest
    walls: np.ndarray  # h w     bool
    cell: np.ndarray  # t n     int16  row * width + column
    board: np.ndarray  # t kinds words uint64  the fruits of each kind as bitboards
    action: np.ndarray  # t n     int8   index into `action_names`
    reward: np.ndarray  # t n     float32
    role: list[list[tuple[str, ...]]]  # [t][n]  names or descriptions, () = as itself
    prompt: list[list[str]]  # [t][n]  the words in which the role was given
    agents: list[Agent]  # [n]
    probability: np.ndarray | None = None  # t n float32  of the action taken; None: all agents are scripted
    mark: np.ndarray = None  # type: ignore[assignment]  # t n bool  before the moves; not given: as chance has it
    images: tuple[int, ...] = ()
    hollow: np.ndarray | None = None  # t n bool  ate a fruit that was worth nothing; None: there is no luck

    def __post_init__(self):
        if self.mark is None:
            chance = self.run["orchard"].get("marks", 0.0)
            object.__setattr__(self, "mark", marks_of(self.action, self.seed, chance))

    @cached_property
    def config(self) -> OrchardConfig:
        """The settings of the world."""
        return OrchardConfig.from_dict(self.run["orchard"])

    @property
    def compass(self) -> int:
        """Which way north goes, eighths of a turn clockwise; nobody is told. 0 where north is north."""
        return way_of(self.config, self.seed)

    @property
    def glass(self) -> np.ndarray | None:
        """h w bool: the walls that are open to sight; None without mirrors."""
        return self.config.glass

    @property
    def action_names(self) -> tuple[str, ...]:
        """worlds.ACTIONS, and where there are marks, wash; everybody acts at every step."""
        return self.config.action_names

    @cached_property
    def position(self) -> np.ndarray:
        """(t, n, 2) int16: row and column before the moves of step t."""
        width = self.walls.shape[1]
        return np.stack([self.cell // width, self.cell % width], axis=-1)

    @cached_property
    def fruit(self) -> np.ndarray:
        """(t, h, w) int8: the kind before the moves of step t, -1 where there is none."""
        cells = np.arange(self.walls.size)
        held = (self.board[:, :, cells >> 6] >> (cells & 63).astype(np.uint64)) & np.uint64(1)  # t kinds cells
        kind = np.where(held.any(1), held.argmax(1), -1).astype(np.int8)
        return kind.reshape(len(kind), *self.walls.shape)

    @cached_property
    def geometry(self) -> Geometry:
        """The map's tables of reach and sight."""
        return geometry_of(self.walls, self.config.sights, self.glass, self.config.moves)


@njit(cache=True, nogil=True)
def _replay(walls, key, fruits, pad, moves, fortune, action, value, grid, cell, board, reward, last_cell, last_board):
    """Plays given actions; cell and board receive what was there before each step, reward what each step gave."""
    reset_world(walls, key, fruits, pad, grid, last_cell, last_board)
    eaten, hollow = np.empty(action.shape[1], np.int8), np.zeros(action.shape[1], np.bool_)
    done = np.empty(action.shape[1], np.int8)
    for t in range(len(action)):
        cell[t] = last_cell
        board[t] = last_board
        carry_out(action[t], key, t, fortune, done)
        step_world(grid, last_cell, last_board, done, key, t, walls.shape[1], pad, eaten, moves, fortune.regrow)
        pay(value, eaten, key, t, fortune.luck, hollow, reward[t])


def replay(config: OrchardConfig, walls: np.ndarray, key: int, action: np.ndarray, value: np.ndarray):
    """The world from its key and its actions, bit for bit.

    action (t, n) int8; value (n, kinds) float32: what each kind of fruit is worth to each agent.
    Returns cell (t, n) int16, board (t, kinds, words) uint64 and reward (t, n) float32. Raises FunhouseError where the
    map has no room for them: no cell could be found for whom it was to stand on.
    """
    (h, w), pad, (steps, n) = walls.shape, VIEW_RADIUS, action.shape
    words, shut = (h * w + 63) // 64, closed(walls, config.glass)
    if (free := int((~shut).sum())) <= config.kinds * config.fruits + n:
        what = f"the map has {free} cells of floor, too few for {config.kinds * config.fruits} fruits and {n} agents"
        raise FunhouseError(what, remedy="restore a copy of the log")
    cell = np.empty((steps, n), np.int16)
    board = np.empty((steps, config.kinds, words), np.uint64)
    reward = np.empty((steps, n), np.float32)
    grid = np.empty((h + 2 * pad) * (w + 2 * pad), np.uint8)
    _replay(
        shut, np.uint64(key), config.fruits, pad, config.moves, fortune_of(config, key), action, value, grid, cell,
        board, reward, np.empty(n, np.int16), np.empty((config.kinds, words), np.uint64),
    )  # fmt: skip
    return cell, board, reward
