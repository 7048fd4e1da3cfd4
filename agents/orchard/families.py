"""Policies that are no types, in plain Python: *ways* to wish for an action, and strangers, who are made of them.

Every way is a pure function of a scene: what a body perceives now, and what it did last. So it can be asked in
anybody's body. agents/orchard/strange_kernel.py computes the same fast; where the two differ, this file is right.
docs/theory.md says it in words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from agents.orchard.policy import softmax
from agents.orchard.scene import Scene
from worlds import KINDS
from worlds.orchard.geometry import STEPS

STAY, NORTH, SOUTH, WEST, EAST = range(5)  # worlds.ACTIONS
RIGHT_OF = (STAY, EAST, WEST, NORTH, SOUTH)
LEFT_OF = (STAY, WEST, EAST, SOUTH, NORTH)
MOVES = len(STEPS)  # staying and all steps that any world has
COMPANY, ROOM, ONWARD, FEATURES = range(len(KINDS), len(KINDS) + 4)  # the features after those of the kinds
UNITS = 6  # of a network
COIN = -1  # for `gate`


class Way(Protocol):
    """How somebody wishes for actions."""

    def wish(self, scene: Scene) -> np.ndarray:
        """(actions,) float64, a distribution."""
        ...


class Linear(NamedTuple):
    """A softmax of weighted features of what each move leads to."""

    gamma: float  # what one step of distance leaves
    weight: np.ndarray  # (FEATURES,)
    bias: np.ndarray  # (MOVES,)

    def wish(self, scene: Scene) -> np.ndarray:
        seen = features(scene, self.gamma)
        return _of_moves(softmax(seen @ self.weight + self.bias[: len(seen)]), scene)


class Network(NamedTuple):
    """The same with one hidden layer of tanh units, which judges every move alike."""

    gamma: float
    inner: np.ndarray  # (UNITS, FEATURES)
    inner_bias: np.ndarray  # (UNITS,)
    outer: np.ndarray  # (UNITS,)
    bias: np.ndarray  # (MOVES,)

    def wish(self, scene: Scene) -> np.ndarray:
        seen = features(scene, self.gamma)
        units = np.tanh(seen @ self.inner.T + self.inner_bias)
        return _of_moves(softmax(units @ self.outer + self.bias[: len(seen)]), scene)


class Planner(NamedTuple):
    """The first step of a shortest path to the nearest goal in sight, or away from it; ties are shared.

    A* (Hart, Nilsson & Raphael 1968) with the map's walking distances for a heuristic: it never leaves the path.
    Without a goal in sight any move is as good.
    """

    wants: np.ndarray  # (kinds of all worlds,) whether fruits of a kind are goals
    company: bool  # whether other agents are
    flees: bool  # whether it goes away from the nearest

    def wish(self, scene: Scene) -> np.ndarray:
        goals = [cell for kind, cells in scene.fruit.items() if self.wants[kind] for cell in cells]
        goals += scene.others if self.company else []
        after = scene.ground.neighbor[scene.cell]
        if not goals:
            return _of_moves(np.full(len(after), 1 / len(after)), scene)
        left = scene.ground.distance[np.ix_(after, goals)].min(axis=1)
        best = left == (left.max() if self.flees else left.min())
        return _of_moves(best / best.sum(), scene)


class WallFollower(NamedTuple):
    """Keeps one hand on a wall; where there is none beside it or behind it on that side, it walks straight on.

    It heads where it last went, north before it ever did; it takes no diagonal.
    """

    left: bool  # whether that is its left hand

    def wish(self, scene: Scene) -> np.ndarray:
        turn = LEFT_OF if self.left else RIGHT_OF
        ahead = scene.last if NORTH <= scene.last <= EAST else NORTH
        side = turn[ahead]
        back, other = turn[side], turn[turn[side]]
        beside = int(scene.ground.neighbor[scene.cell, back])
        held = not _free(scene, side) or not _free(scene, back) or scene.ground.neighbor[beside, side] == beside
        order = (side, ahead, other, back) if held else (ahead, other, back, side)
        return _one(next((way for way in order if _free(scene, way)), STAY), scene)


class Habit(NamedTuple):
    """A cycle of moves, whatever it perceives: each move has one that follows, and one that a wall stops is skipped."""

    follows: np.ndarray  # (MOVES,) after each move, staying among them, the next
    keeps: bool  # whether it goes on as it went until a wall stops it

    def wish(self, scene: Scene) -> np.ndarray:
        moves = len(scene.ground.neighbor[scene.cell])
        last = scene.last if scene.last < moves else STAY
        way = last if self.keeps and last != STAY else int(self.follows[last])
        for _ in range(MOVES):
            if _free(scene, way):
                break
            way = int(self.follows[way])
        return _one(way, scene)


class AsType(NamedTuple):
    """Does what the type does that the stranger bears."""

    def wish(self, scene: Scene) -> np.ndarray:
        return scene.native


WAYS: tuple[type, ...] = (Linear, Network, Planner, WallFollower, Habit, AsType)  # by the kernel's numbers


@dataclass(frozen=True)
class Stranger:
    """A policy that is no type: one way, or two of them joined; and noise, which is spread over all actions."""

    family: str
    ways: tuple[Way, ...]
    noise: float
    share: float = 1.0  # of the first of two ways, where a coin decides
    # of two ways the first acts where a fruit of this kind, or with the number COMPANY another agent, is seen within
    # reach, and else the second; COIN: chance decides
    gate: int = COIN
    reach: int = 0  # steps

    def __call__(self, scene: Scene) -> np.ndarray:
        """(actions,) float64."""
        actions = len(scene.native)
        return (1 - self.noise) * self._wish(scene) + self.noise / actions

    def _wish(self, scene: Scene) -> np.ndarray:
        if len(self.ways) == 1:
            return self.ways[0].wish(scene)
        first, second = (way.wish(scene) for way in self.ways)
        if self.gate == COIN:
            return self.share * first + (1 - self.share) * second
        asked = scene.others if self.gate == COMPANY else scene.fruit.get(self.gate, [])
        return first if any(scene.ground.distance[scene.cell, c] <= self.reach for c in asked) else second


Policy = Callable[[Scene], np.ndarray]  # (actions,) float64 over the world's actions


def features(scene: Scene, gamma: float) -> np.ndarray:
    """(moves, FEATURES) float64, of what each move leads to: Σ γ^(steps from there) over the fruits of each kind, and
    over the other agents; the share of moves that lead on from there; and whether it is the last move again."""
    after, distance = scene.ground.neighbor[scene.cell], scene.ground.distance
    seen = np.zeros((len(after), FEATURES))
    for kind, cells in [*scene.fruit.items(), (COMPANY, scene.others)]:
        for cell in cells:
            seen[:, kind] += gamma ** distance[after, cell].astype(np.float64)
    seen[:, ROOM] = (scene.ground.neighbor[after] != after[:, None]).mean(axis=1)
    seen[:, ONWARD] = np.arange(len(after)) == scene.last
    return seen


def _free(scene: Scene, way: int) -> bool:
    return int(scene.ground.neighbor[scene.cell, way]) != scene.cell


def _one(way: int, scene: Scene) -> np.ndarray:
    return (np.arange(len(scene.native)) == way).astype(np.float64)


def _of_moves(wish: np.ndarray, scene: Scene) -> np.ndarray:
    """A wish for moves (moves,), among all actions of the world, (actions,)."""
    return np.pad(wish, (0, len(scene.native) - len(wish)))
