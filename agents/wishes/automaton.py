"""A wish as a small automaton: its states are what may be left of it, its input is what a step brought."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from agents.wishes.event import PLACES, Event
from agents.wishes.progress import after, fulfilled
from agents.wishes.wish import Clause
from worlds import KINDS

DEAD = -1  # the wish can come true no more


class Automaton(NamedTuple):
    """q states, the first being the wish itself; inputs are the kind of fruit eaten, 0 for none, and the place."""

    leads: np.ndarray  # (q, 1 + kinds, places) int16: the state after a step, or DEAD
    good: np.ndarray  # (q, places) bool: whether the wish has come true if the last step ended in a place


@lru_cache(maxsize=1024)
def automaton_of(clauses: tuple[Clause, ...], most: int) -> Automaton:
    """The automaton of a wish for as many steps in which something is eaten as `most`."""
    states, number, eaten, rows = [clauses], {clauses: 0}, {clauses: 0}, []
    for now in states:  # which grows as it is gone through
        row = np.full((1 + len(KINDS), len(PLACES)), DEAD, np.int16)
        for kind, name in enumerate((None, *KINDS)):
            for p, place in enumerate(PLACES):
                left = after(now, Event(name, place))
                if left is None or (kind > 0 and eaten[now] == most):
                    continue
                if left not in number:
                    number[left], eaten[left] = len(states), eaten[now] + (kind > 0)
                    states.append(left)
                row[kind, p] = number[left]
        rows.append(row)
    good = [[fulfilled(state, place) for place in PLACES] for state in states]
    return Automaton(np.array(rows), np.array(good))
