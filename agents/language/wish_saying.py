"""Wishes said in words, in any of their forms; agents/language/wishes.py reads them back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.language.description import WORDINGS
from agents.language.prompt import say
from agents.language.wish_slots import say_animal, say_extent
from agents.language.wish_wordings import ALL, AT_LEAST, AT_MOST, EXACTLY, FORMS, REVERSED, singular
from agents.wishes.styles import BeNice, Explore, KeepAway, MoveLike
from agents.wishes.wish import WITHOUT_END, Clause, Collect, EndIn, Order, StayOut, Wish, of_kind

PARTS = {
    Collect: "collect", Order: "order", EndIn: "end in", StayOut: "stay out",
    Explore: "explore", MoveLike: "animal", KeepAway: "keep away", BeNice: "nice",
}  # fmt: skip


def say_wish(wish: Wish, paraphrase: int = 0, forms: Mapping[str, Sequence[int]] = ALL, me: str | None = None) -> str:
    """The words for a wish, which parse_wish reads back; 0 is the canonical text.

    `paraphrase` is any number, whose digits, to the bases of how many of `forms` (ALL, TRAINING, HELD_OUT) each part
    has, choose the wording of each part in turn. `me` as for `say`.
    """
    left = [paraphrase]

    def chosen(options: Sequence[Any]) -> Any:
        left[0], digit = divmod(left[0], len(options))
        return options[digit]

    said = [_say_clause(one, bound, chosen, forms) for one, bound in _spread(wish.clauses)]
    if wish.chain:
        role, wording = chosen(forms["role"]), chosen(range(WORDINGS))
        said.insert(0, say("behave", wish.chain, me=me, paraphrase=role + len(ALL["role"]) * wording))
    if wish.steps is not None:
        form = FORMS["deadline"][chosen(forms["deadline"])]
        said[-1] += f" {(singular(form) if wish.steps == 1 else form).format(number=wish.steps)}"
    if wish.hint is not None:
        said[-1] += f" {FORMS[wish.hint][chosen(forms[wish.hint])]}"
    return " and ".join(said)


def _spread(clauses: Sequence[Clause]) -> Iterator[tuple[Clause, str]]:
    """Each clause and the bound that its amount is said with: an interval of several numbers takes two sentences."""
    for one in clauses or (Collect(0),):
        if not isinstance(one, Collect) or one.least == one.most:
            yield one, "exactly"
            continue
        if one.least or one.most == WITHOUT_END:
            yield one, "least"
        if one.most != WITHOUT_END:
            yield one, "most"


def _say_clause(one: Clause, bound: str, chosen: Any, forms: Mapping[str, Sequence[int]]) -> str:
    part = PARTS[type(one)]
    form = FORMS[part][chosen(forms[part])]
    if isinstance(one, Collect):
        words = chosen({"exactly": EXACTLY, "least": AT_LEAST, "most": AT_MOST}[bound])
        number = one.most if bound == "most" else one.least
        return form.format(amount=" ".join(filter(None, [words, str(number), of_kind(one.kind, number)])))
    if isinstance(one, Order):
        slots = iter((one.then, one.first) if form in REVERSED else one.kinds)
        return re.sub(r"\{kind\}", lambda _: next(slots), form)
    if isinstance(one, Explore):
        return form.format(extent=say_extent(one)).strip()
    if isinstance(one, MoveLike):
        return form.format(animal=say_animal(one))
    return form.format(place=f"the {one.place}") if isinstance(one, (EndIn, StayOut)) else form
