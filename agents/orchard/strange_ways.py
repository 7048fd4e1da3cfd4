"""The ways of strangers, compiled: the same as agents/orchard/families.py says in plain Python."""

from typing import NamedTuple

import numpy as np
from numba import njit, uint64

from agents.orchard.families import (
    COIN,
    COMPANY,
    EAST,
    FEATURES,
    LEFT_OF,
    MOVES,
    NORTH,
    ONWARD,
    RIGHT_OF,
    ROOM,
    STAY,
    UNITS,
    WAYS,
    AsType,
    Habit,
    Linear,
    Network,
    Planner,
)
from worlds import KINDS
from worlds.orchard.geometry import NO_WAY, lowest_bit

_ONE = np.uint64(1)
LINEAR, NETWORK, PLANNER, HABIT, AS_TYPE = (WAYS.index(way) for way in (Linear, Network, Planner, Habit, AsType))
_INNER, _INNER_BIAS, _OUTER = 1, 1 + UNITS * FEATURES, 1 + UNITS * (FEATURES + 1)  # places of a network's numbers
_BIAS = 1 + UNITS * (FEATURES + 2)
NUMBERS = _BIAS + MOVES
_TURNS = np.array([RIGHT_OF, LEFT_OF])
loose = njit(cache=True, nogil=True, _nrt=False, error_model="numpy")  # not inlined: most worlds have no strangers


class Room(NamedTuple):
    """Room for one act."""

    seen: np.ndarray  # (moves, FEATURES) float64
    near: np.ndarray  # (kinds of all worlds + 1, moves) int64: steps to the nearest of each kind, and other agent
    far: np.ndarray  # (kinds of all worlds + 1) int64: steps from where the body is
    wish: np.ndarray  # (2, moves) float64
    native: np.ndarray  # (actions,) float64: what the type does that the stranger bears


@njit(cache=True, nogil=True)
def make_room(moves, actions):
    """The scratch arrays."""
    kinds = len(KINDS) + 1
    return Room(
        np.empty((moves, FEATURES)),
        np.empty((kinds, moves), np.int64),
        np.empty(kinds, np.int64),
        np.empty((2, moves)),
        np.empty(actions),
    )


@loose
def choose(way, numbers, discount, joined, cell, board, body, last, view, kinds, neighbor, distance, room, out):
    """Writes what a stranger does, out (actions,); view: the cells in sight; kinds: of fruit that are seen, as bits.

    Where one way is to do as a type does, room.native says what that is.
    """
    moves, noise = room.wish.shape[1], joined[3]
    _measure(cell, board, body, view, kinds, neighbor, distance, room)
    for a in range(len(out)):
        out[a] = noise / len(out)
    for place in range(2):
        share = 1.0 - noise
        if way[1] >= 0 and joined[1] == COIN:
            share *= joined[0] if place == 0 else 1.0 - joined[0]
        elif way[1] >= 0 and (room.far[int(joined[1])] <= joined[2]) != (place == 0):
            continue
        if way[place] == AS_TYPE:
            for a in range(len(out)):
                out[a] += share * room.native[a]
        elif way[place] >= 0:
            wish = room.wish[place]
            _wish(way[place], numbers[place], discount[place], cell, board, body, last, view, kinds, neighbor, distance,
                  room, wish)  # fmt: skip
            for a in range(moves):
                out[a] += share * wish[a]


@loose
def _wish(way, numbers, discount, cell, board, body, last, view, kinds, neighbor, distance, room, wish):
    at = cell[body]
    if way in (LINEAR, NETWORK):
        _feel(discount, cell, board, body, last, view, kinds, neighbor, distance, room.seen)
        for a in range(len(wish)):
            seen = room.seen[a]
            wish[a] = _of_network(numbers, seen, a) if way == NETWORK else numbers[1 + FEATURES + a]
            for f in range(FEATURES if way == LINEAR else 0):
                wish[a] += numbers[1 + f] * seen[f]
        _softmax(wish)
    elif way == PLANNER:
        _plan(numbers, room.near, wish)
    else:
        step = _turn(numbers, at, last, neighbor) if way == HABIT else _along(numbers, at, last, neighbor)
        for a in range(len(wish)):
            wish[a] = 1.0 if a == step else 0.0


@loose
def _measure(cell, board, body, view, kinds, neighbor, distance, room):
    """Writes how many steps the nearest of each kind, and the nearest other agent, are away; NO_WAY for none."""
    at = cell[body]
    for kind in range(len(room.far)):
        room.far[kind] = NO_WAY
        for a in range(room.near.shape[1]):
            room.near[kind, a] = NO_WAY
    for word in range(board.shape[1]):
        for kind in range(board.shape[0]):
            fruits = board[kind, word] & view[word] if kinds >> kind & 1 else uint64(0)
            while fruits != uint64(0):
                _nearer(at, 64 * word + lowest_bit(fruits), kind, neighbor, distance, room)
                fruits &= fruits - _ONE
    for other in range(len(cell)):
        if other != body and _in_view(view, cell[other]):
            _nearer(at, cell[other], COMPANY, neighbor, distance, room)


@loose
def _nearer(at, there, kind, neighbor, distance, room):
    if distance[at, there] == NO_WAY:
        return
    room.far[kind] = min(room.far[kind], distance[at, there])
    for a in range(room.near.shape[1]):
        room.near[kind, a] = min(room.near[kind, a], distance[neighbor[at, a], there])


@loose
def _in_view(view, cell):
    return (view[cell >> 6] >> uint64(cell & 63)) & _ONE != 0


@loose
def _feel(discount, cell, board, body, last, view, kinds, neighbor, distance, seen):
    """Writes features (moves, FEATURES) of what each move leads to."""
    at, moves = cell[body], len(seen)
    for a in range(moves):
        after, open_ways = neighbor[at, a], 0
        for way in range(moves):
            open_ways += neighbor[after, way] != after
        for f in range(FEATURES):
            seen[a, f] = 0.0
        seen[a, ROOM], seen[a, ONWARD] = open_ways / moves, a == last
    for word in range(board.shape[1]):
        for kind in range(board.shape[0]):
            fruits = board[kind, word] & view[word] if kinds >> kind & 1 else uint64(0)
            while fruits != uint64(0):
                there = 64 * word + lowest_bit(fruits)
                for a in range(moves):
                    seen[a, kind] += discount[distance[neighbor[at, a], there]]
                fruits &= fruits - _ONE
    for other in range(len(cell)):
        if other != body and _in_view(view, cell[other]):
            for a in range(moves):
                seen[a, COMPANY] += discount[distance[neighbor[at, a], cell[other]]]


@loose
def _of_network(numbers, seen, move):
    total = numbers[_BIAS + move]
    for unit in range(UNITS):
        inner = numbers[_INNER_BIAS + unit]
        for f in range(FEATURES):
            inner += numbers[_INNER + unit * FEATURES + f] * seen[f]
        total += numbers[_OUTER + unit] * np.tanh(inner)
    return total


@loose
def _softmax(wish):
    most, total = wish[0], 0.0
    for a in range(1, len(wish)):
        most = max(most, wish[a])
    for a in range(len(wish)):
        wish[a] = np.exp(wish[a] - most)
        total += wish[a]
    for a in range(len(wish)):
        wish[a] /= total


@loose
def _plan(numbers, near, wish):
    """The moves that lead nearest to the nearest goal, or farthest from it."""
    flees, best, count = numbers[len(KINDS) + 1] > 0.0, 0, 0
    for a in range(len(wish)):
        left = NO_WAY
        for kind in range(len(near)):
            if numbers[kind] > 0.0:
                left = min(left, near[kind, a])
        wish[a] = left
        if a == 0 or (left > best if flees else left < best):
            best, count = left, 0
        count += left == best
    for a in range(len(wish)):
        wish[a] = 1.0 / count if wish[a] == best else 0.0


@loose
def _turn(numbers, at, last, neighbor):
    """The move of a habit."""
    went = last if last < neighbor.shape[1] else STAY
    way = went if numbers[MOVES] > 0.0 and went != STAY else int(numbers[went])
    for _ in range(MOVES):
        if neighbor[at, way] != at:
            break
        way = int(numbers[way])
    return way


@loose
def _along(numbers, at, last, neighbor):
    """The move of who follows a wall."""
    turn, ahead = _TURNS[int(numbers[0])], last if NORTH <= last <= EAST else NORTH
    side = turn[ahead]
    back, other = turn[side], turn[turn[side]]
    beside = neighbor[at, back]
    held = neighbor[at, side] == at or neighbor[at, back] == at or neighbor[beside, side] == beside
    for place in range(4):
        if held:
            way = side if place == 0 else ahead if place == 1 else other if place == 2 else back
        else:
            way = ahead if place == 0 else other if place == 1 else back if place == 2 else side
        if neighbor[at, way] != at:
            return way
    return STAY
