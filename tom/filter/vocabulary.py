"""Prompts and personas as token numbers. All names share one token: they are pointers, resolved by the relations."""

from collections.abc import Sequence
from functools import lru_cache

from agents.language.prompt import VOCABULARY, tokens

PAD, NAME, DESCRIBE, BLANK = range(4)


class Vocabulary:
    """The closed set of words that prompts and descriptions are made of."""

    def __init__(self, words: Sequence[str] = VOCABULARY):
        self.words = tuple(words)
        self._number = {word: 4 + k for k, word in enumerate(self.words)}

    def __len__(self) -> int:
        return 4 + len(self.words)

    def encode(self, text: str) -> tuple[int, ...]:
        """The token numbers of a text that parses; every word outside the vocabulary is a name."""
        return _encode(self, text)


@lru_cache(maxsize=200_000)
def _encode(vocabulary: Vocabulary, text: str) -> tuple[int, ...]:
    return tuple(vocabulary._number.get(word, NAME) for word in tokens(text))
