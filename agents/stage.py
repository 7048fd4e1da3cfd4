"""What the kernel works on: an episode, its map, its types as tables of powers, a part to act, scratch room."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from agents.agent_type import TypeSpace
from agents.lens import NOTHING, Events, Ground, Lens, Look, compiled


class Powers(NamedTuple):
    """The types as a kernel reads them: exp(β·Q) is a product, so that no exponential is left to compute."""

    taste: np.ndarray  # (k,) int64
    sense: np.ndarray  # (k,) int64: sight, and FEELS more where a mark on itself is felt
    sight: np.ndarray  # (k,) int64
    memory: np.ndarray  # (k,) int64
    temper: np.ndarray  # (k,) int64
    mind: np.ndarray  # (k,) int64: which of the minds, a mind being a type but for its senses
    example: np.ndarray  # (minds,) int64: a type of each mind
    window: np.ndarray  # (memories,) int64
    pull: np.ndarray  # (tastes, kinds, 256) float64: exp(β·weight·γ^distance), 0 where nothing is
    push: np.ndarray  # (tempers, 256) float64: exp(β·push·γ^distance), 1 where nobody is
    floor: float
    spread: float  # what of the floor each action gets
    senses: int  # how many there are


class Stage(NamedTuple):
    """An episode, its map and its types."""

    events: Events
    ground: Ground
    powers: Powers


class Part(NamedTuple):
    """Who acts as whom."""

    asker: int
    own: int  # the asker's type
    body: int  # where the action is taken: the asker, or the agent that is predicted
    chain: np.ndarray  # (depth,) int64: agents, or -2 - d for the description d of a mixture


class Work(NamedTuple):
    """Room for one step's work, made once."""

    look: Look
    lens: Lens  # of depth + 2 pairs
    fruit: np.ndarray  # (sights, memories, tastes, 5) float64: one factor of exp(β·Q)
    company: np.ndarray  # (sights, tempers, 5) float64: the other
    cover: np.ndarray  # (sights,) float64
    pi: np.ndarray  # (k,) float64
    reach: np.ndarray  # (senses ** depth,) float64
    narrow: np.ndarray  # (senses ** depth,) int64
    weight: np.ndarray  # (senses, minds) float64


@lru_cache(maxsize=16)
def powers_of(space: TypeSpace) -> Powers:
    """The kernel's tables of a space."""
    table = space.table
    discount = np.append(table.gamma ** np.arange(NOTHING, dtype=np.float64), 0.0)
    pull = np.exp(table.beta * table.weight[..., None] * discount)
    pull[..., NOTHING] = 0.0
    taste, sight, memory, temper, sense = (
        np.ascontiguousarray(index, np.int64)
        for index in (table.taste, table.sight, table.memory, table.temper, table.senses)
    )
    _, example, mind = np.unique(np.stack([memory, taste, temper]), axis=1, return_index=True, return_inverse=True)
    push = np.exp(table.beta * table.push[:, None] * discount)
    window = np.ascontiguousarray(table.window, np.int64)
    senses, spread = len(np.unique(sense)), table.floor / len(space.orchard.action_names)
    return Powers(
        taste, sense, sight, memory, temper, mind, example, window, pull, push, float(table.floor), spread, senses
    )  # fmt: skip


@njit(cache=True, nogil=True)
def make_work(powers, sights, depth):
    """The scratch arrays for chains of at most `depth` elements."""
    memories, (tastes, kinds, _) = len(powers.window), powers.pull.shape
    return Work(
        Look(
            np.empty((memories, kinds), np.uint64),
            np.empty(1, np.uint64),
            np.empty(powers.window[-1], np.bool_),
        ),
        Lens(np.empty(depth + 2, np.int64), np.empty(depth + 2, np.int64), np.empty(depth + 2, np.int64)),
        np.empty((sights, memories, tastes, 5)),
        np.empty((sights, len(powers.push), 5)),
        np.empty(sights),
        np.empty(len(powers.taste)),
        np.empty(powers.senses**depth),
        np.empty(powers.senses**depth, np.int64),
        np.empty((powers.senses, len(powers.example))),
    )


@compiled
def node_count(senses, depth):
    """How many beliefs a chain of this depth takes: 1 + S + ... + S^(depth-1)."""
    count = 0
    for level in range(depth):
        count += senses**level
    return count
