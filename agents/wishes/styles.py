"""Wishes about how an agent moves and whom it spares: styles, each a small automaton of its own.

An animal's way shows in a share of the steps. What is left of such a wish is how far it is ahead or behind: a step of
the animal's kind puts it one ahead, any other one behind, and after the last it must not be behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeVar

from agents.wishes.event import PLACES, Event

ANIMALS = ("snail", "mouse", "moth", "bee")
EXTENTS = ("a little", "", "much")
AT_LEAST_PLACES = {"": 4, "much": 5}  # that are entered by who explores so
AT_MOST_PLACES = 2  # that are entered by who explores a little


@dataclass(frozen=True)
class Explore:
    """So many of the nine places will have been entered: at most two, at least four, or at least five.

    A step enters the place that it leads to, or leaves the agent in. `known` have been entered already.
    """

    extent: str = ""  # of EXTENTS
    known: tuple[str, ...] = ()  # in the order of PLACES

    @property
    def lacks(self) -> int:
        """How many more places are to be entered at least."""
        return max(AT_LEAST_PLACES.get(self.extent, 0) - len(self.known), 0)


@dataclass(frozen=True)
class MoveLike:
    """At least half of the steps will have been such as an animal's; of a mouse's, every one.

    snail: it stays on its cell. mouse: it ends beside a wall. moth: it moves another way than the last time that it
    moved. bee: it ends on a fruit, or one step from one. `ahead`: by how many steps more than half; `heading`: which
    way a moth moved last.
    """

    animal: str  # of ANIMALS
    ahead: int = 0
    heading: str | None = None  # of WAYS


@dataclass(frozen=True)
class KeepAway:
    """No step will have ended within one row and one column of another agent."""


@dataclass(frozen=True)
class BeNice:
    """No fruit will have been eaten of the kind that another agent likes best, none of that kind having been nearer to
    that one when the step began."""


Style = Explore | MoveLike | KeepAway | BeNice
STYLES = (Explore, MoveLike, KeepAway, BeNice)
_One = TypeVar("_One")


def is_like(one: MoveLike, event: Event) -> bool:
    """Whether a step was such as the animal's."""
    if one.animal == "snail":
        return event.way is None
    if one.animal == "mouse":
        return event.by_wall
    if one.animal == "moth":
        return event.way is not None and one.heading is not None and event.way != one.heading
    return event.by_fruit


def after_style(one: Style, event: Event) -> Style | None:
    """What is left of a style after a step; None where it can come true no more."""
    if isinstance(one, Explore):
        if event.place in one.known:
            return one
        known = tuple(place for place in PLACES if place == event.place or place in one.known)
        return None if one.extent == "a little" and len(known) > AT_MOST_PLACES else replace(one, known=known)
    if isinstance(one, MoveLike):
        like = is_like(one, event)
        if one.animal == "mouse":
            return one if like else None
        heading = (event.way or one.heading) if one.animal == "moth" else None
        return MoveLike(one.animal, one.ahead + (1 if like else -1), heading)
    return None if (event.by_others if isinstance(one, KeepAway) else event.harm) else one


def style_holds(one: Style) -> bool:
    """Whether what is left of a style after the last step has come true."""
    return one.lacks == 0 if isinstance(one, Explore) else one.ahead >= 0 if isinstance(one, MoveLike) else True


def canonical_styles(clauses: Iterable[object]) -> list[Style]:
    """The styles among clauses, each once, in the order of the classes above; what others imply is left out."""
    every = {one for one in clauses if isinstance(one, STYLES)}
    explore = {one for one in every if isinstance(one, Explore) and (one.lacks or one.extent == "a little")}
    explore -= {replace(one, extent="") for one in explore if one.extent == "much"}
    alike = [one for one in every if isinstance(one, MoveLike)]
    behind: dict[tuple[str, str | None], MoveLike] = {}
    for one in sorted(alike, key=lambda one: -one.ahead):
        behind[one.animal, one.heading] = one
    rest = [one for one in (KeepAway(), BeNice()) if one in every]
    moves = sorted(behind.values(), key=lambda one: (ANIMALS.index(one.animal), one.heading or "", one.ahead))
    return [*sorted(explore, key=lambda one: (EXTENTS.index(one.extent), one.known)), *moves, *rest]


def at_odds(clauses: Iterable[object], shut: Iterable[str] = ()) -> str | None:
    """Why styles cannot all come true, whatever the world, where the places `shut` are not entered; None where nothing
    speaks against it."""
    every = canonical_styles(clauses)
    explore = [one for one in every if isinstance(one, Explore)]
    if any(one.extent == "a little" and len(one.known) > AT_MOST_PLACES for one in explore):
        return f"who was in more than {AT_MOST_PLACES} places has explored more than a little"
    least = max((AT_LEAST_PLACES.get(one.extent, 0) for one in explore if not one.known), default=0)
    if least and any(one.extent == "a little" for one in explore):
        return "nobody explores a little and more than that"
    if least > len(PLACES) - len(set(shut)):
        return f"{least} places are to be entered, and {len(PLACES) - len(set(shut))} are left"
    moves = [one for one in every if isinstance(one, MoveLike) and one.animal in ("snail", "moth")]
    for one, other in combinations(moves, 2):
        # A step is a stay or a turn or neither, and the first move is no turn.
        if one.animal != other.animal and one.ahead + other.ahead < (0 if other.heading else 2):
            return "who stays half of the time, as a snail, does not turn half of the time, as a moth"
    return None


def steps_for(clauses: Iterable[object], meals: int) -> int:
    """In how many steps styles may come true at the soonest, as far as is known, where so many fruits are eaten: each
    on arriving at it."""
    every = canonical_styles(clauses)
    entered = max((one.lacks for one in every if isinstance(one, Explore)), default=0)
    least = max(meals, entered)
    for one in every:
        if isinstance(one, MoveLike) and one.animal != "mouse":
            moves = max(meals, entered - 1) if one.animal == "snail" else 0
            first = 2 if one.animal == "moth" and one.heading is None else 0  # which is no turn
            least = max(least, 2 * moves - one.ahead, first - one.ahead)
    return least
