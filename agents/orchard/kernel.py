"""The exact reasoner, compiled: what types do in a lens, beliefs along a chain, and the answer they give.

A chain of d elements is held as a tree of beliefs. The knowledge that an imagined actor is left with depends
on the senses, alone, of those before it: so level i has one belief for each row of i senses, S^i nodes, each
a distribution over types. The scene is seen from one body; of several senses there only what all of them have is
left, which agents.orchard.senses numbers too.
"""

import numpy as np

from agents.orchard.judging import behold, chances, eye_of, imagine, judge, mix_packed
from agents.orchard.lens import compiled, kinds_through, sees, tells_mark
from agents.orchard.registers import LANES, alike, eight, plus, put, times
from agents.orchard.unpacked import believe, chances_unpacked, clear, gather, mix

NOT_ONE = np.int64(-1)
SCENE = np.int64(2)  # pairs of the lens of a scene: who perceives it, and a sight in a body


@compiled
def learn(stage, pairs, who, step, work, belief, node, again):
    """Multiplies into belief[node] what the first pairs of work's lens, which hold `who`, show of its act."""
    events, powers, cover, pi = stage.events, stage.powers, work.cover, work.pi
    sense, taste = powers.sense, powers.taste
    kinds = behold(stage, pairs, who, step, work, again)
    native, marked = events.native[step, who], tells_mark(events, work.lens, pairs, who, step)
    if not powers.packed:
        mean = chances_unpacked(powers, work, kinds, events.action[step, who], marked)
        believe(powers, work, native, mean, belief[node])
        return
    mean = chances(powers, work, kinds, events.action[step, who], marked, pi)
    total = 0.0
    for k in range(len(pi)):
        trust = native * cover[sense[k], taste[k]]
        belief[node, k] *= trust * pi[k] + (1.0 - trust) * mean
        total += belief[node, k]
    for k in range(len(pi)):
        belief[node, k] /= total


@compiled
def begin(chain, powers, mixture, belief):
    """Fills the beliefs (nodes, k) along a chain before any evidence; mixture (d, k) is the descriptions'."""
    node, senses, prior = 0, powers.senses, 1.0 / powers.among
    for level in range(len(chain)):
        for _ in range(senses**level):
            for k in range(belief.shape[1]):
                belief[node, k] = prior * powers.believed[k] if chain[level] >= 0 else mixture[-2 - chain[level], k]
            node += 1


@compiled
def advance(stage, part, step, work, belief):
    """Brings the beliefs (nodes, k) along a part's chain past the acts of one step."""
    events, lens, chain = stage.events, work.lens, part.chain
    senses, node, without = stage.powers.senses, 0, stage.powers.without
    stand(stage.powers.every, lens, 0, part.asker, stage.powers.sense[part.own])
    for level in range(len(chain)):
        who, pairs = chain[level], _aimed(without, level)
        if who >= 0 and events.native[step, who] > 0.0 and not without.posterior >> level & 1:
            looked = False  # whether somebody has looked at the same places; where all see as far, with the same sights
            for code in range(senses**level):
                _aim(stage.powers.every, chain, level, code, senses, lens)
                if without.nested_lenses and level > 1:
                    _put(lens, 1, level)
                if looked or sees(events, stage.ground, lens, pairs, who, step):
                    learn(stage, pairs, who, step, work, belief, node + code, looked)
                    looked = stage.powers.alike
        node += senses**level


@compiled
def _aimed(without, level):
    """How many pairs of a lens lie between the asker, who is one of them, and the act of whom a level names."""
    return 1 if without.knowledge_lens else min(level, 1) + 1 if without.nested_lenses else level + 1


@compiled
def _put(lens, pair, other):
    """Writes one pair of a lens in another's stead."""
    lens.place[pair], lens.sight[pair] = lens.place[other], lens.sight[other]
    lens.feels[pair], lens.kinds[pair] = lens.feels[other], lens.kinds[other]


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
    reach, narrow, row, sense = work.reach, work.narrow, work.row, powers.sense
    senses, groups, depth, meet, node = powers.senses, len(work.row), len(chain), powers.every.meet, 0
    for g in range(groups):
        reach[0, g] = 1.0 if g == powers.group[own] else 0.0
    narrow[0] = mine = sense[own] if behaves else powers.every.widest
    without = powers.without
    apart = without.scene_lens or without.nested_lenses  # nobody looks through two imagined pairs of eyes
    for level in range(depth):
        for code in range(senses**level - 1, -1, -1):  # downwards: children overwrite nobody who is to come
            widest = narrow[code]
            for g in range(groups):
                row[g] = reach[code, g]
            taken = chain[level] >= 0 and (behaves or level > 0)
            if level == depth - 1:
                _end(powers, taken, mine if without.scene_lens else NOT_ONE, widest, belief[node + code], work)
                continue
            for s in range(senses):
                narrow[code * senses + s] = mine if apart else meet[widest, s]
                for g in range(groups):
                    reach[code * senses + s, g] = 0.0
            for g in range(groups):
                if row[g] == 0.0:
                    continue
                played, share = powers.played[g if taken else groups], row[g]
                for believed in range(len(sense)):
                    k = played[believed]
                    reach[code * senses + sense[k], powers.group[k]] += share * belief[node + code, believed]
        node += senses**level


@compiled
def _end(powers, taken, all_eyes, widest, belief, work):
    """Adds to weight how likely one node's chain, reached by work.row, ends in each mind; belief (k,) is the node's.

    taken: whether the groups act apart, and not as who is described. all_eyes: the senses of all, or NOT_ONE.
    """
    weight, row, sense, mind, mass, turned = work.weight, work.row, powers.sense, powers.mind, work.mass, work.turned
    groups, meet = len(row), powers.every.meet[widest]
    for s in range(powers.senses):
        work.weighs[meet[s] if all_eyes == NOT_ONE else all_eyes] = True
    if groups == 1:
        for k in range(len(sense)):
            weight[meet[sense[k]] if all_eyes == NOT_ONE else all_eyes, mind[k]] += row[0] * belief[k]
        return
    # What the groups make of a type hangs on its mind alone: so types of one mind, and groups, are added up beforehand.
    for s in range(mass.shape[0]):
        for i in range(mass.shape[1]):
            mass[s, i] = 0.0
    for k in range(len(sense)):
        mass[sense[k], powers.alike_of[k]] += belief[k]
    for i in range(mass.shape[1]):
        for j in range(weight.shape[1]):
            turned[i, j] = 0.0
        for g in range(groups):
            turned[i, powers.mind_of[g if taken else groups, i]] += row[g]
    whole = weight.shape[1] - weight.shape[1] % LANES
    for s in range(mass.shape[0]):
        into = weight[meet[s] if all_eyes == NOT_ONE else all_eyes]
        for lane in range(0, whole, LANES):
            so_far = eight(into, lane)
            for i in range(mass.shape[1]):
                so_far = plus(so_far, times(alike(mass[s, i]), eight(turned[i], lane)))
            put(so_far, into, lane)
        for i in range(mass.shape[1]):
            for j in range(whole, len(into)):
                into[j] += mass[s, i] * turned[i, j]


@compiled
def act(stage, window, part, step, work, out):
    """Writes the mixture of π over work.weight in the part's body, out (actions,), on what its asker perceives."""
    powers, weight, lens, moves, looked = stage.powers, work.weight, work.lens, work.company.shape[2], np.int64(-1)
    stand(powers.every, lens, 0, part.asker, powers.sense[part.own])
    for a in range(len(out)):
        out[a] = 0.0
    if not powers.packed:
        clear(work.mixed)
    for sense in range(weight.shape[0]):
        if not work.weighs[sense]:
            continue
        stand(powers.every, lens, 1, part.body, sense)
        narrow = lens.sight[1]
        if tells_mark(stage.events, lens, SCENE, part.body, step):
            for mind in range(weight.shape[1]):
                out[moves] += weight[sense, mind]
            continue
        if looked != narrow:
            looked = narrow
            imagine(stage, window, SCENE, step, work)
        eye = eye_of(powers, narrow, kinds_through(lens, SCENE))
        judge(stage, len(window), eye, work)
        if powers.packed:
            mix_packed(powers, weight[sense], eye, narrow, work, out)
        else:
            mix(weight[sense], eye, narrow, len(window), work)
    if not powers.packed:
        gather(work.mixed, out)
    for a in range(len(out)):
        out[a] = (1.0 - powers.floor) * out[a] + powers.spread


@compiled
def _weigh_anew(powers, part, belief, work):
    """Writes weight (all senses, minds) of a part's asker, with these beliefs along its chain."""
    weight, own = work.weight, part.own
    for narrow in range(weight.shape[0]):
        work.weighs[narrow] = False
        for mind in range(weight.shape[1]):
            weight[narrow, mind] = 0.0
    if len(part.chain) == 0:
        weight[powers.sense[own], powers.mind[own]] = 1.0
        work.weighs[powers.sense[own]] = True
    else:
        weigh(powers, part, belief, work)


@compiled
def answer(stage, part, step, work, belief, out):
    """Writes the answer, out (actions,), of a part's asker with these beliefs along its chain."""
    powers, window = stage.powers, stage.powers.window
    if len(part.chain) == 0:
        window = window[: powers.memory[part.own] + 1]
    _weigh_anew(powers, part, belief, work)
    act(stage, window, part, step, work, out)


@compiled
def end(stage, part, work, belief, out):
    """Writes how likely the chain ends in each mind, out (minds,)."""
    _weigh_anew(stage.powers, part, belief, work)
    for mind in range(len(out)):
        out[mind] = 0.0
        for narrow in range(work.weight.shape[0]):
            out[mind] += work.weight[narrow, mind]
