"""Wishes that no training says: what a mind makes of one of them it was never told.

They are one number of fruits, and every fourth pair of a colour and a place. Training says the colour and the place,
each with others, but never a sentence that has both.
"""

from collections.abc import Iterable
from itertools import product

from agents.wishes.wish import PLACES, Clause, Collect, EndIn, Order, StayOut
from worlds import KINDS

NUMBER = 3  # exactly so many fruits
ONE_IN = 4  # pairs of a colour and a place


def held_out(clauses: Iterable[Clause]) -> bool:
    """Whether no training says these clauses together."""
    every = list(clauses)
    if Collect(NUMBER, NUMBER) in every:
        return True
    colours = [one.kind for one in every if isinstance(one, Collect) and one.kind]
    colours += [kind for one in every if isinstance(one, Order) for kind in one.kinds]
    places = [one.place for one in every if isinstance(one, (EndIn, StayOut))]
    return any(_pair_held_out(*pair) for pair in product(colours, places))


def _pair_held_out(colour: str, place: str) -> bool:
    """Whether no training says a colour and a place in one wish."""
    return (KINDS.index(colour) + PLACES.index(place)) % ONE_IN == 0
