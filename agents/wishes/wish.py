"""What a wish is: clauses about what one agent will have eaten, and about where it will have been, and a deadline.

A wish is a value. Its clauses are in one canonical form: what is said of the number of fruits is one interval for each
kind, and what says nothing is left out. agents/language/wishes.py has the words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from agents.wishes.event import PLACES
from agents.wishes.styles import BeNice, KeepAway, Style, at_odds, canonical_styles, steps_for
from worlds import KINDS

HINTS = ("expert", "unseen", "nonsense")
WITHOUT_END = 1 << 30  # of an interval: any number of fruits


@dataclass(frozen=True)
class Collect:
    """From now on, `least` to `most` fruits will have been eaten: of a kind, or of all kinds together (None)."""

    least: int
    most: int = WITHOUT_END
    kind: str | None = None


@dataclass(frozen=True)
class Order:
    """A fruit of the first kind will have been eaten before any of the second, and one of the second after it."""

    first: str
    then: str

    @property
    def kinds(self) -> tuple[str, str]:
        """Both kinds, in the order of the wish."""
        return self.first, self.then


@dataclass(frozen=True)
class EndIn:
    """The last step will have led to a place, or left the agent there."""

    place: str


@dataclass(frozen=True)
class StayOut:
    """No step will have led to a place, or left the agent there. Where it stands before the first step counts not."""

    place: str


Clause = Collect | Order | EndIn | StayOut | Style


class Wish(NamedTuple):
    """Clauses in canonical form that are all to come true in `steps` steps, None: by the end of the episode.

    `chain` is as whom the agent is to act besides, as a Role's: () is "as itself". `hint`, one of HINTS, is
    said besides and asks for nothing.
    """

    clauses: tuple[Clause, ...]
    steps: int | None = None
    chain: tuple[str, ...] = ()
    hint: str | None = None


class Ground(NamedTuple):
    """What can be wished for, at some step of some world."""

    fruits: dict[str, int]  # how many there are, by kind; of every kind that the world has
    regrow: bool  # whether a fruit grows where another has been eaten
    places: frozenset[str]  # in which there is floor
    steps: int  # that are left
    others: int | None = None  # who take part, where that is known


def place_of(row: int, column: int, height: int, width: int) -> str:
    """The place in which a cell lies: rows and columns are divided into three bands by where a cell's middle lies."""
    return PLACES[3 * band(row, height) + band(column, width)]


def band(index: int, size: int) -> int:
    """The third of `size` rows or columns in which the middle of one lies: 0, 1 or 2. Seven are 2 + 3 + 2."""
    return (6 * index + 3) // (2 * size)


def canonical(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The same clauses, each once, in the order of the classes above; what says nothing is left out."""
    amounts = {kind: one for kind, one in _amounts(clauses).items() if one != Collect(0, WITHOUT_END, kind)}
    every = [one for one in clauses if not isinstance(one, Collect)]
    orders = sorted(
        {one for one in every if isinstance(one, Order)}, key=lambda one: tuple(map(KINDS.index, one.kinds))
    )
    places = [
        sorted({one for one in every if isinstance(one, kind)}, key=lambda one: PLACES.index(one.place))
        for kind in (EndIn, StayOut)
    ]
    in_order = sorted(orders, key=lambda one: tuple(map(KINDS.index, one.kinds)))
    collects = [amounts[kind] for kind in (None, *KINDS) if kind in amounts]
    return (*collects, *in_order, *places[0], *places[1], *canonical_styles(every))


def _amounts(clauses: Iterable[Clause]) -> dict[str | None, Collect]:
    """One interval for each kind of which something is said, and for all of them together; it may be empty."""
    found: dict[str | None, Collect] = {}
    for one in clauses:
        if isinstance(one, Collect):
            met = found.get(one.kind, one)
            found[one.kind] = Collect(max(met.least, one.least), min(met.most, one.most), one.kind)
    return found


def _needed(clauses: Iterable[Clause]) -> dict[str | None, Collect]:
    """The same, with what orders ask for."""
    every = list(clauses)
    asked = [kind for one in every if isinstance(one, Order) for kind in one.kinds]
    return _amounts([*every, *(Collect(1, kind=kind) for kind in asked)])


def contradiction(clauses: Iterable[Clause]) -> str | None:
    """Why clauses cannot all come true, whatever the world; None where nothing speaks against it."""
    every = list(clauses)
    orders = [one for one in every if isinstance(one, Order)]
    amounts = _needed(every)
    for kind, one in amounts.items():
        if one.least > one.most:
            return f"at least {one.least} and at most {one.most} {of_kind(kind)} cannot both be"
    most, needed = amounts.get(None, Collect(0)).most, sum(one.least for kind, one in amounts.items() if kind)
    if needed > most:
        return f"at most {most} {of_kind(None, most)} and at least {needed} by their colours cannot both be"
    return _circle(orders) or _nowhere(every)


def _circle(orders: Iterable[Order]) -> str | None:
    before: dict[str, set[str]] = {}
    for one in orders:
        before.setdefault(one.then, set()).add(one.first)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        return f"{', '.join(error.args[1][:-1])}: each of them would have to come before the others"
    return None


def _nowhere(clauses: Iterable[Clause]) -> str | None:
    every = list(clauses)
    ends = sorted({one.place for one in every if isinstance(one, EndIn)})
    shut = {one.place for one in every if isinstance(one, StayOut)}
    if len(ends) > 1:
        return f"nobody ends in the {ends[0]} and in the {ends[1]}"
    if shut & set(ends):
        return f"who stays out of the {ends[0]} does not end there"
    return "there is no place left to be in" if len(shut) == len(PLACES) else at_odds(every, shut)


def beyond(clauses: Iterable[Clause], ground: Ground) -> str | None:
    """Why clauses, which do not contradict one another, cannot come true in such a world; None if nothing is known."""
    every = list(clauses)
    amounts = _needed(every)
    for kind in amounts:
        if kind is not None and kind not in ground.fruits:
            return f"there are no {kind} fruits in this world"
    for one in every:
        if isinstance(one, (EndIn, StayOut)) and one.place not in ground.places:
            return f"this map has no floor in the {one.place}"
    shut = {one.place for one in every if isinstance(one, StayOut)}
    if ground.places and ground.places <= shut:
        return "there is no place left to be in on this map"
    if (needed := fewest(every)) > ground.steps:
        return f"{needed} fruits take {needed} steps at least, and there are {ground.steps} left"
    if (needed := soonest(every)) > ground.steps:
        return f"that takes {needed} steps at least, and there are {ground.steps} left"
    if ground.others == 0 and any(isinstance(one, (KeepAway, BeNice)) for one in every):
        return "nobody else takes part: there is nobody to keep away from, or to be nice to"
    if too_many := at_odds(every, {*PLACES} - (ground.places - shut)):
        return too_many
    return None if ground.regrow else _too_many(amounts, ground)


def _too_many(amounts: dict[str | None, Collect], ground: Ground) -> str | None:
    """What of the numbers is more than there is."""
    left = {kind: min(count, amounts.get(kind, Collect(0)).most) for kind, count in ground.fruits.items()}
    for kind, one in amounts.items():
        there = sum(left.values()) if kind is None else ground.fruits[kind]
        if one.least > there:
            return f"{one.least} {of_kind(kind, one.least)} are asked for, and there {_are(there)}"
    return None


def fewest(clauses: Iterable[Clause]) -> int:
    """How many fruits clauses ask for at least, and so how many steps they need: a step leads to one at most."""
    every = list(clauses)
    amounts = _amounts(
        [*every, *(Collect(1, kind=kind) for one in every if isinstance(one, Order) for kind in one.kinds)]
    )
    return max(amounts.get(None, Collect(0)).least, sum(one.least for kind, one in amounts.items() if kind))


def soonest(clauses: Iterable[Clause]) -> int:
    """In how many steps clauses may come true at the soonest, as far as is known."""
    every = list(clauses)
    return steps_for(every, fewest(every))


def of_kind(kind: str | None, count: int = 2) -> str:
    """The word for fruits: "fruits", "red fruit"."""
    return " ".join(filter(None, [kind, "fruit" if count == 1 else "fruits"]))


def _are(count: int) -> str:
    return f"is {count}" if count == 1 else f"are {count}" if count else "are none"
