"""Reading words: phrases looked up by longest match, and errors with a caret under the offending word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, NoReturn

from worlds import FunhouseError

# Punctuation and quotes say nothing here; a hyphen or an apostrophe belongs to its word.
_WORD = re.compile(r"[^\s,.;:!?\"“”()]+")


class Word(NamedTuple):
    """One word and where it stands: text[start:stop], in characters."""

    text: str
    start: int
    stop: int


class Lexicon:
    """Phrases (given as strings of words) and what each one means."""

    def __init__(self, meanings: Mapping[str, Any]) -> None:
        self.meaning = {tuple(phrase.split()): meaning for phrase, meaning in meanings.items()}
        self.longest = max(map(len, self.meaning), default=0)
        self.words = {word for phrase in self.meaning for word in phrase}

    def add(self, meanings: Mapping[str, Any]) -> None:
        """More phrases."""
        more = Lexicon(meanings)
        self.meaning |= more.meaning
        self.longest = max(self.longest, more.longest)
        self.words |= more.words

    def match(self, words: list[str], at: int) -> tuple[str, ...] | None:
        """The longest phrase that stands at place `at`, or None."""
        for length in range(min(self.longest, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + length])
            if phrase in self.meaning:
                return phrase
        return None

    def beginnings(self, words: list[str], at: int) -> tuple[int, list[str]]:
        """How many words some phrase shares from `at` on, and what such phrases would have said next."""
        shared = {phrase: _shared(phrase, words[at:]) for phrase in self.meaning}
        most = max(shared.values())
        nearest = [phrase for phrase, count in shared.items() if count == most]
        return most, list(dict.fromkeys(" ".join(phrase[most:]) for phrase in nearest if len(phrase) > most))


class Reader:
    """A place in a text, moved on by reading. `words` are in lower case, `said` has them as written."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.said = [Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]
        self.words = [word.text.lower() for word in self.said]
        self.at = 0

    @property
    def ended(self) -> bool:
        """Whether every word has been read."""
        return self.at == len(self.words)

    def stands(self, lexicon: Lexicon) -> bool:
        """Whether a phrase of the lexicon comes next."""
        return lexicon.match(self.words, self.at) is not None

    def take(self, lexicon: Lexicon) -> Any:
        """Read the longest phrase of the lexicon and return its meaning, or None if there is none here."""
        phrase = lexicon.match(self.words, self.at)
        if phrase is None:
            return None
        self.at += len(phrase)
        return lexicon.meaning[phrase]

    def expect(self, *lexicons: Lexicon, instead: str | None = None) -> Any:
        """As take, with the first lexicon that fits. Raises FunhouseError where none does (see fail)."""
        for lexicon in lexicons:
            if self.stands(lexicon):
                return self.take(lexicon)
        self.reject(*lexicons, instead=instead)

    def reject(self, *lexicons: Lexicon, instead: str | None = None) -> NoReturn:
        """Raise FunhouseError at the first word with which no phrase goes on; `instead` is what was due."""
        tried = [lexicon.beginnings(self.words, self.at) for lexicon in lexicons]
        most = max(count for count, _ in tried)
        self.at += most
        following = either(phrase for count, phrases in tried if count == most for phrase in phrases)
        self.fail(f"this does not parse: expected {following if most or instead is None else instead}")

    def fail(self, what: str, *, start: int | None = None, remedy: str | None = None) -> NoReturn:
        """Raise FunhouseError with carets under the words from `start` on, or under the next word."""
        first = self.at if start is None else start
        last = self.at if start is None else self.at - 1
        begin = self.said[first].start if first < len(self.said) else len(self.text)
        stop = self.said[last].stop if last < len(self.said) else begin + 1
        place = f"\n    {_flat(self.text)}\n    {' ' * begin}{'^' * (stop - begin)}"
        raise FunhouseError(what, place=place, remedy=remedy)


def either(phrases: Iterable[str], most: int = 4) -> str:
    """The phrases in quotes with an "or" before the last, cut to the first few."""
    quoted = [f'"{phrase}"' for phrase in phrases]
    if len(quoted) > most:
        return f"{', '.join(quoted[:most])}, …"
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def _shared(phrase: tuple[str, ...], words: list[str]) -> int:
    """How many first words two phrases share."""
    same = [one == other for one, other in zip(phrase, words, strict=False)]
    return same.index(False) if False in same else len(same)


def _flat(text: str) -> str:
    """The text on one line, every character keeping its column."""
    return re.sub(r"\s", " ", text)
