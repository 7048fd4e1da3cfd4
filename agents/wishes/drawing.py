"""Wishes drawn for a ground, without a look at what follows: those that a mind is trained on, and those it is asked.

Numbers, colours, places and deadlines are such as the ground has, so that nothing is known to speak against a wish; how
likely it comes true is not looked at.
"""

from __future__ import annotations

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
EXACT = 5  # of these have an exact answer
_SORTS, _UP_TO = tuple(SORTS), np.cumsum(list(SORTS.values()))


def drawn_wish(
    ground: Ground,
    generator: np.random.Generator,
    clauses: int,
    to_end: bool = True,
    chain: tuple[str, ...] = (),
    exact: bool = False,
) -> Wish | None:
    """A wish of so many clauses of what one agent alone can bring about; to_end: whether the steps of the ground end
    with the episode; exact: of such clauses alone to which an exact answer is at hand. None where the ground has none,
    as far as some tries tell."""
    sorts = EXACT if exact else len(SORTS)
    for _ in range(TRIES):
        steps = 1 + int(ground.steps * generator.random())
        open_end = to_end and generator.random() < UNBOUNDED
        within = ground if open_end else ground._replace(steps=steps)
        every = [_clause(within, generator, sorts) for _ in range(clauses)]
        said = [one for one in every if one is not None]
        made = canonical(said)
        if len(made) == clauses and not contradiction(said) and not beyond(said, within):
            return Wish(made, None if open_end else steps, chain)
    return None


def _clause(ground: Ground, generator: np.random.Generator, sorts: int) -> Clause | None:
    """One clause that says something, of one of the first sorts; None where the ground has none of that which is
    drawn."""
    sort = _SORTS[int(np.searchsorted(_UP_TO, generator.random() * _UP_TO[sorts - 1], side="right"))]
    there = [kind for kind, count in ground.fruits.items() if count]
    if sort in ("end in", "stay out"):
        places = [place for place in PLACES if place in ground.places]
        return (EndIn if sort == "end in" else StayOut)(_one(places, generator)) if places else None
    if sort == "order":
        return Order(*_one([(a, b) for a in there for b in there if a != b], generator)) if len(there) > 1 else None
    if sort == "explore":
        return Explore(_one(EXTENTS, generator))
    if sort == "move like":
        return MoveLike(_one(ANIMALS, generator))
    kind = None if sort == "collect" else _one(there, generator) if there else "none"
    return _collect(
        kind, sum(ground.fruits.values()) if kind is None else ground.fruits.get(kind, 0), ground, generator
    )


def _collect(kind: str | None, count: int, ground: Ground, generator: np.random.Generator) -> Collect | None:
    """So many of a kind, of which there are `count`."""
    most = ground.steps if ground.regrow else min(count, ground.steps)
    bound = int(3 * generator.random())  # exactly, at least, at most
    if most == 0:
        return None
    if bound == 0:
        number = int((most + 1) * generator.random())
        return Collect(number, number, kind)
    number = int(most * generator.random())
    return Collect(number + 1, WITHOUT_END, kind) if bound == 1 else Collect(0, number, kind)


def _one(among, generator: np.random.Generator):
    return among[int(len(among) * generator.random())]
