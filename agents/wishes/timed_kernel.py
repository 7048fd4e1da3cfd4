"""The answer to a wish with styles, compiled: what is left of it hangs on more than which fruits have been eaten.

A state is a set of fruits eaten, a cell, and a class of each style's automaton (agents/wishes/timed.py). Those that can
be reached are gone through step by step, forwards; then what comes of each is computed, backwards.
agents/wishes/definition.py says what; where the two differ, that file is right.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from agents.wishes.kernel import _acts, _mix, _products, _step

MOST_STATES = 1 << 23  # over all steps
MOST_MARKS = 1 << 26  # of what might be a state
NO_ROOM = -1.0  # in place of a chance: more than that


class Styled(NamedTuple):
    """What is left of a wish on a map, f fruits: by the fruits eaten, and by a class of each of n styles. A class of
    all is 0 where one of them is, else 1 + Σ (class - 1) · radix."""

    remaining: np.ndarray  # (2**f,) int64: the state of the plain clauses, -1 where they can come true no more
    plain: np.ndarray  # (q, 1 + kinds, places) int16: where each leads, as Automaton has it
    ends: np.ndarray  # (q, places) bool: whether they have come true
    leads: np.ndarray  # (n, steps, classes, inputs) int32, as Timed has it
    good: np.ndarray  # (n, classes) bool
    start: np.ndarray  # (n,) int64
    radix: np.ndarray  # (n + 1,) int64
    code: np.ndarray  # (n, cells) int64: codes of the place and of the walls there
    way: np.ndarray  # (n, ways) int64: codes of moves that lead elsewhere; [0] is the code of staying
    fruit: np.ndarray  # (n,) int64: codes of being by a fruit
    near: np.ndarray  # (cells,) int64: bits of the fruits on each cell and one step from it


@njit(cache=True, nogil=True)
def _leads_to(field, styled, eaten, cell, move, now, left):
    """The fruits eaten, the cell and the class of all after a move, with `left` steps left before it."""
    there, more, kind = field.neighbor[cell, move], eaten, 0
    f = field.fruit_at[there]
    if f >= 0 and not eaten >> f & 1:
        kind, more = 1 + field.fruit_kind[f], eaten | 1 << f
    if styled.plain[styled.remaining[eaten], kind, field.place[there]] < 0:
        return more, there, 0
    went, close, then = move if there != cell else 0, styled.near[there] & ~eaten != 0, 1
    for i in range(len(styled.start)):
        mine = 1 + (now - 1) // styled.radix[i] % (styled.radix[i + 1] // styled.radix[i])
        code = styled.code[i, there] + styled.way[i, went] + (styled.fruit[i] if close else 0)
        one = styled.leads[i, left - 1, mine, code]
        if one == 0:
            return more, there, 0
        then += (one - 1) * styled.radix[i]
    return more, there, then


@njit(cache=True, nogil=True)
def _true(field, styled, eaten, cell, now):
    """Whether a wish has come true where no step is left."""
    good = styled.ends[styled.remaining[eaten], field.place[cell]]
    for i in range(len(styled.start)):
        good &= styled.good[i, 1 + (now - 1) // styled.radix[i] % (styled.radix[i + 1] // styled.radix[i])]
    return good


@njit(cache=True, nogil=True)
def _reached(field, styled, keys, left, marked, spots):
    """The states after one more step, as keys in which those of one set of fruits and one cell stand together.

    `marked` and `spots` are False throughout, before and after."""
    cells, moves = field.neighbor.shape
    classes, count, met = 1 + styled.radix[-1], 0, 0
    listed = np.empty(min(len(keys) * moves, len(spots)), np.int64)
    for key in keys:
        spot, now = key // classes, key % classes
        for m in range(moves):
            eaten, there, then = _leads_to(field, styled, spot // cells, spot % cells, m, now, left)
            if then == 0:
                continue
            at = eaten * cells + there
            if not spots[at]:
                spots[at], listed[met] = True, at
                met += 1
            if not marked[at * classes + then]:
                marked[at * classes + then] = True
                count += 1
    out, n = np.empty(count, np.int64), 0
    for at in listed[:met]:
        spots[at] = False
        for key in range(at * classes, (at + 1) * classes):
            if marked[key]:
                marked[key], out[n] = False, key
                n += 1
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def answer_styled(field, powers, styled, start, steps, do):
    """Writes do, (w,), and returns chance, asked and best of a wish in so many steps; NO_ROOM for too many states."""
    (cells, moves), k, fruits = field.neighbor.shape, len(powers.belief), len(field.fruit_cell)
    classes, half, first = 1 + styled.radix[-1], fruits // 2, 1
    for i in range(len(styled.start)):
        first += (styled.start[i] - 1) * styled.radix[i]
    if (cells << fruits) * classes > MOST_MARKS:
        return NO_ROOM, 0.0, 0.0
    spots, total = np.zeros(cells << fruits, np.bool_), 0
    marked = np.zeros(len(spots) * classes, np.bool_)
    layers = [np.array([start * classes + first])]
    if styled.start.min() == 0:
        return 0.0, 0.0, 0.0
    for left in range(steps, 0, -1):
        layers.append(_reached(field, styled, layers[-1], left, marked, spots))
        total += len(layers[-1])
        if total > MOST_STATES:
            return NO_ROOM, 0.0, 0.0
    low = _products(powers.factor, 0, half if powers.sums else 0)
    high = _products(powers.factor, half, fruits - half if powers.sums else 0)
    wide = -(-moves // 3) * 3
    row_of = np.zeros(len(marked), np.int32)  # of a state of the step after; row 0: the wish can come true no more
    acts, heard = np.zeros((wide, k)), np.empty(k)
    rows, then = np.zeros(wide, np.int64), np.zeros(wide)
    later = layers[steps]
    pool, asked, best = np.zeros((len(later) + 1 + moves, k)), np.zeros(len(later) + 1 + moves), np.zeros(1)
    for i in range(len(later)):
        key = later[i]
        row_of[key] = 1 + i
        if _true(field, styled, key // classes // cells, key // classes % cells, key % classes):
            pool[1 + i] = powers.belief
            asked[1 + i] = 1.0
    best = asked.copy()
    for left in range(1, steps + 1):
        keys, spot = layers[steps - left], -1
        size = len(keys) + 1 + moves
        values, hear, top = np.zeros((size, k)), np.zeros(size), np.zeros(size)
        for i in range(len(keys)):
            if keys[i] // classes != spot:
                spot = keys[i] // classes
                _acts(field, powers, low, high, half, spot // cells, spot % cells, acts[:moves])
            for m in range(moves):
                eaten, there, now = _leads_to(field, styled, spot // cells, spot % cells, m, keys[i] % classes, left)
                rows[m] = row_of[(eaten * cells + there) * classes + now] if now > 0 else 0
            if field.slips:
                _mix(field.turns_out, pool, asked, best, rows, len(later) + 1)
            for m in range(moves):
                then[m] = asked[rows[m]]
                top[1 + i] = max(top[1 + i], best[rows[m]])
            chance, weighed = _step(acts, pool, rows, then, values[1 + i], heard)
            hear[1 + i] = weighed / chance if chance > 0 else 0.0
            if left == steps:
                for a in range(moves):
                    do[a] = (acts[a] * pool[rows[a]]).sum() / chance if chance > 0 else 0.0
                return chance, hear[1 + i], top[1 + i]
        for key in later:
            row_of[key] = 0
        for i in range(len(keys)):
            row_of[keys[i]] = 1 + i
        later, pool, asked, best = keys, values, hear, top
    return 0.0, 0.0, 0.0
