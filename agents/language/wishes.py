"""Wishes in words: "collect exactly 3 fruits and end in the north-east in 12 steps", read, printed and paraphrased.

    wish   = ["behave as" who (link who)* "and"] clause ("and" clause)* [deadline] [hint]
    clause = "collect" amount | "first" COLOUR ", then" COLOUR | "end in" PLACE | "stay out of" PLACE
           | "explore" ["a little" | "much"] | "move like a" ANIMAL | "keep away from others" | "be nice"
    amount = ["exactly" | "at least" | "at most"] N [COLOUR] "fruit(s)"

The forms of each part are in agents/language/wish_wordings.py; docs/wishes.md lists them and says what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from agents.language.phrases import Lexicon, Reader
from agents.language.prompt import MAX_LENGTH, OPENING, VOCABULARY, Role, check_text, read_role
from agents.language.wish_saying import say_wish
from agents.language.wish_slots import AND, SLOTS, WORDS
from agents.language.wish_wordings import ALL, FORMS, HELD_OUT, REVERSED, TRAINING, singular
from agents.wishes.styles import BeNice, KeepAway
from agents.wishes.wish import (
    HINTS,
    PLACES,
    Clause,
    EndIn,
    Ground,
    Order,
    StayOut,
    Wish,
    beyond,
    canonical,
    contradiction,
    fewest,
    soonest,
)
from worlds.orchard.config import MOST_STEPS

__all__ = [
    "ALL", "FORMS", "HELD_OUT", "TRAINING", "WISH_WORDS", "dated", "is_wish", "parse_wish", "say_wish", "wish_tokens",
]  # fmt: skip

MOST_SLOTS = 2  # of a form


class _Form(NamedTuple):
    """One way to say a part of a wish: parts[0], parts[2], … are words, those between them the names of slots."""

    part: str
    parts: tuple[str, ...]
    reversed: bool


def _form(part: str, text: str) -> _Form:
    pieces = tuple(piece.strip(" ,") for piece in re.split(r"\{(\w+)\}", text))
    return _Form(part, pieces, text in REVERSED)


_EVERY = [_form(part, text) for part, texts in FORMS.items() for text in texts]
_CLAUSES = [form for form in _EVERY if form.part != "deadline" and form.part not in HINTS]
_STEPS = [form for form in _EVERY if form.part == "deadline"]
_DEADLINES = [*_STEPS, *(form._replace(parts=(*form.parts[:2], singular(form.parts[2]))) for form in _STEPS)]
_STARTS = Lexicon({form.parts[0]: True for form in _CLAUSES})
_AND_STARTS = Lexicon({f"and {form.parts[0]}": True for form in _CLAUSES})
_HINTS = Lexicon({form.parts[0]: form.part for form in _EVERY if form.part in HINTS})
_EXAMPLE = 'a wish: "collect 3 fruits", "first red, then blue", "end in the north", "stay out of the middle"'

_SAID = {word for form in _EVERY for piece in form.parts[::2] for word in piece.split()} | {"step", "is"}
WISH_WORDS = (*sorted((_SAID | WORDS) - set(VOCABULARY)), *map(str, range(100)))
"""The words of wishes beyond those of prompts (agents.language.prompt.VOCABULARY), numerals to 99 among them."""
_KNOWN = frozenset((*VOCABULARY, *WISH_WORDS))


def is_wish(text: str) -> bool:
    """Whether a prompt says, or sets out to say, what is to come about, and not as whom alone to behave."""
    return isinstance(text, str) and len(text) <= MAX_LENGTH and _is_wish(text)


@lru_cache(maxsize=1 << 16)
def _is_wish(text: str) -> bool:
    reader = Reader(text)
    start, role = _STARTS.match(reader.words, 0), OPENING.match(reader.words, 0)
    if start and len(start) > len(role or ()):
        return True
    return any(_AND_STARTS.match(reader.words, at) for at in range(len(reader.words)))


def wish_tokens(text: str) -> list[str]:
    """The words of a wish, known ones in lower case, names as written."""
    reader = Reader(text)
    return [low if low in _KNOWN else word.text for word, low in zip(reader.said, reader.words, strict=True)]


@lru_cache(maxsize=1 << 16)
def dated(text: str, left: int) -> str:
    """The same wish with its deadline said, before its hint: the `left` steps that there are, where it has none."""
    wish = parse_wish(text)
    if wish.steps:
        return text
    reader = Reader(text)
    first = len(reader.words)  # of the hint
    while wish.hint and _HINTS.match(reader.words, first) is None:
        first -= 1
    end = reader.said[first - 1].stop
    return f"{text[:end]} in {left} step{'s' * (left != 1)}{text[end:]}"


def parse_wish(text: str, names: Collection[str] | None = None, ground: Ground | None = None) -> Wish:
    """The wish that a text says, in canonical form; its chain is that of `parse`, not yet canonical.

    `names` as for `parse`; `ground`: what can be wished for there. Raises FunhouseError, with a caret under the
    offending words, where it does not parse, its clauses contradict one another, or the ground has no such colours,
    places, numbers of fruits or steps.
    """
    check_text(text)
    reader = Reader(text)
    chain = _read_chain(reader, names)
    clauses: list[Clause] = []
    _read_clause(reader, clauses, ground)
    while not reader.ended and reader.take(AND):
        _read_clause(reader, clauses, ground)
    steps = None if reader.ended or reader.stands(_HINTS) else _read_deadline(reader, clauses, ground)
    hint = reader.take(_HINTS)
    if not reader.ended:
        reader.reject(AND, instead='"and" or the end')
    return Wish(canonical(clauses), steps, chain, hint)


def _read_chain(reader: Reader, names: Collection[str] | None) -> tuple[str, ...]:
    """As whom the wish is to be brought about."""
    start, role = _STARTS.match(reader.words, 0), OPENING.match(reader.words, 0)
    if role is None or len(start or ()) > len(role):
        return ()
    asked: Role = read_role(reader, names, stop=[_AND_STARTS])
    if asked.stance != "behave":
        what = "a wish cannot be predicted"
        reader.fail(what, start=0, remedy='say "behave as", then what is to come about')
    reader.expect(AND, instead='"and"')
    return asked.chain


def _read_clause(reader: Reader, clauses: list[Clause], ground: Ground | None) -> None:
    """Reads one clause into the list. Raises FunhouseError where it cannot come true beside those before it."""
    start = reader.at
    part, values = _read_form(reader, _CLAUSES, _EXAMPLE)
    clauses.append(_made(part, values))
    if isinstance(clauses[-1], Order) and values[0] == values[1]:
        what = f"{values[0]} is named twice"
        reader.fail(what, start=start, remedy=f'name two colours, or say "collect at least 2 {values[0]} fruits"')
    if problem := contradiction(clauses):
        reader.fail(problem, start=start, remedy="leave one of the two out")
    if ground and (problem := beyond(clauses, ground)):
        reader.fail(problem, start=start, remedy=_offered(ground))


def _offered(ground: Ground) -> str:
    fruits = ", ".join(f"{count} {kind}" for kind, count in ground.fruits.items())
    places = ", ".join(place for place in PLACES if place in ground.places)
    return f"wish for what there is: fruits: {fruits}; places: {places}"


def _made(part: str, values: Sequence[Any]) -> Clause:
    if part in ("collect", "explore", "animal"):
        return values[0]
    made = {"order": Order, "end in": EndIn, "stay out": StayOut, "keep away": KeepAway, "nice": BeNice}
    return made[part](*values)


def _read_deadline(reader: Reader, clauses: Sequence[Clause], ground: Ground | None) -> int:
    start = reader.at
    _, values = _read_form(reader, _DEADLINES, '"and", "in … steps" or the end')
    steps = values[0]
    if steps == 0:
        reader.fail("in 0 steps nothing comes about", start=start, remedy="give it one step or more")
    last = ground.steps if ground else MOST_STEPS
    if steps > last:
        what = f"{steps} steps go past the end of the episode" if ground else f"no episode has {steps} steps"
        reader.fail(what, start=start, remedy=f"give it at most {last}")
    if (needed := fewest(clauses)) > steps:
        what = f"{needed} fruits cannot be eaten in {steps} steps, one a step at most"
        reader.fail(what, start=start, remedy=f"give it {needed} steps or more")
    if (needed := soonest(clauses)) > steps:
        reader.fail(f"that takes {needed} steps at least", start=start, remedy=f"give it {needed} steps or more")
    return steps


def _read_form(reader: Reader, forms: Sequence[_Form], instead: str) -> tuple[str, list[Any]]:
    """Reads one of some forms, word by word and slot by slot: which part of a wish it is, and what its slots hold."""
    values: list[Any] = []
    for at in range(0, 2 * MOST_SLOTS + 1, 2):
        lexicon = Lexicon({form.parts[at]: form.parts[at] for form in forms if form.parts[at]})
        ended = any(form.parts[at] == "" for form in forms)
        said = reader.take(lexicon) or ("" if ended else reader.expect(lexicon, instead=None if at else instead))
        forms = [form for form in forms if form.parts[at] == said]
        if len(forms[0].parts) == at + 1:
            break
        values.append(SLOTS[forms[0].parts[at + 1]](reader))
    return forms[0].part, values[::-1] if forms[0].reversed else values
