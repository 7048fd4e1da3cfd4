"""Scenes of lone agents in the default world, as a network sees them, with the acts' exact chances.

Axes: n scenes, a acts, w cells of a window, k things that may lie on a cell: a wall, and a fruit of each kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np

from agents.orchard.policy_config import PolicyConfig
from agents.orchard.presets import DEFAULT, preset
from agents.orchard.rollout import RunConfig, play_with_chances
from agents.population import PopulationConfig
from analysis.just_ask.learner import Network, Seen
from worlds import KINDS, Episode, OrchardConfig

REACH = 3  # cells, as far as is seen from where an act leads
FAR = 1  # the sense of who sees as far as walls let it, as everybody in the default world does
TRAITS = ("taste", "blindness")  # of a persona; its manner shows among others alone
C = TypeVar("C")


class Scenes(NamedTuple):
    """Scenes, in the order of their episodes, each as many steps as any other."""

    board: np.ndarray  # (n, cells + 1, k) bool: where walls are, and fruits in sight; the last cell is outside the map
    after: np.ndarray  # (n, a) int64: the cell that each act leads to
    around: np.ndarray  # (cells, w) int64: the cells around each
    persona: np.ndarray  # (n, p) bool: one value of each trait
    act: np.ndarray  # (n,) int64: the act that was drawn
    chances: np.ndarray  # (n, a) float64: the exact chances that it was drawn from

    def some(self, rows: slice | np.ndarray) -> Scenes:
        """Some of the scenes."""
        return Scenes(
            self.board[rows], self.after[rows], self.around, self.persona[rows], self.act[rows], self.chances[rows]
        )

    def seen(self, token: np.ndarray) -> Seen:
        """All that a network is told: the scenes, who acts, and a token (n, tokens)."""
        every = np.arange(len(self.act))[:, None, None]
        holds = self.board[every, self.around[self.after]].astype(np.float32)
        return Seen(holds, np.concatenate([self.persona, token], 1).astype(np.float32))


class Truth:
    """How far networks that are told one token are from exact chances: KL(exact || network) in nats, the mean over
    scenes."""

    def __init__(self, scenes: Scenes, token: np.ndarray):
        self.scenes, self._seen = scenes, scenes.seen(np.tile(token, (len(scenes.act), 1)))

    def far(self, made: Network) -> float:
        """Nats."""
        exact = self.scenes.chances
        return float((exact * np.log(exact / made.chances(self._seen))).sum(1).mean())


def chosen_for(choices: Mapping[int, C], size: int) -> C:
    """Of what was chosen for some numbers of episodes, that of the next larger one; of the largest beyond it."""
    return choices[min((n for n in choices if n >= size), default=max(choices))]


def together(many: Sequence[Scenes]) -> Scenes:
    """Scenes after scenes of maps of one size."""
    board, after, around, *others = zip(*many, strict=True)
    persona, act, chances = map(np.concatenate, others)
    return Scenes(np.concatenate(board), np.concatenate(after), around[0], persona, act, chances)


def world(steps: int, fruits: int, types: str) -> tuple[OrchardConfig, PolicyConfig, PopulationConfig]:
    """The default world with one agent and no regrowth, as the other experiments have it; `types` that take part."""
    settings = {"agents": 1, "fruits": fruits, "regrow": False, "steps": steps}
    return preset(DEFAULT, settings, population={"switch": steps, "types": types})


def scenes(run: RunConfig, first: int, count: int) -> Scenes:
    """Every step of some episodes of a run."""
    return together([_of(*play_with_chances(run, index)) for index in range(first, first + count)])


def _of(episode: Episode, chance: np.ndarray) -> Scenes:
    height, width = episode.walls.shape
    cell, cells = episode.cell[:, 0].astype(np.int64), height * width
    bits = np.ascontiguousarray(episode.geometry.visible[FAR, cell]).view(np.uint8)
    in_sight = np.unpackbits(bits, axis=1, bitorder="little")[:, :cells].astype(bool)
    board = np.zeros((episode.steps, cells + 1, episode.config.kinds + 1), bool)
    board[:, :cells, 0], board[:, cells, 0] = episode.walls.ravel() != 0, True
    kind = episode.fruit.reshape(episode.steps, -1)
    board[:, :cells, 1:] = (kind[..., None] == np.arange(episode.config.kinds)) & in_sight[..., None]
    persona = np.tile(_persona(episode), (episode.steps, 1))
    after = episode.geometry.neighbor[cell].astype(np.int64)
    return Scenes(board, after, _around(height, width), persona, episode.action[:, 0].astype(np.int64), chance[:, 0])


@lru_cache(maxsize=4)
def _around(height: int, width: int) -> np.ndarray:
    """(cells, w): the cells around each, row by row, and one after the last for those outside the map."""
    cell = np.pad(np.arange(height * width).reshape(height, width), REACH, constant_values=height * width)
    side = 2 * REACH + 1
    return np.lib.stride_tricks.sliding_window_view(cell, (side, side)).reshape(height * width, side * side).copy()


def _persona(episode: Episode) -> np.ndarray:
    """(p,) bool: one of the values of each of TRAITS; none of a trait that the agent has not."""
    kinds = KINDS[: episode.config.kinds]
    return np.array([episode.agents[0].type.get(trait) == one for trait in TRAITS for one in kinds])
