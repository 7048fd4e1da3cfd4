"""Prompts and descriptions as token numbers; in the place of a name stands a code, that of whom it names."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from agents.language.prompt import VOCABULARY, tokens
from agents.language.wish_wordings import NUMBERS, SPELLINGS
from agents.language.wishes import WISH_WORDS, wish_tokens

PAD, NAME, DESCRIBE, BLANK = range(4)
NOBODY = -1  # of a word that names nobody
# Of wishes: words read as others.
_SAME = {**{word: str(number) for number, word in enumerate(NUMBERS)}, **SPELLINGS, "fruit": "fruits"}


class Words:
    """The closed set of words that prompts and descriptions are made of."""

    def __init__(self, words: Sequence[str] = VOCABULARY):
        self.words = tuple(words)
        self._number = {word: 4 + k for k, word in enumerate(self.words)}
        self.wishes = set(WISH_WORDS) <= set(self.words)  # whether wishes can be read with it

    def __len__(self) -> int:
        return 4 + len(self.words)

    def read(self, text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The numbers of the words of a text that parses, and the names among them in their order: whatever is no word
        of the set."""
        return _read(self, text)


@lru_cache(maxsize=200_000)
def _read(words: Words, text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    said = [_SAME.get(word, word) for word in wish_tokens(text)] if words.wishes else tokens(text)
    numbers = tuple(words._number.get(word, NAME) for word in said)
    return numbers, tuple(word for word, number in zip(said, numbers, strict=True) if number == NAME)


class Vocabulary(Words):
    """The words as the mind reads them: names are resolved to whom they name. A word that is neither, as of a member of
    a bank that training never held, is BLANK."""

    def encode(self, text: str) -> tuple[int, ...]:
        """The numbers of the words of a description, which names nobody."""
        return self.prompt(text, ())[0]

    def prompt(self, text: str, names: Sequence[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The numbers of a prompt's words, and of each the index of the agent that it names, NOBODY of other words."""
        return _pointed(self, text, tuple(names))


@lru_cache(maxsize=200_000)
def _pointed(words: Words, text: str, names: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    numbers, named = words.read(text)
    rest = iter(named)
    who = [next(rest) if number == NAME else None for number in numbers]
    known = [BLANK if name is not None and name not in names else n for name, n in zip(who, numbers, strict=True)]
    return tuple(known), tuple(names.index(name) if name in names else NOBODY for name in who)


def padded(rows: Sequence[Sequence[int]], width: int, fill: int = PAD) -> np.ndarray:
    """(rows, width) int64, padded at the end."""
    out = np.full((len(rows), width), fill, np.int64)
    for k, row in enumerate(rows):
        out[k, : len(row)] = row
    return out
