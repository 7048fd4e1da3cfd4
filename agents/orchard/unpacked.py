"""The factors of exp(β·Q) where none can be looked up: with any number of actions, and all fruits of a kind counting.

Every row is of *lanes*, one a taste, filled up to whole registers: so that loops over them, which are of nothing but
arithmetic on neighbouring numbers, become instructions that do eight at once. What the lanes beyond the last taste hold
is never read.
"""

import math

import numpy as np
from numba import njit

from agents.orchard.lens import compiled, look_far
from worlds import KINDS

# Sums in any order, and so eight at once.
adding = njit(cache=True, nogil=True, _nrt=False, error_model="numpy", forceinline=True, fastmath={"reassoc"})
LANES = 8  # float64 numbers in the widest register
LEAST = -700.0  # of an exponent: what is less likely than this counts as this likely
MODERATE = 600.0  # an exponent that neither overflows nor, in a sum with others such, makes a fraction lose digits
_PER_BIT = 1 / math.log(2)
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # the first times any exponent of two is exact
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11 = (1 / math.factorial(n) for n in range(2, 12))


@compiled
def exponential(x):
    """exp(x) for x from LEAST to MODERATE, to 1e-14 of itself: np.exp calls a library, one number at a time."""
    bits = np.floor(max(x, LEAST) * _PER_BIT + 0.5)
    r = max(x, LEAST) - bits * _LN2_HIGH - bits * _LN2_LOW
    p = _C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * (_C6 + r * (_C7 + r * (_C8 + r * (_C9 + r * (_C10 + r * _C11))))))))
    return (1.0 + r * (1.0 + r * p)) * np.int64((np.int64(bits) + 1023) << 52).view(np.float64)


@compiled
def imagine_unpacked(stage, window, pairs, step, work):
    """As agents.orchard.judging.imagine."""
    events, ground, powers, lens, seen = stage.events, stage.ground, stage.powers, work.lens, work.look
    company, sight = work.company, lens.sight[pairs - 1]
    tempers, moves = company.shape[1:]
    count = look_far(events, ground, window, lens, pairs, step, powers, seen)
    for temper in range(tempers):
        most = powers.drawn[temper] * seen.company[0]
        for a in range(1, moves):
            most = max(most, powers.drawn[temper] * seen.company[a])
        for a in range(moves):
            company[sight, temper, a] = np.exp(powers.drawn[temper] * seen.company[a] - most) if powers.drives else 1.0
    return count


@compiled
def judge_unpacked(powers, memories, eye, work):
    """Writes work.odds, exp(β·Q) of the fruits that an eye sees, of any scale, and work.total, with company the
    denominators of softmax(β·Q). Q is over kinds the sum of weight · γ^distance, or the best, 0 where none is known."""
    field, company = work.look.field, work.company
    sight, moves, (tempers, lanes) = eye // powers.eyes, field.shape[2], work.total.shape[2:]
    for memory in range(memories):
        odds = work.odds[eye, memory]
        if powers.summed and _is_moderate(powers, field[memory]):
            _sum_of_few(powers.wanted, field[memory], eye, odds)
        else:
            _worth(powers, field[memory], eye, odds, work.most)
        for temper in range(tempers):
            total = work.total[eye, memory, temper]
            for i in range(lanes):
                total[i] = 0.0
            for a in range(moves):
                row, push = odds[a], company[sight, temper, a]
                for i in range(lanes):
                    total[i] += row[i] * push


@compiled
def _is_moderate(powers, field):
    """Whether no |β·Q| is so large that its exponential has to be scaled; field (all colours, moves)."""
    most = 0.0
    for a in range(field.shape[1]):
        near = 0.0
        for kind in range(len(KINDS)):
            near += field[kind, a]
        most = max(most, near)
    return most * powers.keenest < MODERATE


@compiled
def _sum_of_few(wanted, field, eye, odds):
    """exp(β·Q) where all fruits count. All kinds are in one expression, and those not seen in it as none: a loop or a
    condition would keep the loop over lanes from being done eight at a time."""
    w0, w1, w2, w3, w4, w5 = wanted[0], wanted[1], wanted[2], wanted[3], wanted[4], wanted[5]
    s0, s1, s2 = float(eye & 1), float(eye >> 1 & 1), float(eye >> 2 & 1)
    s3, s4, s5 = float(eye >> 3 & 1), float(eye >> 4 & 1), float(eye >> 5 & 1)
    for a in range(field.shape[1]):
        f0, f1, f2 = s0 * field[0, a], s1 * field[1, a], s2 * field[2, a]
        f3, f4, f5 = s3 * field[3, a], s4 * field[4, a], s5 * field[5, a]
        row = odds[a]
        for i in range(len(row)):
            row[i] = (w0[i] * f0 + w1[i] * f1 + w2[i] * f2) + (w3[i] * f3 + w4[i] * f4 + w5[i] * f5)
    flat = odds.reshape(odds.size)
    for i in range(len(flat)):
        flat[i] = exponential(flat[i])


@compiled
def _worth(powers, field, eye, odds, most):
    """exp(β·Q) over its largest, so that nothing overflows."""
    wanted = powers.wanted
    for i in range(len(most)):
        most[i] = -np.inf
    for a in range(field.shape[1]):
        worth, known = odds[a], False
        for i in range(len(most)):
            worth[i] = 0.0
        for kind in range(field.shape[0]):
            near = field[kind, a]
            if eye >> kind & 1 and near > 0.0:
                for i in range(len(most)):
                    one = wanted[kind, i] * near
                    worth[i] = worth[i] + one if powers.summed or not known else max(worth[i], one)
                known = True
        for i in range(len(most)):
            most[i] = max(most[i], worth[i])
    for a in range(field.shape[1]):
        worth = odds[a]
        for i in range(len(most)):
            worth[i] = exponential(worth[i] - most[i])


@compiled
def chances_unpacked(powers, work, kinds, action, marked):
    """Writes π of one action, work.like (senses, minds), for every mind with every senses; returns the mean over the
    types that are believed in. kinds, marked: as agents.orchard.judging.chances has them."""
    like, every, company = work.like, powers.every, work.company
    memories, moves = work.odds.shape[1:3]
    tempers, lanes = work.total.shape[2:]
    for sense in range(powers.senses):
        row, sight = like[sense], every.sight[sense]
        eye = sight * powers.eyes + (kinds & every.kinds[sense])
        felt, washes = marked and every.feels[sense] > 0, action >= moves
        if felt or washes:
            for i in range(len(row)):
                row[i] = powers.spread + (1.0 - powers.floor if felt and washes else 0.0)
            continue
        for memory in range(memories):
            odds = work.odds[eye, memory, action]
            for temper in range(tempers):
                share = (1.0 - powers.floor) * company[sight, temper, action]
                total, first = work.total[eye, memory, temper], (memory * tempers + temper) * lanes
                for i in range(lanes):
                    row[first + i] = share * odds[i] / total[i] + powers.spread
    mean = 0.0
    for sense in range(powers.senses):
        mean += _dot(powers.held[sense], like[sense])
    return mean / powers.among


@adding
def _dot(one, other):
    total = 0.0
    for i in range(len(one)):
        total += one[i] * other[i]
    return total


@adding
def _total(values):
    total = 0.0
    for i in range(len(values)):
        total += values[i]
    return total


@compiled
def believe(powers, work, native, mean, belief):
    """Multiplies into belief (k,) how likely an act is for each type: π of it, work.like, as far as it tells of whom
    did it."""
    for sense in range(powers.senses):
        like, cover = work.like[sense], work.cover[sense]
        for first in range(0, len(like), len(cover)):
            for i in range(len(cover)):
                trust = native * cover[i]
                like[first + i] = trust * like[first + i] + (1.0 - trust) * mean
    for k in range(len(belief)):
        belief[k] *= work.like[powers.sense[k], powers.slot[k]]
    share = 1.0 / _total(belief)
    for k in range(len(belief)):
        belief[k] *= share


@compiled
def mix(weight, eye, sight, memories, work):
    """Adds to work.mixed (moves, lanes) the softmax of an eye's minds, as they weigh, (minds,)."""
    company, share = work.company, work.most
    moves, (tempers, lanes) = work.odds.shape[2], work.total.shape[2:]
    for memory in range(memories):
        for temper in range(tempers):
            first, total = (memory * tempers + temper) * lanes, work.total[eye, memory, temper]
            for i in range(lanes):
                share[i] = weight[first + i] / total[i]
            for a in range(moves):
                mixed, odds, push = work.mixed[a], work.odds[eye, memory, a], company[sight, temper, a]
                for i in range(lanes):
                    mixed[i] += share[i] * (odds[i] * push)


@compiled
def clear(mixed):
    """Empties mixed (moves, lanes)."""
    for a in range(mixed.shape[0]):
        for i in range(mixed.shape[1]):
            mixed[a, i] = 0.0


@compiled
def gather(mixed, out):
    """Adds up mixed (moves, lanes) by action, out (actions,)."""
    for a in range(mixed.shape[0]):
        out[a] += _total(mixed[a])
