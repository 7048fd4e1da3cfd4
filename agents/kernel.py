"""The exact reasoner, compiled: what types do in a lens, beliefs along a chain, and the answer they give.

A chain of d elements is held as a tree of beliefs. The knowledge that an imagined actor is left with depends
on the senses, alone, of those before it: so level i has one belief for each row of i senses, S^i nodes, each
a distribution over types. The scene is seen from one body; of several senses there only what all of them have is
left, which agents.senses numbers too.
"""

import numpy as np
from numba import njit, uint64

from agents.lens import NOTHING, compiled, kinds_through, look, look_far, sees, tells_mark, unpack
from worlds.geometry import popcount

_NOWHERE = np.uint64(NOTHING)
SCENE = np.int64(2)  # pairs of the lens of a scene: who perceives it, and a sight in a body


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
    count = look_far(events, ground, window, lens, pairs, step, powers.discount, powers.summed, seen)
    for temper in range(tempers):
        most = powers.drawn[temper] * seen.company[0]
        for a in range(1, moves):
            most = max(most, powers.drawn[temper] * seen.company[a])
        for a in range(moves):
            company[sight, temper, a] = np.exp(powers.drawn[temper] * seen.company[a] - most)
    return count


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
    work.judged[eye] = True
    if stage.powers.packed:
        _best_of_packed(stage.powers.pull, work.look.near, memories, eye, work.fruit)
    else:
        _worth(stage.powers.wanted, work.look.field, memories, stage.powers.summed, eye, work.fruit)


@compiled
def _total(fruit, company, eye, sight, memory, taste, temper):
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
def _worth(wanted, field, memories, summed, eye, fruit):
    """Writes exp(β·Q) of the fruits over its largest, so that nothing overflows; Q is over kinds the sum of weight ·
    γ^distance, or the best of them, 0 where none is known. wanted (tastes, kinds), field (memories, kinds, actions)."""
    for memory in range(memories):
        for taste in range(fruit.shape[2]):
            most = -np.inf
            for a in range(fruit.shape[3]):
                worth, known = 0.0, False
                for kind in range(field.shape[1]):
                    if eye >> kind & 1 and field[memory, kind, a] > 0.0:
                        one = wanted[taste, kind] * field[memory, kind, a]
                        worth = worth + one if summed else max(worth, one) if known else one
                        known = True
                fruit[eye, memory, taste, a] = worth
                most = max(most, worth)
            for a in range(fruit.shape[3]):
                fruit[eye, memory, taste, a] = np.exp(fruit[eye, memory, taste, a] - most)


@compiled
def chances(powers, work, kinds, action, marked, pi):
    """Writes π of one action for every type, pi (k,), from the factors in `work`; returns their mean.

    kinds: what is shown to them, as bits; marked: whether who feels a mark on itself would feel one.
    """
    taste, sight, seen, memory, temper = powers.taste, powers.sight, powers.seen, powers.memory, powers.temper
    fruit, company, floor, mean = work.fruit, work.company, powers.floor, 0.0
    moves = fruit.shape[3]
    for k in range(len(pi) if action < moves else 0):
        s, m, i, j = sight[k], memory[k], taste[k], temper[k]
        e = s * powers.eyes + (kinds & seen[k])
        wish = fruit[e, m, i, action] * company[s, j, action]
        pi[k] = (1.0 - floor) * (wish / _total(fruit, company, e, s, m, i, j)) + powers.spread
        mean += pi[k]
    if marked or action >= moves:
        mean = _wash(powers, work, action, marked, pi)
    return mean / len(pi)


@njit(cache=True, nogil=True, _nrt=False, error_model="numpy")  # not inlined: most worlds have no marks
def _wash(powers, work, action, marked, pi):
    """Corrects π of one action for who feels a mark, which washes, and of washing for anybody; returns the sum."""
    total, washes = 0.0, action >= work.fruit.shape[3]
    for k in range(len(pi)):
        felt = marked and powers.every.feels[powers.sense[k]] > 0
        if felt or washes:
            pi[k] = powers.spread + (1.0 - powers.floor if felt and washes else 0.0)
        total += pi[k]
    return total


@compiled
def behold(stage, pairs, who, step, work, again):
    """Looks through the first pairs of work's lens, which hold `who`, with every senses of a type in its place.

    Writes the factors of exp(β·Q), and work.cover, the share of what each would see there that the lens shows. again:
    whether what was last looked at through these places and sights is still there, and only kinds are others.
    """
    powers, lens, ground, every = stage.powers, work.lens, stage.ground, stage.powers.every
    cell, shown, kinds = stage.events.cell[step, who], kinds_through(lens, pairs), powers.wanted.shape[1]
    lens.place[pairs] = who
    for sight in range(ground.seen.shape[0]):
        if not powers.used[sight]:
            continue
        if not again:
            lens.sight[pairs] = sight
            work.held[sight] = imagine(stage, powers.window, pairs + 1, step, work)
        for sense in range(powers.senses):
            if every.sight[sense] == sight:
                seen = every.kinds[sense]
                judge(stage, len(powers.window), eye_of(powers, sight, shown & seen), work)
                lost = popcount(uint64(seen & ~shown))
                work.cover[sense] = work.held[sight] / ground.seen[sight, cell] * ((kinds - lost) / kinds)
    return shown


@compiled
def learn(stage, pairs, who, step, work, belief, node, again):
    """Multiplies into belief[node] what the first pairs of work's lens, which hold `who`, show of its act."""
    events, cover, pi, sense = stage.events, work.cover, work.pi, stage.powers.sense
    kinds = behold(stage, pairs, who, step, work, again)
    native, marked = events.native[step, who], tells_mark(events, work.lens, pairs, who, step)
    mean = chances(stage.powers, work, kinds, events.action[step, who], marked, pi)
    total = 0.0
    for k in range(len(pi)):
        trust = native * cover[sense[k]]
        belief[node, k] *= trust * pi[k] + (1.0 - trust) * mean
        total += belief[node, k]
    for k in range(len(pi)):
        belief[node, k] /= total


@compiled
def begin(chain, senses, mixture, belief):
    """Fills the beliefs (nodes, k) along a chain before any evidence; mixture (d, k) is the descriptions'."""
    node, prior = 0, 1.0 / belief.shape[1]
    for level in range(len(chain)):
        for _ in range(senses**level):
            for k in range(belief.shape[1]):
                belief[node, k] = prior if chain[level] >= 0 else mixture[-2 - chain[level], k]
            node += 1


@compiled
def advance(stage, part, step, work, belief):
    """Brings the beliefs (nodes, k) along a part's chain past the acts of one step."""
    events, lens, chain = stage.events, work.lens, part.chain
    senses, node = stage.powers.senses, 0
    stand(stage.powers.every, lens, 0, part.asker, stage.powers.sense[part.own])
    for level in range(len(chain)):
        who = chain[level]
        if who >= 0 and events.native[step, who] > 0.0:
            looked = False  # whether somebody has looked at the same places; where all see as far, with the same sights
            for code in range(senses**level):
                _aim(stage.powers.every, chain, level, code, senses, lens)
                if sees(events, stage.ground, lens, level + 1, who, step):
                    learn(stage, level + 1, who, step, work, belief, node + code, looked)
                    looked = stage.powers.alike
        node += senses**level


@compiled
def stand(every, lens, pair, place, sense):
    """Writes one pair of a lens: senses in a place."""
    lens.place[pair], lens.sight[pair] = place, every.sight[sense]
    lens.feels[pair], lens.kinds[pair] = every.feels[sense], every.kinds[sense]


@compiled
def _aim(every, chain, level, code, senses, lens):
    """Writes the lens of one node: the row of senses that `code` numbers, each in its actor's place."""
    for i in range(level):
        lens.place[i + 1] = chain[i] if chain[i] >= 0 else lens.place[i]
    for i in range(level, 0, -1):
        stand(every, lens, i, lens.place[i], code % senses)
        code //= senses


@compiled
def weigh(powers, part, belief, work):
    """Adds to weight (all senses, minds) how likely a chain ends in a mind with the scene perceived through senses.

    Who acts matters to whom it takes another for (powers.played): so of each row of senses the groups are held apart.
    Who is predicted is taken for nobody but itself.
    """
    chain, own, behaves = part.chain, part.own, part.body == part.asker
    reach, narrow, weight, row, sense, mind = work.reach, work.narrow, work.weight, work.row, powers.sense, powers.mind
    senses, groups, depth, meet, node = powers.senses, len(work.row), len(chain), powers.every.meet, 0
    for g in range(groups):
        reach[0, g] = 1.0 if g == powers.group[own] else 0.0
    narrow[0] = sense[own] if behaves else powers.every.widest
    for level in range(depth):
        for code in range(senses**level - 1, -1, -1):  # downwards: children overwrite nobody who is to come
            widest = narrow[code]
            for g in range(groups):
                row[g] = reach[code, g]
            if level < depth - 1:
                for s in range(senses):
                    narrow[code * senses + s] = meet[widest, s]
                    for g in range(groups):
                        reach[code * senses + s, g] = 0.0
            for g in range(groups):
                if row[g] == 0.0:
                    continue
                played = powers.played[g if chain[level] >= 0 and (behaves or level > 0) else groups]
                share = row[g]
                if level == depth - 1:
                    for believed in range(len(mind)):
                        k = played[believed]
                        weight[meet[widest, sense[k]], mind[k]] += share * belief[node + code, believed]
                else:
                    for believed in range(len(mind)):
                        k = played[believed]
                        reach[code * senses + sense[k], powers.group[k]] += share * belief[node + code, believed]
        node += senses**level


@compiled
def act(stage, window, part, step, work, out):
    """Writes the mixture of π over work.weight in the part's body, out (actions,), on what its asker perceives."""
    powers, weight, fruit, company, lens = stage.powers, work.weight, work.fruit, work.company, work.lens
    taste, memory, temper, example = powers.taste, powers.memory, powers.temper, powers.example
    moves, looked = fruit.shape[3], np.int64(-1)
    stand(powers.every, lens, 0, part.asker, powers.sense[part.own])
    for a in range(len(out)):
        out[a] = 0.0
    for sense in range(weight.shape[0]):
        stand(powers.every, lens, 1, part.body, sense)
        narrow = lens.sight[1]
        felt = tells_mark(stage.events, lens, SCENE, part.body, step)
        for mind in range(weight.shape[1]):
            if weight[sense, mind] == 0.0:
                continue
            if felt:
                out[moves] += weight[sense, mind]
                continue
            if looked != narrow:
                looked = narrow
                imagine(stage, window, SCENE, step, work)
            eye = eye_of(powers, narrow, kinds_through(lens, SCENE))
            judge(stage, len(window), eye, work)
            k = example[mind]
            m, i, j = memory[k], taste[k], temper[k]
            share = weight[sense, mind] / _total(fruit, company, eye, narrow, m, i, j)
            for a in range(moves):
                out[a] += share * (fruit[eye, m, i, a] * company[narrow, j, a])
    for a in range(len(out)):
        out[a] = (1.0 - powers.floor) * out[a] + powers.spread


@compiled
def answer(stage, part, step, work, belief, out):
    """Writes the answer, out (actions,), of a part's asker with these beliefs along its chain."""
    powers, weight, own = stage.powers, work.weight, part.own
    for narrow in range(weight.shape[0]):
        for mind in range(weight.shape[1]):
            weight[narrow, mind] = 0.0
    window = powers.window
    if len(part.chain) == 0:
        weight[powers.sense[own], powers.mind[own]], window = 1.0, window[: powers.memory[own] + 1]
    else:
        weigh(powers, part, belief, work)
    act(stage, window, part, step, work, out)
