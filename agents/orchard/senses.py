"""The senses of a world's types: how far one sees, which kinds of fruit, and whether one feels a mark on oneself.

What two kinds of senses in one body both reveal is again what senses reveal, if not those of any type: so they are
closed under `meet`, and a number stands for each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

EVERY = -1  # all kinds, as bits
Code = tuple[int, int, int]  # feels, sight, and the kinds seen, as bits


class Senses(NamedTuple):
    """All senses, c of them: first the `base` that some type has, then what meets of them add."""

    sight: np.ndarray  # (c,) int64: index into OrchardConfig.sights
    feels: np.ndarray  # (c,) int64: 1 where a mark on oneself is felt
    kinds: np.ndarray  # (c,) int64: bit k is set where fruits of kind k are seen
    meet: np.ndarray  # (c, c) int64: what two of them both reveal
    base: int
    widest: int  # those that miss nothing that any type's reveal

    def shown(self, senses: int) -> int:
        """The kinds that some senses show, as bits; EVERY where that is all of them."""
        kinds = int(self.kinds[senses])
        return EVERY if kinds == int(np.bitwise_or.reduce(self.kinds)) and (kinds + 1) & kinds == 0 else kinds


def senses_of(sight: np.ndarray, feels: np.ndarray, blind: np.ndarray, kinds: int) -> tuple[np.ndarray, Senses]:
    """Each type's senses (k,) int8, and what they are; sight, feels, blind (k,), blind -1 where nothing is missed."""
    every = (1 << kinds) - 1
    seen = np.where(blind < 0, every, every & ~(1 << np.maximum(blind, 0).astype(np.int64)))
    mine: list[Code] = [(int(f), int(s), int(m)) for s, f, m in zip(sight, feels, seen, strict=True)]
    own = sorted(set(mine), key=lambda code: (*code[:2], -code[2]))
    feeling, farthest, shown = (int(np.bitwise_or.reduce([code[part] for code in own])) for part in range(3))
    widest = (feeling, farthest, shown)
    codes = list(dict.fromkeys([*own, widest]))
    for one, other in ((a, b) for a in codes for b in codes):  # the list grows as it is gone through
        if (both := _met(one, other)) not in codes:
            codes.append(both)
    meet = [[codes.index(_met(one, other)) for other in codes] for one in codes]
    felt, sighted, bits = (np.array(part, np.int64) for part in zip(*codes, strict=True))
    found = Senses(sighted, felt, bits, np.array(meet, np.int64), len(own), codes.index(widest))
    return np.array([codes.index(code) for code in mine], np.int8), found


def _met(one: Code, other: Code) -> Code:
    return one[0] & other[0], one[1] & other[1], one[2] & other[2]
