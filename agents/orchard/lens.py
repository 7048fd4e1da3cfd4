"""Lenses on bitboards: what is left of an episode seen from one agent's place through another's senses.

A lens is a row of (place, sight) pairs: the first is who perceives, each further one intersects with what
that sight, standing where that agent stood, would reveal. A step at which a place is not itself inside what
remains is empty. Everything here is compiled and holds no state; agents/orchard/theory.py says it in plain words.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, uint64

from worlds.orchard.geometry import Geometry, lowest_bit, popcount

# The kernels pass many arrays from function to function. Counting references to them (which needs no doing, as
# nothing is allocated) and copying them at each call, were they not inlined, took three quarters of the time.
compiled = njit(cache=True, nogil=True, _nrt=False, error_model="numpy", forceinline=True)

UNREACHABLE = 255  # the distance of what is not there
PACKED = 5  # actions whose distances fit into one word
LANE = 12  # bits in which a packed word holds each action's distance; the bit above a distance is a guard
_ONE = np.uint64(1)
_GUARDS = np.uint64(sum(256 << LANE * a for a in range(5)))
_FAR = np.uint64(sum(UNREACHABLE << LANE * a for a in range(5)))


class Events(NamedTuple):
    """What happened in one episode."""

    cell: np.ndarray  # (t, n) int16: where each agent stood before the moves
    board: np.ndarray  # (t, kinds, words) uint64: the fruits before the moves
    action: np.ndarray  # (t, n) int8
    native: np.ndarray  # (t, n) float64: the chance that the act was native, as far as a percept tells
    mark: np.ndarray  # (t, n) bool: who was marked before the moves


class Ground(NamedTuple):
    """One map, as lenses read it."""

    visible: np.ndarray  # (sights, cells, words) uint64: the cells in sight
    seen: np.ndarray  # (sights, cells) int32: how many those are
    approach: np.ndarray  # (cells, cells) uint64: packed walking distances after each of five actions to each cell
    neighbor: np.ndarray  # (cells, actions) int16: the cell after each action
    distance: np.ndarray  # (cells, cells) uint8


class Lens(NamedTuple):
    """Room for the pairs of a lens; functions are told how many of them count."""

    place: np.ndarray  # (pairs,) int64: agents
    sight: np.ndarray  # (pairs,) int64: near or far
    feels: np.ndarray  # (pairs,) int64: whether a mark on oneself is felt
    kinds: np.ndarray  # (pairs,) int64: the kinds of fruit that are seen, as bits


class Look(NamedTuple):
    """Room for what one lens shows at one step."""

    near: np.ndarray  # (memories, kinds) uint64: packed walking distances to the nearest remembered fruit
    crowd: np.ndarray  # (1,) uint64: the same to the nearest other agent
    # Where distances are not packed, see agents.orchard.looking_far:
    new: np.ndarray  # (window, words) uint64: the cells that were shown so many steps ago and not since
    fruit: np.ndarray  # (cells,) uint64: of each fruit that is shown its cell, by memory and kind
    first: np.ndarray  # (memories · kinds + 1,) int64: where those of each of these begin
    field: np.ndarray  # (memories, all colours, actions) float64: γ^distance of what is remembered
    company: np.ndarray  # (actions,) float64: the same of the nearest other agent
    shown: np.ndarray  # (window,) bool: whether the lens shows anything, so many steps ago
    most: np.ndarray  # (1,) float64: what the sum of γ^distance over all fruits can come to after an action


def ground_of(geometry: Geometry) -> Ground:
    """A map's tables for lenses."""
    packs = geometry.neighbor.shape[1] <= PACKED
    approach = np.empty(geometry.distance.shape if packs else (0, 0), np.uint64)
    if packs:
        _fill_approach(geometry.neighbor, geometry.distance, approach)
    return Ground(geometry.visible, geometry.seen, approach, geometry.neighbor, geometry.distance)


@compiled
def _fill_approach(neighbor, distance, approach):
    for cell in range(len(approach)):
        for other in range(len(approach)):
            packed = uint64(0)
            for a in range(5):
                packed |= uint64(distance[neighbor[cell, a], other]) << uint64(LANE * a)
            approach[cell, other] = packed


@compiled
def unpack(packed, action):
    """The walking distance after one action."""
    return (packed >> uint64(LANE * action)) & uint64(UNREACHABLE)


@compiled
def _nearest(one, other):
    """The smaller distance for each action: the guard survives subtraction where `one` is not smaller."""
    larger = ((one | _GUARDS) - other) & _GUARDS
    return one ^ ((one ^ other) & (larger - (larger >> uint64(8))))


@compiled
def _in_sight(visible, sight, cell, other):
    return (visible[sight, cell, other >> 6] >> uint64(other & 63)) & _ONE != 0


@compiled
def sees(events, ground, lens, pairs, who, step):
    """Whether the first pairs of a lens hold `who` at a step, and so everybody they look through."""
    cell, visible, place, sight = events.cell, ground.visible, lens.place, lens.sight
    for i in range(pairs):
        at = cell[step, place[i]]
        for j in range(i + 1, pairs):
            if not _in_sight(visible, sight[i], at, cell[step, place[j]]):
                return False
        if not _in_sight(visible, sight[i], at, cell[step, who]):
            return False
    return True


@compiled
def tells_mark(events, lens, pairs, who, step):
    """Whether the first pairs of a lens, which hold `who`, show a mark on it: one's own shows to who feels it."""
    marked, i = events.mark[step, who], 0
    while marked and i < pairs:
        marked = lens.place[i] != who or lens.feels[i] > 0
        i += 1
    return marked


@compiled
def kinds_through(lens, pairs):
    """The kinds of fruit that the first pairs of a lens all see, as bits."""
    kinds = lens.kinds[0]
    for i in range(1, pairs):
        kinds &= lens.kinds[i]
    return kinds


@compiled
def shows(events, ground, lens, pairs, step, word):
    """One word of the cells that a lens, not empty at that step, shows."""
    mask = ground.visible[lens.sight[0], events.cell[step, lens.place[0]], word]
    for i in range(1, pairs):
        mask &= ground.visible[lens.sight[i], events.cell[step, lens.place[i]], word]
    return mask


@compiled
def in_lens(events, ground, lens, pairs, step, cell):
    """Whether all the first pairs of a lens see a cell."""
    i = pairs - 1
    while i >= 0 and _in_sight(ground.visible, lens.sight[i], events.cell[step, lens.place[i]], cell):
        i -= 1
    return i < 0


@compiled
def _crowd(events, ground, lens, pairs, step):
    """The packed walking distances from the last place of a lens to the nearest agent in it but that one."""
    near, body, cell = _FAR, lens.place[pairs - 1], events.cell
    for other in range(cell.shape[1]):
        if other == body:
            continue
        at, i = cell[step, other], pairs - 1
        while i >= 0 and _in_sight(ground.visible, lens.sight[i], cell[step, lens.place[i]], at):
            i -= 1
        if i < 0:
            near = _nearest(near, ground.approach[cell[step, body], at])
    return near


@compiled
def look(events, ground, window, lens, pairs, step, out):
    """Writes what a lens shows at a step, for each window of memory; returns how many cells it shows then.

    The caller knows that the lens is not empty at that step. From the newest step to the oldest, only cells
    not yet known add to what is remembered; windows ascend, so a longer memory adds to the shorter one.
    """
    board, approach, near, shown = events.board, ground.approach, out.near, out.shown
    memories, body = len(window), lens.place[pairs - 1]
    at, longest, count = events.cell[step, body], min(window[memories - 1], step + 1), 0
    out.crowd[0] = _crowd(events, ground, lens, pairs, step)
    for back in range(longest):
        shown[back] = sees(events, ground, lens, pairs, body, step - back)
    for memory in range(memories):
        for kind in range(near.shape[1]):
            near[memory, kind] = _FAR
    for word in range(board.shape[2]):
        known, memory = uint64(0), 0
        for back in range(longest):
            memory += back == window[memory]
            if not shown[back]:
                continue
            new = shows(events, ground, lens, pairs, step - back, word) & ~known
            known |= new
            count += popcount(new) if back == 0 else 0
            for kind in range(near.shape[1]):
                fruits = board[step - back, kind, word] & new
                while fruits != uint64(0):
                    fruit = approach[at, 64 * word + lowest_bit(fruits)]
                    near[memory, kind] = _nearest(near[memory, kind], fruit)
                    fruits &= fruits - _ONE
    for memory in range(1, memories):
        for kind in range(near.shape[1]):
            near[memory, kind] = _nearest(near[memory, kind], near[memory - 1, kind])
    return count
