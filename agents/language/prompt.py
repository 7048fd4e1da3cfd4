"""The language of roles: "behave as Bo pretending to be me", read, printed and paraphrased.

    prompt  = opening who (link who)* [closing]
    who     = name | "me" | "myself" | "you" | "yourself" | description

The reserved words all name the agent that is asked. docs/prompts.md lists every opening, link and trait.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.language.description import (
    DESCRIPTION_WORDS,
    FRAME_WORDS,
    parse_description,
    read_description,
    say_description,
    starts_description,
)
from agents.language.paraphrase import HELD_OUT, PARAPHRASES, TRAINING, Form
from agents.language.phrases import Lexicon, Reader, either
from worlds import FunhouseError
from worlds.schema import shown

MAX_DEPTH = 6
MAX_LENGTH = 400  # characters
SELF = ("me", "myself", "you", "yourself")
_EXPECTED = 'this does not parse: expected a name, "myself" or "an agent that …"'

__all__ = [
    "HELD_OUT", "MAX_DEPTH", "MAX_LENGTH", "PARAPHRASES", "QUESTION_WORDS", "SELF", "TRAINING", "VOCABULARY",
    "Role", "canonical", "parse", "say", "tokens",
]  # fmt: skip


@dataclass(frozen=True)
class Role:
    """A question about a role. An element of `chain` is a name, "me" or a canonical description, with spaces.

    `stance` is "behave" or "predict"; chain[0] of a prediction is its target, the rest what that pretends.
    """

    stance: str
    chain: tuple[str, ...]

    @property
    def depth(self) -> int:
        """The length of the chain; of a prediction the target counts."""
        return len(self.chain)


class _Opening:
    """What an opening says: the stance, and how the prompt may close."""

    def __init__(self, forms: Sequence[tuple[str, Form]]) -> None:
        closings = {form.closing: True for _, form in forms if form.closing}
        self.stance = forms[0][0]
        self.closing = Lexicon(closings) if closings else None


_FORMS = [(stance, form) for stance, forms in PARAPHRASES.items() for form in forms]
OPENING = Lexicon(
    {one.opening: _Opening([pair for pair in _FORMS if pair[1].opening == one.opening]) for _, one in _FORMS}
)
_LINK = Lexicon({form.link: True for _, form in _FORMS})
_CLOSING_WORDS = {word for _, form in _FORMS for word in form.closing.split()}

QUESTION_WORDS = OPENING.words | _LINK.words | _CLOSING_WORDS | FRAME_WORDS | set(SELF)  # whoever is asked about
VOCABULARY = tuple(sorted(QUESTION_WORDS | DESCRIPTION_WORDS))
_KNOWN = frozenset(VOCABULARY)


def tokens(text: str) -> list[str]:
    """The words of a prompt or a description: those of VOCABULARY in lower case, names as written."""
    reader = Reader(text)
    return [low if low in _KNOWN else word.text for word, low in zip(reader.said, reader.words, strict=True)]


def parse(text: str, names: Collection[str] | None = None) -> Role:
    """The role that a prompt asks for, as it stands: reserved words are "me", descriptions canonical.

    `names` are the agents that may be named; without it any capitalised word is a name. Raises FunhouseError,
    with a caret under the offending word, where the prompt does not parse, names nobody known or nests deeper
    than MAX_DEPTH, and where it is longer than MAX_LENGTH.
    """
    check_text(text)
    return _parsed(text, None if names is None else tuple(names))


@lru_cache(maxsize=1 << 16)
def _parsed(text: str, names: tuple[str, ...] | None) -> Role:
    reader = Reader(text)
    role = read_role(reader, names)
    if not reader.ended:
        reader.reject(_LINK, instead='"pretending to be" or the end')
    return role


def check_text(text: str) -> None:
    """Raise FunhouseError for a prompt that is no text, or longer than MAX_LENGTH."""
    if not isinstance(text, str):
        what, remedy = f"prompt = {shown(text)} is no text", 'say it in words, such as "behave as myself"'
        raise FunhouseError(what, remedy=remedy)
    if len(text) > MAX_LENGTH:
        what = f"the prompt has {len(text)} characters"
        raise FunhouseError(what, place=f"{text[:40]}…", remedy=f"say it in at most {MAX_LENGTH}")


def read_role(reader: Reader, names: Collection[str] | None, stop: Sequence[Lexicon] = ()) -> Role:
    """Read a role, with its closing; no description goes on into a phrase from `stop`. Raises as `parse` does."""
    opening = reader.expect(OPENING, instead='"behave as", "predict" or another opening')
    chain = [_read_who(reader, names, stop, imagined=opening.stance == "behave")]
    while reader.stands(_LINK):
        if len(chain) == MAX_DEPTH:
            what = f"the prompt is deeper than {MAX_DEPTH}"
            reader.fail(what, remedy=f"name at most {MAX_DEPTH} agents, one in another")
        reader.take(_LINK)
        chain.append(_read_who(reader, names, stop))
    closing = opening.closing
    if closing is not None and reader.take(closing) is None:
        reader.reject(_LINK, closing, instead=either(" ".join(words) for words in closing.meaning))
    return Role(opening.stance, tuple(chain))


def canonical(role: Role, me: str) -> Role:
    """The same question in its one canonical form, asked of the agent called `me`.

    "me" becomes the name, immediate repeats are dropped, and so is a leading own name: to behave as oneself
    pretending to be Bo is to behave as Bo, and to predict oneself is to behave as oneself.
    """
    named = [me if element in SELF else element for element in role.chain]
    chain = tuple(one for place, one in enumerate(named) if place == 0 or one != named[place - 1])
    return Role("behave", chain[1:]) if chain[:1] == (me,) else Role(role.stance, chain)


def say(stance: str, chain: Sequence[str], me: str | None = None, paraphrase: int = 0) -> str:
    """The words for a chain, which parse reads back. () is "as myself"; the name `me` is said "me" or "you".

    `paraphrase` modulo len(PARAPHRASES[stance]) is the form, its quotient the wording of descriptions and of
    "me". Raises FunhouseError where nobody is predicted.
    """
    if not chain:
        return _say_myself(stance, paraphrase)
    wording, opening, link, closing = _form(stance, paraphrase)
    said = opening + link.join(
        [
            one if one != me and " " not in one and one not in SELF else _say_who(one, place, wording, closing)
            for place, one in enumerate(chain)
        ]
    )
    return f"{said} {closing}" if closing else said


@lru_cache(maxsize=4096)
def _say_myself(stance: str, paraphrase: int) -> str:
    if stance == "predict":
        raise FunhouseError("nobody is predicted", place="say", remedy="let the chain begin with a name")
    return say(stance, ("me",), paraphrase=paraphrase)


@lru_cache(maxsize=4096)
def _form(stance: str, paraphrase: int) -> tuple[int, str, str, str]:
    """The wording, and what stands before, between and after those who are named."""
    wording, form = divmod(paraphrase, len(PARAPHRASES[stance]))
    opening, link, closing = PARAPHRASES[stance][form]
    return wording, f"{opening} ", f" {link} ", closing


def _say_who(one: str, place: int, wording: int, closing: str) -> str:
    """A description, or oneself, in a wording; other names are said as they are."""
    if " " in one:
        return _reworded(one, wording)
    if place:
        return ("me", "you", "myself", "yourself")[wording % 4]
    return ("you", "me")[wording % 2] if closing else ("myself", "yourself", "me", "you")[wording % 4]


@lru_cache(maxsize=16384)
def _reworded(description: str, wording: int) -> str:
    return say_description(parse_description(description), wording)


def _read_who(
    reader: Reader, names: Collection[str] | None, stop: Sequence[Lexicon] = (), imagined: bool = True
) -> str:
    """A name, "me" or a canonical description; `imagined` says whether a description may stand here."""
    start = reader.at
    if reader.ended:
        reader.fail(_EXPECTED)
    said, word = reader.said[start].text, reader.words[start]
    if word not in SELF and said not in (names or ()) and starts_description(reader):
        description = say_description(read_description(reader, stop=[_LINK, *stop]))
        if not imagined:
            remedy = f'predict an agent by its name, or ask "behave as {description}"'
            reader.fail("an imagined agent is nowhere: it cannot be predicted", start=start, remedy=remedy)
        return description
    if word not in SELF:
        _check_name(reader, said, names)
    reader.at += 1
    return "me" if word in SELF else said


def _check_name(reader: Reader, said: str, names: Collection[str] | None) -> None:
    """Raise FunhouseError, with the nearest names, if nobody is called so."""
    if names is None:
        if said.lower() in _KNOWN or not (said[0].isupper() or "_" in said):
            reader.fail(_EXPECTED, remedy="names are written with a capital letter")
    elif said not in names:
        by_low = {name.lower(): name for name in names}
        nearest = [by_low[low] for low in difflib.get_close_matches(said.lower(), by_low, n=3, cutoff=0.5)]
        if said.lower() in _KNOWN and not nearest:
            reader.fail(_EXPECTED)
        near = f"nearest: {', '.join(nearest)}" if nearest else f"the names are {', '.join(sorted(names))}"
        reader.fail(f"nobody here is called {said}", remedy=near)
