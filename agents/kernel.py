"""The exact reasoner, compiled: what types do in a lens, beliefs along a chain, and the answer they give.

A chain of d elements is held as a tree of beliefs. The knowledge that an imagined actor is left with depends
on the senses, alone, of those before it: so level i has one belief for each row of i senses, S^i nodes, each
a distribution over types. The scene is seen from one body; of several senses there only what all of them have is
left. Senses are numbers whose bits say what they have, far sight and (where there are marks) feeling: so that is `&`.
"""

import numpy as np
from numba import njit

from agents.agent_type import FEELS
from agents.lens import compiled, look, sees, tells_mark, unpack
from worlds.marks import WASH

SCENE = np.int64(2)  # pairs of the lens of a scene: who perceives it, and a sight in a body


@compiled
def imagine(stage, window, pairs, step, work):
    """Looks through the first pairs of work's lens, the last of them a sight in the place of who acts.

    Writes the factors of exp(β·Q), work.fruit and work.company, of that sight for the memories of `window`;
    returns how many cells are shown. The lens must not be empty at that step.
    """
    count = look(stage.events, stage.ground, window, work.lens, pairs, step, work.look)
    near, crowd, fruit, company = work.look.near, work.look.crowd[0], work.fruit, work.company
    pull, push, sight = stage.powers.pull, stage.powers.push, work.lens.sight[pairs - 1]
    for a in range(5):
        for temper in range(company.shape[1]):
            company[sight, temper, a] = push[temper, unpack(crowd, a)]
        for memory in range(len(window)):
            for taste in range(fruit.shape[2]):
                best = 0.0
                for kind in range(pull.shape[1]):
                    best = max(best, pull[taste, kind, unpack(near[memory, kind], a)])
                fruit[sight, memory, taste, a] = best if best > 0.0 else 1.0
    return count


@compiled
def _total(fruit, company, sight, memory, taste, temper):
    """The denominator of softmax(β·Q)."""
    total = 0.0
    for a in range(5):
        total += fruit[sight, memory, taste, a] * company[sight, temper, a]
    return total


@compiled
def chances(powers, work, action, marked, pi):
    """Writes π of one action for every type, pi (k,), from the factors in `work`; returns their mean.

    marked: whether who feels a mark on itself would feel one.
    """
    taste, sight, memory, temper = powers.taste, powers.sight, powers.memory, powers.temper
    fruit, company, floor, mean = work.fruit, work.company, powers.floor, 0.0
    for k in range(len(pi) if action != WASH else 0):
        s, m, i, j = sight[k], memory[k], taste[k], temper[k]
        wish = fruit[s, m, i, action] * company[s, j, action]
        pi[k] = (1.0 - floor) * (wish / _total(fruit, company, s, m, i, j)) + powers.spread
        mean += pi[k]
    if marked or action == WASH:
        mean = _wash(powers, action, marked, pi)
    return mean / len(pi)


@njit(cache=True, nogil=True, _nrt=False, error_model="numpy")  # not inlined: most worlds have no marks
def _wash(powers, action, marked, pi):
    """Corrects π of one action for who feels a mark, which washes, and of washing for anybody; returns the sum."""
    total = 0.0
    for k in range(len(pi)):
        felt = marked and powers.sense[k] >= FEELS
        if felt or action == WASH:
            pi[k] = powers.spread + (1.0 - powers.floor if felt and action == WASH else 0.0)
        total += pi[k]
    return total


@compiled
def learn(stage, pairs, who, step, work, belief, node):
    """Multiplies into belief[node] what the first pairs of work's lens, which hold `who`, show of its act."""
    events, seen, cover, lens = stage.events, stage.ground.seen, work.cover, work.lens
    lens.place[pairs] = who
    for other in range(len(cover)):
        lens.sight[pairs] = other
        held = imagine(stage, stage.powers.window, pairs + 1, step, work)
        cover[other] = held / seen[other, events.cell[step, who]]
    pi, sight, native = work.pi, stage.powers.sight, events.native[step, who]
    marked = tells_mark(events, lens, pairs, who, step)
    mean = chances(stage.powers, work, events.action[step, who], marked, pi)
    total = 0.0
    for k in range(len(pi)):
        trust = native * cover[sight[k]]
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
    _stand(lens, 0, part.asker, stage.powers.sense[part.own])
    for level in range(len(chain)):
        who = chain[level]
        if who >= 0 and events.native[step, who] > 0.0:
            for code in range(senses**level):
                _aim(chain, level, code, senses, lens)
                if sees(events, stage.ground, lens, level + 1, who, step):
                    learn(stage, level + 1, who, step, work, belief, node + code)
        node += senses**level


@compiled
def _stand(lens, pair, place, sense):
    """Writes one pair of a lens: senses in a place."""
    lens.place[pair], lens.sight[pair], lens.feels[pair] = place, sense & (FEELS - 1), sense & FEELS


@compiled
def _aim(chain, level, code, senses, lens):
    """Writes the lens of one node: the row of senses that `code` numbers, each in its actor's place."""
    for i in range(level):
        lens.place[i + 1] = chain[i] if chain[i] >= 0 else lens.place[i]
    for i in range(level, 0, -1):
        _stand(lens, i, lens.place[i], code % senses)
        code //= senses


@compiled
def weigh(powers, depth, widest, belief, work):
    """Adds to weight (senses, minds) how likely a chain ends in a mind with the scene perceived through senses."""
    reach, narrow, weight, sense, mind = work.reach, work.narrow, work.weight, powers.sense, powers.mind
    senses, node = weight.shape[0], 0
    reach[0], narrow[0] = 1.0, widest
    for level in range(depth):
        for code in range(senses**level - 1, -1, -1):  # downwards: children overwrite nobody who is to come
            share, widest = reach[code], narrow[code]
            if level == depth - 1:
                for k in range(len(mind)):
                    weight[widest & sense[k], mind[k]] += share * belief[node + code, k]
                continue
            for s in range(senses):
                reach[code * senses + s] = 0.0
                narrow[code * senses + s] = widest & s
            for k in range(len(mind)):
                reach[code * senses + sense[k]] += share * belief[node + code, k]
        node += senses**level


@compiled
def act(stage, window, part, step, work, out):
    """Writes the mixture of π over work.weight in the part's body, out (actions,), on what its asker perceives."""
    powers, weight, fruit, company, lens = stage.powers, work.weight, work.fruit, work.company, work.lens
    taste, memory, temper, example = powers.taste, powers.memory, powers.temper, powers.example
    _stand(lens, 0, part.asker, powers.sense[part.own])
    for a in range(len(out)):
        out[a] = 0.0
    for sense in range(weight.shape[0]):
        _stand(lens, 1, part.body, sense)
        narrow, looked = lens.sight[1], False
        felt = tells_mark(stage.events, lens, SCENE, part.body, step)
        for mind in range(weight.shape[1]):
            if weight[sense, mind] == 0.0:
                continue
            if felt:
                out[WASH] += weight[sense, mind]
                continue
            if not looked:
                looked = True
                imagine(stage, window, SCENE, step, work)
            k = example[mind]
            m, i, j = memory[k], taste[k], temper[k]
            share = weight[sense, mind] / _total(fruit, company, narrow, m, i, j)
            for a in range(5):
                out[a] += share * (fruit[narrow, m, i, a] * company[narrow, j, a])
    for a in range(len(out)):
        out[a] = (1.0 - powers.floor) * out[a] + powers.spread


@compiled
def answer(stage, part, step, work, belief, out):
    """Writes the answer, out (actions,), of a part's asker with these beliefs along its chain."""
    powers, weight, depth = stage.powers, work.weight, len(part.chain)
    for narrow in range(weight.shape[0]):
        for mind in range(weight.shape[1]):
            weight[narrow, mind] = 0.0
    own, sense, window = part.own, powers.sense[part.own], powers.window
    if depth == 0:
        weight[sense, powers.mind[own]], window = 1.0, window[: powers.memory[own] + 1]
    else:
        weigh(powers, depth, sense if part.body == part.asker else weight.shape[0] - 1, belief, work)
    act(stage, window, part, step, work, out)
