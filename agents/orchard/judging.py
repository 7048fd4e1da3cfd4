"""What types would do in a lens: the factors of exp(β·Q) for whatever eyes look through it, and the chances they make.

An *eye* is a sight and a set of kinds of fruit. What is looked at once, for a sight, serves every eye of that sight.
"""

import numpy as np
from numba import njit

from agents.orchard.lens import UNREACHABLE, compiled, kinds_through, look, unpack
from agents.orchard.unpacked import chances_unpacked, imagine_unpacked, judge_unpacked

_NOWHERE = np.uint64(UNREACHABLE)


@compiled
def imagine(stage, window, pairs, step, work):
    """Looks through the first pairs of work's lens, the last of them a sight in the place of who acts.

    Writes work.look for the memories of `window`, and one factor of exp(β·Q), work.company, of that sight; what `judge`
    has written of that sight is forgotten. Returns how many cells are shown. The lens must not be empty at that step.
    """
    events, ground, powers, lens, seen = stage.events, stage.ground, stage.powers, work.lens, work.look
    company, sight, eyes = work.company, lens.sight[pairs - 1], powers.eyes
    tempers, moves = company.shape[1:]
    for eye in range(sight * eyes, (sight + 1) * eyes):
        work.judged[eye] = False
    if powers.packed:
        count = look(events, ground, window, lens, pairs, step, seen)
        for a in range(moves):
            for temper in range(tempers):
                company[sight, temper, a] = powers.push[temper, unpack(seen.crowd[0], a)]
        return count
    return imagine_unpacked(stage, window, pairs, step, work)


@compiled
def eye_of(powers, sight, kinds):
    """The number of an eye: a sight, and the kinds of fruit that it sees, as bits."""
    return sight * powers.eyes + kinds


@compiled
def judge(stage, memories, eye, work):
    """Writes for an eye what was last looked at with its sight, as far as it shows kinds that the eye sees: the other
    factor of exp(β·Q), work.fruit, for the first memories."""
    if work.judged[eye]:
        return
    if stage.powers.packed:
        _best_of_packed(stage.powers.pull, work.look.near, memories, eye, work.fruit)
    else:
        judge_unpacked(stage.powers, memories, eye, work)
    work.judged[eye] = True


@compiled
def total_of(fruit, company, eye, sight, memory, taste, temper):
    """The denominator of softmax(β·Q)."""
    total = 0.0
    for a in range(fruit.shape[3]):
        total += fruit[eye, memory, taste, a] * company[sight, temper, a]
    return total


@compiled
def _best_of_packed(pull, near, memories, eye, fruit):
    """Writes exp(β·best) of the nearest fruits, 1 where none is known; pull as Powers has it, near as Look has it."""
    kinds = pull.shape[1]
    for a in range(fruit.shape[3]):
        for memory in range(memories):
            for taste in range(fruit.shape[2]):
                best = 0.0
                for kind in range(kinds):
                    best = max(best, pull[taste, kind, unpack(near[memory, kind], a) if eye >> kind & 1 else _NOWHERE])
                fruit[eye, memory, taste, a] = best if best > 0.0 else 1.0


@compiled
def chances(powers, work, kinds, action, marked, pi):
    """Writes π of one action for every type, pi (k,), from the factors in `work`; returns their mean
    over those that are believed in.

    kinds: what is shown to them, as bits; marked: whether who feels a mark on itself would feel one.
    """
    if not powers.packed:
        mean = chances_unpacked(powers, work, kinds, action, marked)
        like = work.like.reshape(work.like.size)
        for k in range(len(pi)):
            pi[k] = like[powers.slot[k]]
        return mean
    taste, sight, seen, memory, temper = powers.taste, powers.sight, powers.seen, powers.memory, powers.temper
    fruit, company, floor, mean = work.fruit, work.company, powers.floor, 0.0
    moves = fruit.shape[3]
    for k in range(len(pi) if action < moves else 0):
        s, m, i, j = sight[k], memory[k], taste[k], temper[k]
        e = s * powers.eyes + (kinds & seen[k])
        wish = fruit[e, m, i, action] * company[s, j, action]
        pi[k] = (1.0 - floor) * (wish / total_of(fruit, company, e, s, m, i, j)) + powers.spread
        mean += powers.believed[k] * pi[k]
    if marked or action >= moves:
        mean = _wash(powers, work, action, marked, pi)
    return mean / powers.among


@njit(cache=True, nogil=True, _nrt=False, error_model="numpy")  # not inlined: most worlds have no marks
def _wash(powers, work, action, marked, pi):
    """Corrects π of one action for who feels a mark, which washes, and of washing for anybody; returns the sum."""
    total, washes = 0.0, action >= work.fruit.shape[3]
    for k in range(len(pi)):
        felt = marked and powers.every.feels[powers.sense[k]] > 0
        if felt or washes:
            pi[k] = powers.spread + (1.0 - powers.floor if felt and washes else 0.0)
        total += powers.believed[k] * pi[k]
    return total


@compiled
def behold(stage, pairs, who, step, work, again):
    """Looks through the first pairs of work's lens, which hold `who`, with every senses of a type in its place.

    Writes the factors of exp(β·Q), and work.cover, the share that the lens shows of what each would see there and heed,
    by its taste. again: whether what was last looked at through these places and sights is still there, and only kinds
    are others.
    """
    powers, lens, ground, every = stage.powers, work.lens, stage.ground, stage.powers.every
    cell, shown = stage.events.cell[step, who], kinds_through(lens, pairs)
    lens.place[pairs] = who
    for sight in range(ground.seen.shape[0]):
        if not powers.used[sight]:
            continue
        if not again:
            lens.sight[pairs] = sight
            work.held[sight] = imagine(stage, powers.window, pairs + 1, step, work)
        for sense in range(powers.senses):
            if every.sight[sense] == sight:
                judge(stage, len(powers.window), eye_of(powers, sight, shown & every.kinds[sense]), work)
                held = work.held[sight] / ground.seen[sight, cell]
                cover, heeded = work.cover[sense], powers.heeded[shown, sense]
                for taste in range(len(cover)):
                    cover[taste] = 1.0 if powers.without.cover else held * heeded[taste]
    return shown


@compiled
def mix_packed(powers, weight, eye, sight, work, out):
    """Adds to out (actions,) the softmax of an eye's minds, as they weigh, (minds,)."""
    fruit, company, taste, memory, temper = work.fruit, work.company, powers.taste, powers.memory, powers.temper
    for mind in range(len(weight)):
        if weight[mind] == 0.0:
            continue
        k = powers.example[mind]
        m, i, j = memory[k], taste[k], temper[k]
        share = weight[mind] / total_of(fruit, company, eye, sight, m, i, j)
        for a in range(fruit.shape[3]):
            out[a] += share * (fruit[eye, m, i, a] * company[sight, j, a])
