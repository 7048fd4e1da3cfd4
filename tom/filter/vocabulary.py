"""Prompts and personas as token numbers. All names share one token: they are pointers, resolved by the relations."""

from tom.tokens.words import BLANK, DESCRIBE, NAME, PAD, Words

__all__ = ["BLANK", "DESCRIBE", "NAME", "PAD", "Vocabulary"]


class Vocabulary(Words):
    """The words as the filter reads them."""

    def encode(self, text: str) -> tuple[int, ...]:
        """The token numbers of a text that parses."""
        return self.read(text)[0]
