"""A style as a small automaton that knows how many steps are left, in which what cannot be told apart is one."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from agents.wishes.event import PLACES, WAYS, Event
from agents.wishes.progress import after, fulfilled
from agents.wishes.styles import Explore, MoveLike, Style


class Timed(NamedTuple):
    """The automaton of a style for so many steps. Its states are classes: of what may be left of the style that is one
    where, with as many steps left, nothing that may follow tells it apart. Class 0 is that it can come true no more.

    An input is the sum of the codes of what a step brought; what the style does not heed has code 0.
    """

    leads: np.ndarray  # (steps, classes, inputs) int32: [t] from a class with t + 1 steps left to one with t
    good: np.ndarray  # (classes,) bool: with no step left, whether it has come true
    start: int  # the class of the style itself
    place: np.ndarray  # (places,) int64: codes
    way: np.ndarray  # (ways,) int64: codes of the way that it went, the first for none
    wall: int  # code of being by a wall
    fruit: int  # code of being by a fruit


@lru_cache(maxsize=1024)
def timed_automaton_of(style: Style, steps: int) -> Timed:
    """The automaton of a style for so many steps; nobody else being there."""
    animal = style.animal if isinstance(style, MoveLike) else ""
    heeded = (
        PLACES if isinstance(style, Explore) else PLACES[:1],
        WAYS if animal == "moth" else WAYS[:2] if animal == "snail" else WAYS[:1],
        (False, True) if animal == "mouse" else (False,),
        (False, True) if animal == "bee" else (False,),
    )
    states, leads = _explored(style, [Event(None, *one) for one in product(*heeded)], steps)
    good = np.array([False, *(fulfilled(state, PLACES[0]) for state in states)])
    layers, ends, start = _merged(leads, good, steps)
    strides = [int(np.prod([len(one) for one in heeded[i + 1 :]])) for i in range(4)]
    sizes = zip(heeded, strides, (len(PLACES), len(WAYS), 2, 2), strict=True)
    place, way, wall, fruit = (np.minimum(np.arange(full), len(one) - 1) * stride for one, stride, full in sizes)
    return Timed(layers, ends, start, place, way, int(wall[1]), int(fruit[1]))


def _explored(style: Style, inputs: list[Event], steps: int) -> tuple[list[tuple], np.ndarray]:
    """What may be left of a style within so many steps, itself first, as clauses, and where each input leads from
    there: (q, inputs) int64, 1 + the state; 0 where it can come true no more, or is out of reach."""
    states: list[tuple] = [(style,)]
    number, depth, rows = {states[0]: 0}, [0], []
    for now, left in enumerate(states):  # which grows as it is gone through
        row = np.zeros(len(inputs), np.int64)
        for i, event in enumerate(inputs if depth[now] < steps else []):
            then = after(left, event)
            if then is not None and then not in number:
                number[then] = len(states)
                states.append(then)
                depth.append(depth[now] + 1)
            row[i] = 0 if then is None else 1 + number[then]
        rows.append(row)
    return states, np.array(rows)


def _merged(leads: np.ndarray, good: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, int]:
    """leads, good and start of Timed; in good, (1 + q,), and in what `leads` says state 0 is the end of all hope."""
    leads = np.concatenate([np.zeros_like(leads[:1]), leads])
    ends, of = _classes(good[:, None])
    layers = []
    for _ in range(steps):
        rows, of = _classes(of[leads])
        layers.append(rows)
    widest = max(len(ends), *(len(rows) for rows in layers))
    padded = [np.pad(rows, ((0, widest - len(rows)), (0, 0))) for rows in layers]
    return np.array(padded, np.int32), np.pad(ends[:, 0], (0, widest - len(ends))), int(of[1])


def _classes(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different ones of some rows, in the order in which they come up, and which of these each is."""
    unique, first, of = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return unique[order], np.argsort(order)[of.reshape(-1)]
