"""better: demonstrations on one map, noise, and what is inferred from their order.

One agent is alone on a map with two fruits of each kind, which do not regrow. It demonstrates DEMONSTRATIONS times.
Who clones it acts ROLLOUTS times with each of some shares of its acts drawn at random; the cloning is taken to be
exact. All are told as how many fruits of each kind were eaten, so that a worth of each kind is what is to be inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from agents.orchard.types import TypeSpace
from agents.orchard.wishing import SoloOrchard
from analysis.just_ask.asking import Lone
from analysis.probes.orchard import types_of
from worlds import Episode

DEMONSTRATIONS, ROLLOUTS, PAIRINGS = 20, 100, 10
NOISE = (0.0, 0.25, 0.5, 0.75, 1.0)  # the share of acts drawn at random
SHUFFLES = 20  # of the order of noise
RIDGE = 0.01  # of the worth that is inferred
SHARP, BLIND, VAGUE, WILD = "decisive, near-sighted", "the same, blind to a kind", "vague, far-sighted", "at random"
POLICIES: dict[str, dict[str, Any]] = {  # beside what the default world has, in which everybody is blind to a kind
    SHARP: {"traits": ("taste",)},
    BLIND: {},
    VAGUE: {"traits": ("taste",), "beta": 2.0, "gamma": 0.9},
    WILD: {"traits": ("taste",), "beta": 0.0},
}


@dataclass(frozen=True)
class Design(Lone):
    """Who demonstrates where."""

    episodes: int = 8
    fruits: int = 2  # of each kind


class FruitMap(NamedTuple):
    """A map with fruits, from which nothing is taken yet."""

    neighbor: np.ndarray  # (cells, actions) int64
    fruit: np.ndarray  # (f,) int64: their cells
    kind: np.ndarray  # (f,) int64
    kinds: int
    start: int
    steps: int

    def played(self, acts) -> np.ndarray:
        """(kinds,): how many of each kind are eaten, acts(cell, left) being the action where fruits are left on some
        cells."""
        cell, left, eaten = self.start, frozenset(self.fruit.tolist()), np.zeros(self.kinds)
        kind = dict(zip(self.fruit.tolist(), self.kind.tolist(), strict=True))
        for step in range(self.steps):
            cell = int(self.neighbor[cell, acts(step, cell, left)])
            if cell in left:
                left, eaten[kind[cell]] = left - {cell}, eaten[kind[cell]] + 1
        return eaten

    def planned(self, worth: np.ndarray) -> np.ndarray:
        """(kinds,): how many of each kind who acts best for a worth of each kind (kinds,) eats; of acts that are as
        good, the first is taken."""
        sets, gain = np.arange(1 << len(self.fruit)), worth[self.kind]
        value, best = np.zeros((len(sets), len(self.neighbor))), []
        for _ in range(self.steps):
            arrived = value.copy()  # sets of fruits that are left, and the cell that is arrived at
            for f, cell in enumerate(self.fruit.tolist()):
                there = sets[sets >> f & 1 == 1]
                arrived[there, cell] = gain[f] + value[there ^ 1 << f, cell]
            every = arrived[:, self.neighbor]
            best.append(every.argmax(-1))
            value = every.max(-1)
        place = {cell: f for f, cell in enumerate(self.fruit.tolist())}
        return self.played(lambda step, cell, left: best[-1 - step][sum(1 << place[one] for one in left), cell])


def fruit_map_of(episode: Episode) -> FruitMap:
    """The map of an episode at its start."""
    kind = episode.fruit[0].ravel().astype(np.int64)
    cells = np.flatnonzero(kind >= 0)
    neighbor, start = episode.geometry.neighbor.astype(np.int64), int(episode.cell[0, 0])
    return FruitMap(neighbor, cells, kind[cells], episode.config.kinds, start, episode.steps)


def demonstrated(
    episode: Episode, fruit_map: FruitMap, policy: dict, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """What is eaten by NOISE, (noise, rollouts, kinds), and what each kind is worth to the agent, (kinds,)."""
    space = types_of(episode)
    space = TypeSpace(space.orchard, replace(space.policy, **policy))
    type = space.index({trait: episode.agents[0].type[trait] for trait in space.policy.traits})
    solo = SoloOrchard(space, episode.geometry, episode.walls.shape, episode.fruit[0].ravel())
    actions = fruit_map.neighbor.shape[1]

    def acts(noise: float):
        def act(_, cell, left):
            wild = generator.random() < noise
            return generator.integers(actions) if wild else generator.choice(actions, p=solo.acts(type, cell, left))

        return act

    eaten = [[fruit_map.played(acts(noise)) for _ in range(ROLLOUTS)] for noise in NOISE]
    return np.array(eaten), space.table.weight[space.table.taste[type]]


def inferred(eaten: np.ndarray) -> np.ndarray:
    """(kinds,): the worth by which, of any two rollouts (noise, rollouts, kinds), the one with less noise is likely to
    be worth more: exp of it as a share of both (Bradley and Terry), with a ridge; by Newton's steps."""
    more = np.concatenate(list(_less_noise_less_more(eaten)))
    worth = np.zeros(eaten.shape[-1])
    for _ in range(20):
        wrong = 1 / (1 + np.exp(more @ worth))
        slope = more.T @ wrong / len(more) - RIDGE * worth
        bend = (more * (wrong * (1 - wrong))[:, None]).T @ more / len(more) + RIDGE * np.eye(len(worth))
        worth = worth + np.linalg.solve(bend, slope)
    return worth


def _less_noise_less_more(eaten: np.ndarray) -> Iterator[np.ndarray]:
    """(rollouts, kinds): how much more of each kind was eaten with less noise than with more, each rollout held against
    PAIRINGS of the others."""
    for less in range(len(eaten)):
        for more in range(less + 1, len(eaten)):
            for by in range(PAIRINGS):
                yield eaten[less] - np.roll(eaten[more], by, 0)
