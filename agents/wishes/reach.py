"""Which sets of fruits can have been eaten by somebody whose wish may still come true, and how soon, compiled."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def remaining_of(field, leads):
    """(2**f,) int64: the automaton's state once some fruits have been eaten, -1 where nobody gets there alive; and
    whether it is settled by that."""
    fruits = len(field.fruit_cell)
    state = np.full(1 << fruits, -1)
    state[0] = 0
    for eaten in range(1 << fruits):
        now = state[eaten]
        if now < 0:
            continue
        for p in range(leads.shape[2]):
            if leads[now, 0, p] != now and leads[now, 0, p] >= 0:
                return state, False
        for f in range(fruits):
            if not eaten >> f & 1:
                then = leads[now, 1 + field.fruit_kind[f], field.place[field.fruit_cell[f]]]
                more = eaten | 1 << f
                if then >= 0 and state[more] >= 0 and state[more] != then:
                    return state, False
                if then >= 0:
                    state[more] = then
    return state, True


@njit(cache=True, nogil=True)
def earliest_of(field, start):
    """(2**f, f) int64: in how many steps at least one may have eaten some fruits, a given one of them last."""
    fruits = len(field.fruit_cell)
    first = np.full((1 << fruits, fruits), 1 << 30)
    for eaten in range(1, 1 << fruits):
        for f in range(fruits):
            before = eaten & ~(1 << f)
            if before == eaten:
                continue
            if before == 0:
                first[eaten, f] = field.walk[start, field.fruit_cell[f]]
            for g in range(fruits):
                if before >> g & 1:
                    walked = first[before, g] + field.walk[field.fruit_cell[g], field.fruit_cell[f]]
                    first[eaten, f] = min(first[eaten, f], walked)
    return first


@njit(cache=True, nogil=True)
def spare_at(field, start, first, eaten, steps, out):
    """Writes how many steps at most are left where one stands on a cell and has eaten just these fruits: out (cells,);
    -1 where nobody can be."""
    for c in range(len(out)):
        fruit, soonest = field.fruit_at[c], 1 << 30
        if eaten == 0:
            soonest = field.walk[start, c]
        for f in range(len(field.fruit_cell)):
            if eaten >> f & 1:
                soonest = min(soonest, first[eaten, f] + field.walk[field.fruit_cell[f], c])
        uneaten = fruit >= 0 and not eaten >> fruit & 1 and c != start
        out[c] = -1 if uneaten else max(-1, steps - soonest)
