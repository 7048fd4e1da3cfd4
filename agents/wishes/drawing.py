"""Wishes drawn for a ground, without a look at what follows: those that a mind is trained on, and those it is asked.

Numbers, colours, places and deadlines are such as the ground has, so that nothing is known to speak against a wish; how
likely it comes true is not looked at.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from agents.wishes.styles import ANIMALS, EXTENTS, Explore, MoveLike
from agents.wishes.wish import (
    PLACES,
    WITHOUT_END,
    Clause,
    Collect,
    EndIn,
    Ground,
    Order,
    StayOut,
    Wish,
    beyond,
    canonical,
    contradiction,
)

MOST_CLAUSES = 2
UNBOUNDED = 0.2  # the share of wishes that may last to the end of the episode and are said without a deadline
SORTS = {
    "collect": 0.28, "collect of a colour": 0.17, "order": 0.11, "end in": 0.22, "stay out": 0.11,
    "explore": 0.04, "move like": 0.07,
}  # fmt: skip
TRIES = 64
_SORTS, _UP_TO = tuple(SORTS), np.cumsum(list(SORTS.values())).tolist()


def drawn_wish(
    ground: Ground,
    generator: np.random.Generator,
    clauses: int,
    to_end: bool = True,
    chain: tuple[str, ...] = (),
) -> Wish | None:
    """A wish of so many clauses of what one agent alone can bring about; to_end: whether the steps of the ground end
    with the episode. None where the ground has none, as far as some tries tell."""
    menu = _menu(tuple(ground.fruits.items()), ground.places)
    for _ in range(TRIES):
        steps = 1 + int(ground.steps * generator.random())
        open_end = to_end and generator.random() < UNBOUNDED
        span = ground.steps if open_end else steps
        said = tuple(_clause(menu, span, ground.regrow, generator) for _ in range(clauses))
        made = joined(said)
        if made and not beyond(made, ground._replace(steps=span)):
            return Wish(made, None if open_end else steps, chain)
    return None


class _Menu(NamedTuple):
    """What there is."""

    left: tuple[tuple[str | None, int], ...]  # how many fruits of each kind of which some are left; all of them first
    orders: tuple[Order, ...]
    ends: tuple[EndIn, ...]
    stays: tuple[StayOut, ...]


@lru_cache(maxsize=4096)
def _menu(fruits: tuple[tuple[str, int], ...], places: frozenset[str]) -> _Menu:
    left = tuple((kind, count) for kind, count in fruits if count)
    orders = tuple(Order(a, b) for a, _ in left for b, _ in left if a != b)
    there = [place for place in PLACES if place in places]
    total = (None, sum(count for _, count in left))
    return _Menu((total, *left), orders, tuple(map(EndIn, there)), tuple(map(StayOut, there)))


@lru_cache(maxsize=1 << 16)
def joined(said: tuple[Clause | None, ...]) -> tuple[Clause, ...] | None:
    """Clauses in canonical form; None where one is missing, says what another does, or contradicts it."""
    clauses = [one for one in said if one is not None]
    made = canonical(clauses)
    return made if len(made) == len(said) and not contradiction(clauses) else None


def _clause(menu: _Menu, steps: int, regrow: bool, generator: np.random.Generator) -> Clause | None:
    """One clause that says something; None where there is none of the sort that was drawn."""
    sort = _SORTS[bisect(_UP_TO, generator.random() * _UP_TO[-1], hi=len(_SORTS) - 1)]
    if sort == "collect":
        return _collect(menu.left[0], steps, regrow, generator)
    if sort == "collect of a colour":
        return _collect(_one(menu.left[1:], generator), steps, regrow, generator) if len(menu.left) > 1 else None
    if sort == "explore":
        return Explore(_one(EXTENTS, generator))
    if sort == "move like":
        return MoveLike(_one(ANIMALS, generator))
    some = {"order": menu.orders, "end in": menu.ends, "stay out": menu.stays}[sort]
    return _one(some, generator) if some else None


def _collect(there: tuple[str | None, int], steps: int, regrow: bool, generator: np.random.Generator) -> Collect | None:
    """So many of a kind, of which there are some."""
    kind, count = there
    most = steps if regrow else min(count, steps)
    bound = int(3 * generator.random())  # exactly, at least, at most
    if most == 0:
        return None
    if bound == 0:
        number = int((most + 1) * generator.random())
        return Collect(number, number, kind)
    number = int(most * generator.random())
    return Collect(number + 1, WITHOUT_END, kind) if bound == 1 else Collect(0, number, kind)


def _one(among: Sequence[Any], generator: np.random.Generator) -> Any:
    return among[int(len(among) * generator.random())]
