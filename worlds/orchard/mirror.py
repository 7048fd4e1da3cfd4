"""A mirror: glass in a wall, closed to movement and open to sight, and a room behind it that shows what is before it.

The glass stands in the middle column of the map, so that a cell's reflection has the same row and the column counted
from the other end. Nobody can walk behind it, so nothing there pulls or pushes: not the fruits, and not an *image*, one
more row of an episode that is no body. Episodes are played without images; what a mirror shows is laid over them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from worlds.base_episode import Agent

if TYPE_CHECKING:
    from worlds.orchard.episode import Episode

REFLECTED = np.array([0, 1, 2, 4, 3, 5], np.int8)  # of actions: toward the glass and away from it change places


class Life(NamedTuple):
    """What somebody did for t steps, and among what: of a body before the glass, or as a mirror shows it."""

    cell: np.ndarray  # (t,) int16
    action: np.ndarray  # (t,) int8
    fruit: np.ndarray  # (t, kinds, h, w) bool
    mark: np.ndarray  # (t,) bool


def behind(glass: np.ndarray) -> np.ndarray:
    """The cells behind the glass, (h, w) bool; glass (h, w) bool, which may hold nothing."""
    column = glass.any(axis=0)
    return (np.cumsum(column) > column) & np.ones_like(glass)


def closed(walls: np.ndarray, glass: np.ndarray | None) -> np.ndarray:
    """Where no body can ever be, (h, w) bool: the walls, and with glass in them all that lies behind it."""
    return walls if glass is None else walls | behind(glass)


def life_of(episode: Episode, agent: int) -> Life:
    """What an agent of an episode did, among the fruits that there were."""
    kinds = np.arange(episode.config.kinds, dtype=np.int8)
    fruit = episode.fruit[:, None] == kinds[:, None, None]
    return Life(episode.cell[:, agent], episode.action[:, agent], fruit, episode.mark[:, agent])


def reflected(life: Life) -> Life:
    """The same on the other side of the glass."""
    width = life.fruit.shape[-1]
    cell = life.cell // width * width + (width - 1 - life.cell % width)
    return Life(cell.astype(np.int16), REFLECTED[life.action], life.fruit[..., ::-1], life.mark)


def show(episode: Episode, image: Life, agent: Agent) -> Episode:
    """The episode with an image in it, the last of its agents, who plays no role, and the fruits around the image.

    image: what stands behind the glass, of as many steps as the episode. It eats nothing, and its row is no body's.
    """
    fruit = life_of(episode, 0).fruit | image.fruit
    steps, told = episode.steps, f"behave as {agent.name}"
    nothing = np.zeros((steps, 1), episode.reward.dtype)
    return replace(
        episode,
        cell=np.column_stack([episode.cell, image.cell]).astype(episode.cell.dtype),
        action=np.column_stack([episode.action, image.action]).astype(episode.action.dtype),
        board=_board(fruit.reshape(*fruit.shape[:2], -1)),
        reward=np.hstack([episode.reward, nothing]),
        role=[[*row, ()] for row in episode.role],
        prompt=[[*row, told] for row in episode.prompt],
        agents=[*episode.agents, agent],
        mark=np.column_stack([episode.mark, image.mark]),
        images=(*episode.images, len(episode.agents)),
    )


def _board(lies: np.ndarray) -> np.ndarray:
    """Bitboards (t, kinds, words) uint64 of what lies where, (t, kinds, cells) bool."""
    spare = -lies.shape[-1] % 64
    packed = np.packbits(np.pad(lies, ((0, 0), (0, 0), (0, spare))), axis=-1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8").astype(np.uint64)
