"""What stands in the slots of the forms of wishes, read and said: amounts, colours, places, extents, animals."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any

from agents.language.phrases import Lexicon, Reader
from agents.language.wish_wordings import AT_LEAST, AT_MOST, EXACTLY, NUMBERS, SPELLINGS
from agents.wishes.event import WAYS
from agents.wishes.styles import ANIMALS, EXTENTS, Explore, MoveLike
from agents.wishes.wish import PLACES, WITHOUT_END, Collect
from worlds import KINDS

AND = Lexicon({"and": True})
_BY = [*((word, "exactly") for word in EXACTLY if word), *((word, "least") for word in AT_LEAST)]
_BOUND = Lexicon(dict([*_BY, *((word, "most") for word in AT_MOST)]))
_NO = Lexicon({"no": 0})  # "no fruit"; "no more than" is longer
_COLOUR = Lexicon({kind: kind for kind in KINDS})
_FRUIT = Lexicon({"fruit": True, "fruits": True})
_NAMES = {**{place: place for place in PLACES}, **SPELLINGS}
_PLACE = Lexicon({**_NAMES, **{f"the {name}": place for name, place in _NAMES.items()}})
_AND_PLACE = Lexicon({f"and {' '.join(name)}": place for name, place in _PLACE.meaning.items()})
_NUMBER = {word: number for number, word in enumerate(NUMBERS)}
_EXTENT = Lexicon({extent: extent for extent in EXTENTS if extent})
_BEYOND = Lexicon({"beyond": True})
_ANIMAL = Lexicon({animal: animal for animal in ANIMALS})
_HEADING = Lexicon({"heading": True})
_WAY = Lexicon({name: way for name, way in _NAMES.items() if way in WAYS})
_WITH = Lexicon({"with": True})
_AHEAD = Lexicon({"to spare": 1, "to make up": -1})
_EVERY = (AND, _BOUND, _NO, _COLOUR, _FRUIT, _PLACE, _EXTENT, _BEYOND, _ANIMAL, _HEADING, _WAY, _WITH, _AHEAD)
WORDS = {word for lexicon in _EVERY for word in lexicon.words} | set(NUMBERS)


def _read_amount(reader: Reader) -> Collect:
    bound = reader.take(_BOUND) or "exactly"
    number = reader.take(_NO) if bound == "exactly" and reader.stands(_NO) else _read_number(reader)
    kind = reader.take(_COLOUR)
    reader.expect(*([_FRUIT] if kind else [_COLOUR, _FRUIT]), instead='a colour, "fruit" or "fruits"')
    return Collect(0 if bound == "most" else number, WITHOUT_END if bound == "least" else number, kind)


def _read_number(reader: Reader) -> int:
    word = "" if reader.ended else reader.words[reader.at]
    if not re.fullmatch(r"[0-9]{1,9}", word) and word not in _NUMBER:
        reader.fail("this does not parse: expected a number such as 3")
    reader.at += 1
    return _NUMBER[word] if word in _NUMBER else int(word)


def _read_kind(reader: Reader) -> str:
    return reader.expect(_COLOUR, instead=f"a colour: {', '.join(KINDS)}")


def _read_place(reader: Reader) -> str:
    if reader.stands(_PLACE):
        return reader.take(_PLACE)
    reader.at += not reader.ended and reader.words[reader.at] == "the"
    said = "" if reader.ended else reader.words[reader.at]
    near = difflib.get_close_matches(said, PLACES, n=2)
    remedy = f"nearest: {' or '.join(near)}" if near else f"the places are {', '.join(PLACES)}"
    reader.fail(f"there is no place '{said}'" if said else "this does not parse: expected a place", remedy=remedy)


def _read_extent(reader: Reader) -> Explore:
    extent, known = reader.take(_EXTENT) or "", set()
    if reader.take(_BEYOND):
        known.add(_read_place(reader))
        while reader.stands(_AND_PLACE):
            known.add(reader.take(_AND_PLACE))
    return Explore(extent, tuple(place for place in PLACES if place in known))


def _read_animal(reader: Reader) -> MoveLike:
    animal, heading, ahead = reader.expect(_ANIMAL, instead=f"an animal: {', '.join(ANIMALS)}"), None, 0
    if animal == "moth" and reader.take(_HEADING):
        heading = reader.expect(_WAY, instead='a way, such as "north-east"')
    if animal != "mouse" and reader.stands(_WITH) and _is_number(reader, reader.at + 1):
        reader.take(_WITH)
        ahead = _read_number(reader) * reader.expect(_AHEAD, instead='"to spare" or "to make up"')
    return MoveLike(animal, ahead, heading)


def _is_number(reader: Reader, at: int) -> bool:
    """Whether a number stands at a place, as in "with 2 to spare"; a hint may begin with "with", too."""
    return at < len(reader.words) and (reader.words[at].isdecimal() or reader.words[at] in _NUMBER)


SLOTS: dict[str, Callable[[Reader], Any]] = {
    "amount": _read_amount,
    "number": _read_number,
    "kind": _read_kind,
    "place": _read_place,
    "extent": _read_extent,
    "animal": _read_animal,
}


def say_extent(one: Explore) -> str:
    """The words that _read_extent reads back."""
    beyond = f"beyond {' and '.join(f'the {place}' for place in one.known)}" if one.known else ""
    return " ".join(filter(None, [one.extent, beyond]))


def say_animal(one: MoveLike) -> str:
    """The words that _read_animal reads back."""
    heading = f"heading {one.heading}" if one.heading else ""
    ahead = f"with {abs(one.ahead)} to {'spare' if one.ahead > 0 else 'make up'}" if one.ahead else ""
    return " ".join(filter(None, [one.animal, heading, ahead]))
