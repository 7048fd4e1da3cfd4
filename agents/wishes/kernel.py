"""The definition of asking, compiled: one sweep over the sets of fruits eaten, most first, and for each over time.

Of wishes without styles what is left is settled by which fruits have been eaten, as long as it can come true at all,
so that a state is a set of fruits and a cell; agents/wishes/timed_kernel.py answers those with styles. What a type
brings about is held times the belief in it; so sums over types are plain sums. agents/wishes/definition.py says what is
computed; where the two differ, that file is right.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from agents.wishes.reach import earliest_of, remaining_of, spare_at

MOST_FRUITS = 12
LANES = 8  # numbers of types are filled up to a multiple of it


class Field(NamedTuple):
    """A map with fruits on it; f fruits, w moves."""

    neighbor: np.ndarray  # (cells, w) int64
    place: np.ndarray  # (cells,) int64
    walk: np.ndarray  # (cells, cells) int64: fewest steps from one to another, 255 where there is no way
    fruit_at: np.ndarray  # (cells,) int64: which fruit, -1 for none
    fruit_cell: np.ndarray  # (f,) int64
    fruit_kind: np.ndarray  # (f,) int64
    turns_out: np.ndarray  # (w, w) float64: how likely each action becomes each move
    slips: bool  # whether that is anything but the identity


class Powers(NamedTuple):
    """What types do, as odds: k types."""

    factor: np.ndarray  # (f, cells, w, k) float64: exp(β·weight·γ^distance) of a fruit; 1 where it is not seen
    seen: np.ndarray  # (f, cells, k) bool
    likes: np.ndarray  # (kinds, k) bool: whether the weight of a kind is positive
    sums: bool  # over all fruits; else of each kind the nearest counts, and of these the best
    floor: float
    belief: np.ndarray  # (k,) float64


@njit(cache=True, nogil=True)
def _products(factor, first, count):
    """(2**count, cells, w, k): the products of the factors of the fruits from `first` on that are not in a set."""
    _, cells, moves, k = factor.shape
    out = np.ones((1 << count, cells, moves, k))
    for eaten in range((1 << count) - 2, -1, -1):
        f = 0
        while eaten >> f & 1:
            f += 1
        out[eaten] = out[eaten | 1 << f] * factor[first + f]
    return out


@njit(cache=True, nogil=True)
def _of_nearest(field, powers, eaten, cell, move, k):
    """exp(β·best) of what a type sees from a cell."""
    best = -1.0
    for kind in range(len(powers.likes)):
        near = -1.0
        for f in range(len(field.fruit_cell)):
            if field.fruit_kind[f] == kind and not eaten >> f & 1 and powers.seen[f, cell, k]:
                odds = powers.factor[f, cell, move, k]
                nearer = odds > near if powers.likes[kind, k] else odds < near
                near = odds if near < 0 or nearer else near
        best = max(best, near)
    return best if best >= 0 else 1.0


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"})
def _acts(field, powers, low, high, half, eaten, cell, out):
    """Writes what each type does at a cell once some fruits have been eaten: out (w, k)."""
    moves, k = out.shape
    if powers.sums:
        one, other = low[eaten & ((1 << half) - 1), cell], high[eaten >> half, cell]
        for a in range(moves):
            for i in range(k):
                out[a, i] = one[a, i] * other[a, i]
    else:
        for a in range(moves):
            for i in range(k):
                out[a, i] = _of_nearest(field, powers, eaten, cell, a, i)
    total = np.zeros(k)
    for a in range(moves):
        for i in range(k):
            total[i] += out[a, i]
    for i in range(k):
        total[i] = (1 - powers.floor) / total[i]
    for a in range(moves):
        for i in range(k):
            out[a, i] = out[a, i] * total[i] + powers.floor / moves


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"})
def _step(acts, pool, rows, asked, value, heard):
    """Writes what types bring about now, value (k,), from what they would after each act, rows of the pool; returns the
    sum of it, and that sum with each act's share weighed by what comes of asking after it. w is a multiple of 3."""
    for a in range(0, len(rows), 3):
        r, s, t = rows[a], rows[a + 1], rows[a + 2]
        u, v, w = asked[a], asked[a + 1], asked[a + 2]
        if a == 0:
            for i in range(len(value)):
                x, y, z = acts[0, i] * pool[r, i], acts[1, i] * pool[s, i], acts[2, i] * pool[t, i]
                value[i] = x + y + z
                heard[i] = u * x + v * y + w * z
        else:
            for i in range(len(value)):
                x, y, z = acts[a, i] * pool[r, i], acts[a + 1, i] * pool[s, i], acts[a + 2, i] * pool[t, i]
                value[i] += x + y + z
                heard[i] += u * x + v * y + w * z
    total, weighed = 0.0, 0.0
    for i in range(len(value)):
        total += value[i]
        weighed += heard[i]
    return total, weighed


@njit(cache=True, nogil=True)
def _mix(turns_out, pool, asked, best, rows, first):
    """Puts the means over what each action may turn out as into the rows of the pool from `first` on."""
    moves = len(turns_out)
    for a in range(moves):
        pool[first + a], asked[first + a], best[first + a] = 0.0, 0.0, 0.0
        for m in range(moves):
            share, row = turns_out[a, m], rows[m]
            if share > 0:
                asked[first + a] += share * asked[row]
                best[first + a] += share * best[row]
                for i in range(pool.shape[1]):
                    pool[first + a, i] += share * pool[row, i]
    for a in range(moves):
        rows[a] = first + a


@njit(cache=True, nogil=True, error_model="numpy")
def answer_wish(field, powers, leads, good, start, steps, do):
    """Writes do, (w,), and returns chance, asked and best of a wish in so many steps; and whether what is left of it is
    settled by the fruits eaten, without which there is no answer."""
    (cells, moves), k, fruits = field.neighbor.shape, len(powers.belief), len(field.fruit_cell)
    state, settled = remaining_of(field, leads)
    if not settled:
        return 0.0, 0.0, 0.0, False
    half = fruits // 2
    low = _products(powers.factor, 0, half if powers.sums else 0)
    high = _products(powers.factor, half, fruits - half if powers.sums else 0)
    # Rows: 0 is where the wish can come true no more; then two layers of cells, means over slips, and from `met` on
    # what there is on arriving at a fruit that was just eaten, by the set, the fruit and the steps left.
    wide = -(-moves // 3) * 3
    met = 1 + 2 * cells + moves
    pool = np.empty((met + (fruits << fruits) * (steps + 1), k))
    asked, best = np.empty(len(pool)), np.empty(len(pool))
    pool[0], asked[0], best[0] = 0.0, 0.0, 0.0
    acts, heard = np.zeros((cells, wide, k)), np.empty(k)
    rows, then, spare = np.zeros(wide, np.int64), np.zeros(wide), np.empty(cells, np.int64)
    first, chance = earliest_of(field, start), 0.0
    for eaten in range((1 << fruits) - 1, -1, -1):
        now = state[eaten]
        if now < 0:
            continue
        spare_at(field, start, first, eaten, steps, spare)
        for c in range(cells):
            if spare[c] > 0:
                _acts(field, powers, low, high, half, eaten, c, acts[c, :moves])
        for t in range(spare.max() + 1):
            for c in range(cells):
                if spare[c] < t:
                    continue
                new = 1 + (t & 1) * cells + c
                if t == 0:
                    asked[new] = best[new] = 1.0 if good[now, field.place[c]] else 0.0
                    for i in range(k):
                        pool[new, i] = powers.belief[i] * best[new]
                    continue
                for m in range(moves):
                    there = field.neighbor[c, m]
                    f = field.fruit_at[there]
                    eats = f >= 0 and not eaten >> f & 1
                    if leads[now, 1 + field.fruit_kind[f] if eats else 0, field.place[there]] < 0:
                        rows[m] = 0
                    elif eats:
                        rows[m] = met + ((eaten | 1 << f) * fruits + f) * (steps + 1) + t - 1
                    else:
                        rows[m] = 1 + (1 - (t & 1)) * cells + there
                if field.slips:
                    _mix(field.turns_out, pool, asked, best, rows, 1 + 2 * cells)
                top = 0.0
                for m in range(moves):
                    then[m] = asked[rows[m]]
                    top = max(top, best[rows[m]])
                chance, weighed = _step(acts[c], pool, rows, then, pool[new], heard)
                asked[new], best[new] = weighed / chance if chance > 0 else 0.0, top
                if eaten == 0 and t == steps:
                    for a in range(moves):
                        do[a] = (acts[c, a] * pool[rows[a]]).sum() / chance if chance > 0 else 0.0
                    return chance, asked[new], top, True
            for f in range(fruits):
                at = field.fruit_cell[f]
                if eaten >> f & 1 and spare[at] >= t:
                    row = met + (eaten * fruits + f) * (steps + 1) + t
                    kept = 1 + (t & 1) * cells + at
                    pool[row], asked[row], best[row] = pool[kept], asked[kept], best[kept]
    return 0.0, 0.0, 0.0, False
