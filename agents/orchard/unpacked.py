"""The factors of exp(β·Q) where none can be looked up: with any number of actions, and all fruits of a kind counting.

Every row is of *lanes*, one a taste, filled up to whole registers: so that loops over them, which are of nothing but
arithmetic on neighbouring numbers, become instructions that do eight at once. What the lanes beyond the last taste hold
is never read.
"""

import math

import numpy as np
from numba import njit

from agents.orchard.lens import compiled
from agents.orchard.looking_far import company_of, field_of, halves_of, look_far, lures_of
from agents.orchard.registers import LANES, alike, eight, minus, over, plus, put, sum_of, times

# Sums in any order.
adding = njit(cache=True, nogil=True, _nrt=False, error_model="numpy", forceinline=True, fastmath={"reassoc"})
MODERATE = 600.0  # an exponent that neither overflows nor, in a sum with others such, makes a fraction lose digits
LEAST = -700.0  # of an exponent: what is less likely than this counts as this likely
_PER_BIT = 1 / math.log(2)
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # the first times any exponent of two is exact
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11 = (1 / math.factorial(n) for n in range(2, 12))


@compiled
def exponential(x):
    """exp(x) for x from LEAST to 600, to 1e-14 of itself: np.exp calls a library, one number at a time."""
    bits = np.floor(max(x, LEAST) * _PER_BIT + 0.5)
    r = max(x, LEAST) - bits * _LN2_HIGH - bits * _LN2_LOW
    p = _C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * (_C6 + r * (_C7 + r * (_C8 + r * (_C9 + r * (_C10 + r * _C11))))))))
    return (1.0 + r * (1.0 + r * p)) * np.int64((np.int64(bits) + 1023) << 52).view(np.float64)


@compiled
def imagine_unpacked(stage, window, pairs, step, work):
    """As agents.orchard.judging.imagine."""
    events, ground, powers, lens, seen = stage.events, stage.ground, stage.powers, work.lens, work.look
    company, sight, body = work.company, lens.sight[pairs - 1], lens.place[pairs - 1]
    (tempers, moves), kinds, at = company.shape[1:], events.board.shape[1], events.cell[step, body]
    count = look_far(events, ground, window, powers.discount, lens, pairs, step, seen)
    work.moderate[0] = powers.summed and seen.most[0] * powers.keenest < MODERATE
    if work.moderate[0]:
        lures_of(ground, at, powers.lure, seen, len(window), lens.kinds[0], work.lures)
    else:
        field_of(ground, at, powers.discount, powers.summed, seen, len(window), kinds)
    if powers.drives:
        company_of(events, ground, lens, pairs, step, powers.discount, seen.company)
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
    kinds, company, odds, total = eye & powers.eyes - 1, work.company[eye // powers.eyes], work.odds, work.total
    if not work.moderate[0]:
        for memory in range(memories):
            _worth(powers, work.look.field[memory], kinds, odds[eye, memory], work.most)
            _multiply(odds[eye, memory], work.lures[0, 0], company, odds[eye, memory], total[eye, memory])
        return
    lower, upper = halves_of(kinds, len(powers.lure) // 2)
    for memory in range(memories):
        one, other = work.lures[memory, lower], work.lures[memory, upper]
        _multiply(one, other, company, odds[eye, memory], total[eye, memory])


@compiled
def _multiply(one, other, company, odds, total):
    """Writes the product of two odds (blocks, moves · LANES), and what it adds up to with company (tempers, moves)."""
    for temper in range(len(company)):
        for block in range(len(odds)):
            mine, others, product, so_far = one[block], other[block], odds[block], alike(0.0)
            for a in range(company.shape[1]):
                x = times(eight(mine, LANES * a), eight(others, LANES * a))
                put(x, product, LANES * a)
                so_far = plus(so_far, times(x, alike(company[temper, a])))
            put(so_far, total[temper], LANES * block)


@compiled
def _worth(powers, field, kinds, odds, most):
    """exp(β·Q) over its largest, so that nothing overflows; field as Look has it, of one memory."""
    for block in range(len(odds)):
        worth, first = odds[block], LANES * block
        for i in range(LANES):
            most[i] = -np.inf
        for a in range(field.shape[1]):
            known = False
            for i in range(LANES):
                worth[LANES * a + i] = 0.0
            for kind in range(field.shape[0]):
                near = field[kind, a]
                if kinds >> kind & 1 and near > 0.0:
                    for i in range(LANES):
                        one, so_far = powers.wanted[kind, first + i] * near, worth[LANES * a + i]
                        worth[LANES * a + i] = so_far + one if powers.summed or not known else max(so_far, one)
                    known = True
            for i in range(LANES):
                most[i] = max(most[i], worth[LANES * a + i])
        for a in range(field.shape[1]):
            for i in range(LANES):
                worth[LANES * a + i] = exponential(worth[LANES * a + i] - most[i])


@compiled
def chances_unpacked(powers, work, kinds, action, marked):
    """Writes π of one action, work.like (senses, minds), for every mind with every senses; returns the mean over the
    types that are believed in. kinds, marked: as agents.orchard.judging.chances has them."""
    like, every, company = work.like, powers.every, work.company
    (memories, blocks), (moves, (tempers, lanes)) = work.odds.shape[1:3], (company.shape[2], work.total.shape[2:])
    for sense in range(powers.senses):
        row, sight = like[sense], every.sight[sense]
        eye = sight * powers.eyes + (kinds & every.kinds[sense])
        felt, washes = marked and every.feels[sense] > 0, action >= moves
        if felt or washes:
            for i in range(len(row)):
                row[i] = powers.spread + (1.0 - powers.floor if felt and washes else 0.0)
            continue
        for memory in range(memories):
            odds = work.odds[eye, memory]
            for temper in range(tempers):
                share = (1.0 - powers.floor) * company[sight, temper, action]
                total, first = work.total[eye, memory, temper], (memory * tempers + temper) * lanes
                for block in range(blocks):
                    x = times(alike(share), eight(odds[block], LANES * action))
                    x = over(x, eight(total, LANES * block))
                    put(plus(x, alike(powers.spread)), row, first + LANES * block)
    mean = alike(0.0)
    for sense in range(powers.senses):
        for first in range(0, len(like[sense]), LANES):
            mean = plus(mean, times(eight(powers.held[sense], first), eight(like[sense], first)))
    return sum_of(mean) / powers.among


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
        row, cover = work.like[sense], work.cover[sense]
        for first in range(0, len(row), len(cover)):
            for lane in range(0, len(cover), LANES):
                trust = times(alike(native), eight(cover, lane))
                x = times(trust, eight(row, first + lane))
                put(plus(x, times(minus(alike(1.0), trust), alike(mean))), row, first + lane)
    like = work.like.reshape(work.like.size)
    for k in range(len(belief)):
        belief[k] *= like[powers.slot[k]]
    share = 1.0 / _total(belief)
    for k in range(len(belief)):
        belief[k] *= share


@compiled
def mix(weight, eye, sight, memories, work):
    """Adds to work.mixed (blocks, moves · LANES) the softmax of an eye's minds, as they weigh, (minds,)."""
    company, (tempers, lanes) = work.company, work.total.shape[2:]
    for memory in range(memories):
        for temper in range(tempers):
            first, total = (memory * tempers + temper) * lanes, work.total[eye, memory, temper]
            for block in range(len(work.mixed)):
                share = over(eight(weight, first + LANES * block), eight(total, LANES * block))
                odds, mixed = work.odds[eye, memory, block], work.mixed[block]
                for a in range(company.shape[2]):
                    x = times(eight(odds, LANES * a), alike(company[sight, temper, a]))
                    put(plus(eight(mixed, LANES * a), times(share, x)), mixed, LANES * a)


@compiled
def clear(mixed):
    """Empties mixed (blocks, moves · LANES)."""
    for block in range(mixed.shape[0]):
        for i in range(mixed.shape[1]):
            mixed[block, i] = 0.0


@compiled
def gather(mixed, out):
    """Adds up mixed (blocks, moves · LANES) by action, out (actions,)."""
    for block in range(len(mixed)):
        for a in range(mixed.shape[1] // LANES):
            out[a] += _total(mixed[block, LANES * a : LANES * (a + 1)])
