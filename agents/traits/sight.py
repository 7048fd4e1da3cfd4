"""Sight: near or far. It bounds how far an agent sees, as a Chebyshev radius that the world sets (`sights`)."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from agents.traits.trait import Trait
from worlds import FunhouseError
from worlds.harmless import harmless


class Sight(Trait):
    """The radius that an agent sees to; walls block all sights."""

    name = "sight"
    pace = 1
    in_kind = True
    wordings: ClassVar = {
        "near": ("near-sighted", "short-sighted", "sees only what is close", "with short sight", "is near-sighted"),
        "far": ("far-sighted", "long-sighted", "sees what is far away", "with long sight", "is far-sighted"),
    }

    def columns(self, index, orchard, policy):
        return {"sight": np.where(index < 0, 1, index).astype(np.int8)}  # nobody is near-sighted without the trait


SIGHT = Sight()
SIGHTS = tuple(Sight.wordings)


def sight_of(type: Mapping[str, str]) -> int:
    """The index of a type's sight among SIGHTS: far in a world without the trait. Raises FunhouseError for another."""
    sight = type.get("sight", "far")
    if sight not in SIGHTS:
        remedy = f"restore a copy of the log: a sight is {' or '.join(SIGHTS)}"
        raise FunhouseError(f"there is no sight '{harmless(sight)}'", remedy=remedy)
    return SIGHTS.index(sight)
