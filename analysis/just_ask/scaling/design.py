"""scaling: what is learned, from what, in two of its statements; the trainings of the third are measured elsewhere.

- late: two layers, pair of kinds -> HIDDEN sums, squared -> KINDS odds, trained on half of all pairs at once by AdamW
  on cross-entropy. Its constants were chosen on seeds that are not reported (1000 to 1003).
- peak: the scenes of lone agents' episodes, described by what lies on each cell around, and by what each act is worth
  to the agent; of ROWS of them the act that was drawn, of others the exact chances.
- law: trainings of transformers, which benchmarks/scaling.py did, in measured.json beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agents.orchard.wishing import SoloOrchard
from analysis.just_ask.asking import Lone
from analysis.just_ask.scaling.thresholds import ROWS
from analysis.probes.orchard import types_of
from worlds import Episode, FunhouseError
from worlds.orchard.geometry import NO_WAY

HIDDEN, STEPS, LOOK = 128, 1500, 10  # a training's steps at most; how many lie between two looks at pairs not shown
RATE, DECAY = 0.01, 0.3  # of AdamW
RIDGES = tuple(10.0 ** np.arange(-3, 5))  # of the features, which are of size 1
DRAWS = 5  # of random features, for each seed and width; of their errors the median is taken, for near the peak a few
# are larger than all others together
LEARNED, SPARE = 80, 20  # episodes to learn from, to choose a ridge on, and as many to measure the error on
REACH = 3  # cells, within which a scene is described


@dataclass(frozen=True)
class Design(Lone):
    """Episodes enough for ROWS different scenes, and for those that errors are of."""

    episodes: int = LEARNED + 2 * SPARE


class Scenes(NamedTuple):
    """Scenes of a log: what lies around, x (n, d) of variance 1 in the mean; which act was drawn, y (n, a), one of them
    1; and the acts' exact chances (n, a)."""

    x: np.ndarray
    y: np.ndarray
    chances: np.ndarray

    def some(self, rows: slice | np.ndarray) -> Scenes:
        """Some of the scenes."""
        return Scenes(self.x[rows], self.y[rows], self.chances[rows])


def scenes(episodes: Sequence[Episode]) -> Scenes:
    """Every step of episodes of one agent each."""
    worth, chances = (np.concatenate(some) for some in zip(*map(_acts, episodes), strict=True))
    y = np.eye(chances.shape[1])[np.concatenate([one.action[:, 0] for one in episodes]).astype(int)]
    x = np.concatenate([_alike(np.concatenate([_around(one) for one in episodes])), _alike(worth)], 1)
    return Scenes(x * (x.shape[1] / (x**2).sum(1).mean()) ** 0.5, y, chances)


def learned_from(found: Scenes, rows: int, generator: np.random.Generator) -> np.ndarray:
    """Which scenes are learned from: ROWS of the first `rows`, no two alike, for of two that are no width can tell the
    acts apart. Raises FunhouseError where there are fewer."""
    different = np.unique(found.x[:rows].round(9), axis=0, return_index=True)[1]
    if len(different) < ROWS:
        what = f"{rows} steps of a log hold {len(different)} different scenes, and {ROWS} are learned from"
        raise FunhouseError(what, remedy="ask for more episodes")
    return generator.permutation(different)[:ROWS]


def _alike(x: np.ndarray) -> np.ndarray:
    """(n, d): columns that vary, about 0, the rows of mean squared length 1."""
    x = (x - x.mean(0))[:, x.std(0) > 0]
    return x / (x**2).sum(1).mean() ** 0.5


def _around(episode: Episode) -> np.ndarray:
    """(t, d): on each cell within REACH of the agent, whether there is a wall, and whether a fruit of each kind."""
    height, width = episode.walls.shape
    holds = episode.fruit.reshape(episode.steps, 1, height, width) == np.arange(episode.config.kinds)[:, None, None]
    walls = np.broadcast_to(episode.walls != 0, (episode.steps, 1, height, width))
    edge = [(0, 0), (0, 0), (REACH, REACH), (REACH, REACH)]
    grid = np.concatenate([np.pad(walls, edge, constant_values=True), np.pad(holds, edge)], 1)  # t (wall, kinds) h w
    told, side = [], 2 * REACH + 1
    for here, cell in zip(grid, episode.cell[:, 0].tolist(), strict=True):
        row, column = divmod(cell, width)
        told.append(here[:, row : row + side, column : column + side].ravel())
    return np.array(told, float)


def _acts(episode: Episode) -> tuple[np.ndarray, np.ndarray]:
    """(t, a) each: what the fruits that acts lead nearer to are worth to the agent, and the acts' exact chances."""
    space, ground = types_of(episode), episode.geometry
    type, table = space.index(episode.agents[0].type), space.table
    solo = SoloOrchard(space, ground, episode.walls.shape, episode.fruit[0].ravel())
    likes = np.where(np.arange(episode.config.kinds) == table.blind[type], 0.0, table.weight[table.taste[type]])
    worth, chances = [], []
    for fruit, cell in zip(episode.fruit.reshape(episode.steps, -1), episode.cell[:, 0].astype(int), strict=True):
        way = ground.distance[ground.neighbor[cell].astype(int)].astype(float)  # a cells
        near = np.where(way == NO_WAY, 0.0, table.gamma**way)
        each = near @ np.where(fruit >= 0, likes[fruit], 0.0)
        worth.append(each - each.mean())
        chances.append(solo.acts(type, cell, frozenset(np.flatnonzero(fruit >= 0).tolist())))
    return np.array(worth), np.array(chances)
