"""What becomes of a wish: it is restated after each step, and judged after the last.

"collect 4 fruits" becomes "collect 3 fruits" when one is eaten; a return-to-go from which each reward is taken away
is the smallest case of this. What is left of a wish is a wish again, which can be said in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from agents.wishes.event import Event
from agents.wishes.styles import STYLES, after_style, style_holds
from agents.wishes.wish import WITHOUT_END, Clause, Collect, EndIn, Order, StayOut, Wish, canonical


def progress(wish: Wish, event: Event) -> Wish | None:
    """What is left to come true after a step; None where the wish can come true no more."""
    left = after(wish.clauses, event)
    if left is None:
        return None
    return wish._replace(clauses=left, steps=None if wish.steps is None else wish.steps - 1)


def fulfilled(clauses: Iterable[Clause], place: str) -> bool:
    """Whether what is left of a wish after its last step, which ended in a place, holds now: it has come true."""
    return all(_holds(one, place) for one in clauses)


def came_true(wish: Wish, events: Sequence[Event]) -> bool:
    """Whether a wish came true in the steps that followed it: in all of these, or in as many as it gives itself."""
    span = events if wish.steps is None else events[: wish.steps]
    return all(_came_true(one, span) for one in wish.clauses)


def _came_true(one: Clause, span: Sequence[Event]) -> bool:
    """The same of one clause, at once: labels of hindsight are judged by the million."""
    if isinstance(one, Collect):
        return one.least <= sum(e.kind is not None and one.kind in (None, e.kind) for e in span) <= one.most
    if isinstance(one, EndIn):
        return span[-1].place == one.place
    if isinstance(one, StayOut):
        return all(e.place != one.place for e in span)
    clauses: tuple[Clause, ...] = (one,)
    for event in span:
        left = after(clauses, event)
        if left is None:
            return False
        clauses = left
    return fulfilled(clauses, span[-1].place)


@lru_cache(maxsize=1 << 16)
def after(clauses: tuple[Clause, ...], event: Event) -> tuple[Clause, ...] | None:
    """The clauses that are left after a step, in canonical form; None where one of them can come true no more."""
    left = [_after(one, event) for one in clauses]
    if all(new is one for new, one in zip(left, clauses, strict=True)):
        return clauses
    return None if None in left else canonical([one for one in left if one is not None])


def _after(one: Clause, event: Event) -> Clause | None:
    if isinstance(one, STYLES):
        return after_style(one, event)
    if isinstance(one, Collect) and event.kind is not None and one.kind in (None, event.kind):
        most = one.most if one.most == WITHOUT_END else one.most - 1
        return None if most < 0 else Collect(max(one.least - 1, 0), most, one.kind)
    if isinstance(one, Order):
        if event.kind == one.then:
            return None
        return Collect(1, kind=one.then) if event.kind == one.first else one
    if isinstance(one, StayOut) and event.place == one.place:
        return None
    return one


def _holds(one: Clause, place: str) -> bool:
    if isinstance(one, STYLES):
        return style_holds(one)
    if isinstance(one, EndIn):
        return place == one.place
    return isinstance(one, StayOut) or (isinstance(one, Collect) and one.least == 0)
