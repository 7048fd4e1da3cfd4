"""Whole numbers that count something: an episode, a step, a scale."""

import operator
from typing import Any

from worlds.errors import FunhouseError
from worlds.schema import shown


def whole(value: Any, what: str, remedy: str, place: str | None = None) -> int:
    """The value as Python's own integer. Raises FunhouseError, naming the value and the remedy, where it is none: a
    float is not rounded, nor a text read."""
    try:
        return operator.index(value)
    except TypeError:
        raise FunhouseError(f"{what} = {shown(value)} is no whole number", place=place, remedy=remedy) from None
