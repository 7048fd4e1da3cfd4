"""What the kernel works on: an episode, its map, its types as tables of powers, a part to act, scratch room."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from agents.orchard.lens import PACKED, UNREACHABLE, Events, Ground, Lens, Look, compiled
from agents.orchard.registers import LANES, aligned
from agents.orchard.senses import Senses
from agents.orchard.types import TypeSpace
from agents.partial import NOTHING, Without
from worlds import KINDS


class Powers(NamedTuple):
    """The types as a kernel reads them: exp(β·Q) is a product, so that no exponential is left to compute."""

    taste: np.ndarray  # (k,) int64
    sense: np.ndarray  # (k,) int64: see agents.orchard.senses
    sight: np.ndarray  # (k,) int64
    memory: np.ndarray  # (k,) int64
    temper: np.ndarray  # (k,) int64
    # (k,) int64: which of the minds, a mind being a type but for its senses and manner; where distances are not packed
    # all memories × tempers × lanes, of which each taste is one
    mind: np.ndarray
    slot: np.ndarray  # (k,) uint64: senses · minds + mind, whatever is asked of minds
    example: np.ndarray  # (minds,) int64: a type of each mind, where distances are packed
    window: np.ndarray  # (memories,) int64
    pull: np.ndarray  # (tastes, kinds, 256) float64: exp(β·weight·γ^distance), 0 where nothing is
    push: np.ndarray  # (tempers, 256) float64: exp(β·push·γ^distance), 1 where nobody is
    floor: float
    spread: float  # what of the floor each action gets
    senses: int  # how many of the senses some type has
    every: Senses
    seen: np.ndarray  # (k,) int64: the kinds of fruit that are seen, as bits
    eyes: int  # for each sight: the sets of kinds that might be seen
    used: np.ndarray  # (sights,) bool: which sights some type has
    alike: bool  # whether all types see equally far
    group: np.ndarray  # (k,) int64: which act alike as others: 0 the plain ones, then the exaggerating by taste
    # (groups + 1, k) int64: as which type a group acts when it takes who is named for a type; the last, as that type
    played: np.ndarray
    alike_of: np.ndarray  # (k,) int64: which types the groups act with the same minds as
    mind_of: np.ndarray  # (groups + 1, alike) int64: those minds
    packed: bool  # whether nearest distances are packed, and pull and push looked up; else the fields below are used
    summed: bool  # whether all fruits of a kind count, and not the nearest alone
    discount: np.ndarray  # (256,) float64: γ^distance, 0 where there is no way
    # (kinds, blocks, 256 · LANES) float64: exp(β·weight·γ^distance), by taste, where all fruits count; a block is what
    # one register holds
    lure: np.ndarray
    wanted: np.ndarray  # (all colours, lanes) float64: β·weight, by taste
    keenest: float  # the largest |β·weight|
    drawn: np.ndarray  # (tempers,) float64: β·push
    drives: bool  # whether any of these is not 0
    # (sets of kinds shown, senses, lanes) float64: of what a taste heeds in fruits that senses show, the share shown
    heeded: np.ndarray
    believed: np.ndarray  # (k,) float64: the odds of the types that agents believe in, 0 for others
    held: np.ndarray  # (senses, minds) float64: the same, added up
    among: int  # what they add up to
    without: Without  # what is left out of the definition


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
    fruit: np.ndarray  # (eyes, memories, tastes, moves) float64: one factor of exp(β·Q), where distances are packed
    odds: np.ndarray  # (eyes, memories, blocks, moves · LANES) float64: where they are not, of a scale of its own
    total: np.ndarray  # (eyes, memories, tempers, lanes) float64: the denominators of softmax(β·Q) there
    like: np.ndarray  # (senses, minds) float64: how likely an act is, there
    mixed: np.ndarray  # (blocks, moves · LANES) float64: what all minds do, there
    most: np.ndarray  # (lanes,) float64
    judged: np.ndarray  # (eyes,) bool: whose fruit holds what was last looked at
    company: np.ndarray  # (sights, tempers, moves) float64: the other
    # (memories, sets of kinds, blocks, moves · LANES) float64: what is due to kinds of one half, see lures_of
    lures: np.ndarray
    moderate: np.ndarray  # (1,) bool: whether the odds can be made of these
    cover: np.ndarray  # (senses, lanes) float64, by taste
    held: np.ndarray  # (sights,) int64: how many cells were shown
    pi: np.ndarray  # (k,) float64
    reach: np.ndarray  # (senses ** depth, groups) float64
    row: np.ndarray  # (groups,) float64
    mass: np.ndarray  # (senses, alike) float64
    turned: np.ndarray  # (alike, minds) float64
    narrow: np.ndarray  # (senses ** depth,) int64
    weight: np.ndarray  # (all senses, minds) float64
    weighs: np.ndarray  # (all senses,) bool: which of these rows hold anything


@lru_cache(maxsize=16)
def powers_of(space: TypeSpace, seen_alone: bool = False) -> Powers:
    """The kernel's tables of a space; seen_alone: agents believe in the types alone that training sees."""
    table, moves = space.table, 1 + space.orchard.moves
    packed = moves <= PACKED and space.policy.value == "nearest"
    discount = np.append(table.gamma ** np.arange(UNREACHABLE, dtype=np.float64), 0.0)
    pull = np.exp(table.beta * table.weight[..., None] * discount) if packed else np.empty((*table.weight.shape, 0))
    if packed:
        pull[..., UNREACHABLE] = 0.0
    taste, sight, sense = (np.ascontiguousarray(index, np.int64) for index in (table.taste, table.sight, table.senses))
    # Memories and tempers that no type of this world has need no looking.
    (memories, memory), (tempers, temper) = (np.unique(i, return_inverse=True) for i in (table.memory, table.temper))
    window, push = table.window[memories].astype(np.int64), table.push[tempers]
    _, example, mind = np.unique(np.stack([memory, taste, temper]), axis=1, return_index=True, return_inverse=True)
    tastes, lanes = len(table.weight), -(-len(table.weight) // LANES) * LANES
    if not packed:
        mind = (memory * len(push) + temper) * lanes + taste
        example = np.zeros(len(window) * len(push) * lanes, np.int64)
    wanted = np.zeros((len(KINDS), lanes))
    wanted[: table.weight.shape[1], :tastes] = table.beta * table.weight.T
    group = np.where(table.manner > 0, 1 + taste, 0)
    alike, first = np.unique(group, return_index=True)
    believed = space.believed(seen_alone)
    played = np.vstack([space.played_among(believed)[first], np.arange(len(space))])
    mind_of, alike_of = np.unique(mind[played], axis=1, return_inverse=True)
    slot = (sense * len(example) + mind).astype(np.uint64)
    held = np.zeros((space.senses.base, len(example)))
    np.add.at(held, (sense, mind), believed)
    return Powers(
        taste, sense, sight, memory, temper, mind, slot, example,
        window=window,
        pull=pull,
        push=np.exp(table.beta * push[:, None] * discount),
        floor=float(table.floor),
        spread=table.floor / len(space.orchard.action_names),
        senses=space.senses.base,
        every=space.senses,
        seen=np.ascontiguousarray(space.senses.kinds[sense]),
        eyes=1 << space.orchard.kinds,
        used=np.isin(np.arange(len(space.orchard.sights)), sight),
        alike=len(set(sight.tolist())) == 1,
        group=np.searchsorted(alike, group),
        played=played,
        alike_of=alike_of.reshape(-1),
        mind_of=np.ascontiguousarray(mind_of),
        packed=packed,
        summed=space.policy.value == "sum",
        discount=discount,
        lure=_lure(wanted[: space.orchard.kinds if space.policy.value == "sum" else 0], discount),
        wanted=wanted,
        keenest=float(table.beta * np.abs(table.weight).max()),
        drawn=table.beta * push,
        drives=bool(np.any(push)),
        heeded=_heeded(space, lanes),
        believed=believed.astype(np.float64),
        held=held,
        among=int(believed.sum()),
        without=NOTHING,
    )  # fmt: skip


def _lure(wanted: np.ndarray, discount: np.ndarray) -> np.ndarray:
    """Powers.lure; wanted (kinds, lanes)."""
    kinds, blocks = len(wanted), wanted.shape[1] // LANES
    lure = aligned(wanted.size * len(discount)).reshape(kinds, blocks, len(discount) * LANES)
    lure[:] = np.exp(wanted.reshape(kinds, blocks, 1, LANES) * discount[:, None]).reshape(lure.shape)
    return lure


def _heeded(space: TypeSpace, lanes: int) -> np.ndarray:
    """Powers.heeded; 1 where a taste heeds none of what senses show."""
    interest, seen = space.interest, space.senses.kinds[: space.senses.base]
    both, heeded = np.arange(interest.shape[1])[:, None] & seen, np.ones((interest.shape[1], len(seen), lanes))
    heeds = interest[:, seen] > 0
    shares = heeded[..., : len(interest)].transpose(2, 0, 1)
    np.divide(interest[:, both], interest[:, None, seen], out=shares, where=heeds[:, None])
    return heeded


@njit(cache=True, nogil=True)
def make_work(stage, depth):
    """The scratch arrays for chains of at most `depth` elements."""
    powers, sights, moves = stage.powers, stage.ground.seen.shape[0], stage.ground.neighbor.shape[1]
    memories, tempers, lanes, kinds = (
        len(powers.window),
        len(powers.drawn),
        powers.wanted.shape[1],
        powers.pull.shape[1],
    )
    tastes, packed, blocks = powers.pull.shape[0], powers.packed, lanes // LANES
    nodes, groups, pairs, eyes = powers.senses**depth, len(powers.played) - 1, depth + 2, sights << kinds
    far, half, minds, apart = 0 if packed else eyes, len(powers.lure) // 2, len(powers.example), powers.mind_of.shape[1]
    every, dues = len(powers.every.sight), (1 << half) + (1 << len(powers.lure) - half)
    return Work(
        Look(
            np.empty((memories, kinds), np.uint64),
            np.empty(1, np.uint64),
            np.empty((powers.window[-1], stage.events.board.shape[2]), np.uint64),
            np.empty(len(stage.ground.distance), np.uint64),
            np.empty(memories * stage.events.board.shape[1] + 1, np.int64),
            np.empty((memories, len(KINDS), moves)),
            np.empty(moves),
            np.empty(powers.window[-1], np.bool_),
            np.empty(1),
        ),
        Lens(
            np.empty(pairs, np.int64), np.empty(pairs, np.int64), np.empty(pairs, np.int64), np.empty(pairs, np.int64)
        ),
        np.empty((eyes if packed else 0, memories, tastes, moves)),
        aligned(far * memories * moves * lanes).reshape(far, memories, blocks, moves * LANES),
        aligned(far * memories * tempers * lanes).reshape(far, memories, tempers, lanes),
        aligned(powers.held.size).reshape(powers.held.shape),
        aligned(moves * lanes).reshape(blocks, moves * LANES),
        np.empty(lanes),
        np.empty(eyes, np.bool_),
        np.empty((sights, tempers, moves)),
        aligned(memories * dues * moves * lanes).reshape(memories, dues, blocks, moves * LANES),
        np.empty(1, np.bool_),
        aligned(powers.senses * lanes).reshape(powers.senses, lanes),
        np.empty(sights, np.int64),
        np.empty(len(powers.taste)),
        np.empty((nodes, groups)),
        np.empty(groups),
        np.empty((powers.senses, apart)),
        aligned(apart * minds).reshape(apart, minds),
        np.empty(nodes, np.int64),
        aligned(every * minds).reshape(every, minds),
        np.empty(every, np.bool_),
    )


@compiled
def node_count(senses, depth):
    """How many beliefs a chain of this depth takes: 1 + S + ... + S^(depth-1)."""
    count = 0
    for level in range(depth):
        count += senses**level
    return count
