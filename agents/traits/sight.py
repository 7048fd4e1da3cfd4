"""Sight: near or far. It bounds how far an agent sees, as a Chebyshev radius that the world sets (`sights`)."""

from typing import ClassVar

from agents.traits.trait import Trait


class Sight(Trait):
    """The radius that an agent sees to; walls block all sights."""

    name = "sight"
    pace = 1
    wordings: ClassVar = {
        "near": ("near-sighted", "short-sighted", "sees only what is close", "with short sight", "is near-sighted"),
        "far": ("far-sighted", "long-sighted", "sees what is far away", "with long sight", "is far-sighted"),
    }

    def columns(self, index, orchard, policy):
        return {"sight": index}


SIGHT = Sight()
SIGHTS = tuple(Sight.wordings)
