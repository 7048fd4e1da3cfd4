"""trial: twelve tasks, each a cell of a ring in which to end; who demonstrates, who tries, and what is known of a task.

All begin in the middle of the open room of *worlds*, and no act slips. A policy says how likely each act is in each
cell, whatever the step. A demonstration shows acts and no reward; of a try its maker is told whether it succeeded.
Axes: n lives (of each the task is another), z tasks, c cells, a acts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from analysis.just_ask.worlds.design import ACTS, SIDE, drawn, room

TASKS, FAR = 12, 4  # how many, and how many moves from the middle
STEPS = 6  # of an episode
CLUMSY = 0.6  # the share of a demonstrator's acts that are drawn at random
SHOWN = (0.8, 0.7, 0.6, 0.5)  # the same of policies that are shown in the order in which they improve
EACH = 32  # episodes of a policy from which the next is made
NEVER = -1e3  # the logarithm of what cannot be: such that sums of it stay numbers


@dataclass(frozen=True)
class Design:
    """How much is lived."""

    seeds: int = 5
    episodes: int = 1024  # lives of each seed
    rounds: int = 2000  # of lives that are learned from


class Ring(NamedTuple):
    """What leads where, and to which end."""

    middle: int
    led: np.ndarray  # (c, a) int64: the cell that an act leads to
    goal: np.ndarray  # (z,) int64: the cell of each task
    known: np.ndarray  # (z, c, a) float64: the acts of who knows the task: any that lead nearest, as likely


@lru_cache(maxsize=1)
def ring() -> Ring:
    """The ring, its cells as even as they can be."""
    made, middle = room(), SIDE * SIDE // 2
    around = np.flatnonzero(made.distance[middle] == FAR)
    down, right = np.divmod(around, SIDE)
    around = around[np.argsort(np.arctan2(down - SIDE // 2, right - SIDE // 2))]
    goal = around[np.arange(TASKS) * len(around) // TASKS]
    return Ring(middle, made.led[0], goal, made.known[0, goal])


def clumsy(share: float) -> np.ndarray:
    """(z, c, a): the policies of who knows each task, a share of whose acts are drawn at random."""
    return (1 - share) * ring().known + share / ACTS


class Episodes(NamedTuple):
    """Episodes of lives, e in all."""

    life: np.ndarray  # (e,) int64: whose each is
    cell: np.ndarray  # (t, e) int64: where each act was done
    act: np.ndarray  # (t, e) int64
    end: np.ndarray  # (e,) int64


def lived(policy: np.ndarray, generator: np.random.Generator, each: int = 1) -> Episodes:
    """Episodes of each policy (n, c, a), acts drawn from it."""
    made, life = ring(), np.repeat(np.arange(len(policy)), each)
    cells, acts, cell = [], [], np.full(len(life), made.middle)
    for _ in range(STEPS):
        cells.append(cell)
        acts.append(drawn(policy[life, cell], generator))
        cell = made.led[cell, acts[-1]]
    return Episodes(life, np.stack(cells), np.stack(acts), cell)


@dataclass
class Lives:
    """What is known of each life's task; where `mistold`, each is told the reward of another's try."""

    task: np.ndarray  # (n,) int64
    mistold: bool = False
    shown: int = field(init=False, default=0)  # episodes that were seen of each
    acts: np.ndarray = field(init=False)  # (n, c, a) float32: how often which acts were seen where
    ends: np.ndarray = field(init=False)  # (n, 2, c) float32: where tries ended without the reward, and with it

    def __post_init__(self):
        cells = SIDE * SIDE
        self.acts = np.zeros((len(self.task), cells, ACTS), np.float32)
        self.ends = np.zeros((len(self.task), 2, cells), np.float32)

    def watch(self, policy: np.ndarray, generator: np.random.Generator, each: int = 1) -> np.ndarray:
        """Adds episodes of policies (n, c, a) to what was seen; (n,): how often they succeeded, which is not told."""
        one = lived(policy, generator, each)
        np.add.at(self.acts, (one.life, one.cell, one.act), 1)
        self.shown += each
        return (one.end == ring().goal[self.task[one.life]]).reshape(-1, each).mean(1)

    def attempt(self, policy: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Adds where a try ended, and whether it succeeded; (n,) bool: the same, as it is."""
        end = lived(policy, generator).end
        won = end == ring().goal[self.task]
        told = generator.permutation(won) if self.mistold else won
        self.ends[np.arange(len(policy)), told.astype(int), end] += 1
        return won

    def belief(self, shares: tuple[float, ...] = (CLUMSY,)) -> np.ndarray:
        """(n, z, shares): how likely each task and how clumsy whoever was seen is, exactly, all as likely before."""
        log = np.log(np.stack([clumsy(share) for share in shares], 1).clip(1e-99))  # z shares c a
        seen = np.tensordot(self.acts, log, ((1, 2), (2, 3)))
        at = self.ends[:, :, ring().goal] > 0  # n 2 z: a try ended where the task may be
        odds = seen + NEVER * (at[:, 0] | at[:, 1].any(-1, keepdims=True) & ~at[:, 1])[..., None]
        odds = np.exp(odds - odds.max((1, 2), keepdims=True))
        return odds / odds.sum((1, 2), keepdims=True)


def born(count: int, generator: np.random.Generator, mistold: bool = False) -> Lives:
    """Lives of which nothing is known."""
    return Lives(generator.integers(TASKS, size=count), mistold)


Acting = Callable[[Lives], np.ndarray]  # the policies (n, c, a) of who knows so much


def likeliest(policy: np.ndarray) -> np.ndarray:
    """The policies that do what these do most."""
    return np.eye(ACTS)[policy.argmax(-1)]


def bayes(lives: Lives) -> np.ndarray:
    """Who goes where the task most likely is, which succeeds most often, at this try and at the next."""
    return likeliest(ring().known)[lives.belief()[..., 0].argmax(1)]


def by_act(lives: Lives) -> np.ndarray:
    """Who does what a demonstrator most likely would, act by act."""
    return likeliest(np.tensordot(lives.belief()[..., 0], ring().known, 1))


def improved(lives: Lives) -> np.ndarray:
    """The exact operator: a demonstrator of whose acts a tenth less are at random than of those that were seen."""
    shares = tuple(np.linspace(SHOWN[0], 0, 9).round(1).tolist())
    after = np.stack([clumsy(share) for share in (*shares[1:], 0.0)], 1)  # z shares c a
    return np.tensordot(lives.belief(shares), after, 2)
