"""The partial descriptions that roles are drawn from, such as "a far-sighted agent that seeks company"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations, product

import numpy as np

from agents.language.description import say_description
from agents.product_space import ProductSpace
from agents.traits import BY_NAME

NAMED = (0.45, 0.35, 0.15, 0.05)  # odds that a description names one, two, three or four traits

Traits = tuple[tuple[str, str], ...]


class DescriptionBank:
    """Every description that a role may use, with the odds of drawing it; d descriptions, k types."""

    def __init__(self, space: ProductSpace) -> None:
        odds: dict[Traits, float] = {}
        total = int(space.odds.sum())
        for one, common in zip(space.types, space.odds.tolist(), strict=True):
            for traits, chance in _partial(one.to_dict()):
                odds[traits] = odds.get(traits, 0.0) + chance * common / total
        self.texts = [say_description(dict(traits)) for traits in odds]
        self.mask = np.array([space.consistent(dict(traits)) for traits in odds])  # (d, k) bool
        self.odds = np.array(list(odds.values()))  # (d,) float64
        self.in_training = (self.mask & ~space.held_out).any(axis=1)  # (d,) bool

    def cumulative(self, split: str) -> np.ndarray:
        """(d,) float64 running sum of the odds; in training no description is of held-out types only."""
        odds = np.cumsum(np.where(self.in_training, self.odds, 0.0) if split == "train" else self.odds)
        return odds / odds[-1]


@lru_cache(maxsize=16)
def bank_of(space: ProductSpace) -> DescriptionBank:
    """The bank of a type space, made once."""
    return DescriptionBank(space)


def meant(fits: np.ndarray, believed: np.ndarray) -> np.ndarray:
    """Which type is meant by each of some descriptions that fit types (d, k) bool: (d, k) float64.

    By the odds (k,) at which types are believed in; where none of these fits, any that does.
    """
    among = fits * believed
    among = np.where(among.any(1, keepdims=True), among, fits)
    return among / among.sum(1, keepdims=True)


def _partial(one: Mapping[str, str]) -> Iterator[tuple[Traits, float]]:
    """Each choice of traits that a type could be described by, with the chance of that choice."""
    for count, share in enumerate(NAMED, start=1):
        choices = list(combinations(one, count))
        for choice in choices:
            parts = [[(trait, value) for value in BY_NAME[trait].partial(one[trait])] for trait in choice]
            said = list(product(*parts))
            for traits in said:
                yield traits, share / len(choices) / len(said)
