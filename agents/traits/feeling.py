"""Feeling, where there are marks: whether an agent perceives a mark on itself, and then washes."""

from typing import ClassVar

import numpy as np

from agents.traits.trait import Trait


class Feeling(Trait):
    """A sense of one's own body; the marks of others anybody sees."""

    name = "feeling"
    pace = 4
    everywhere = False
    wordings: ClassVar = {
        "numb": (
            "does not feel a mark on itself", "numb", "never notices a mark on itself", "with numb skin", "is numb",
        ),
        "feels": (
            "feels a mark on itself", "sensitive", "notices a mark on itself", "with sensitive skin", "is sensitive",
        ),
    }  # fmt: skip

    def values(self, orchard, policy):
        return tuple(self.wordings) if orchard.marks else ()

    def columns(self, index, orchard, policy):
        return {"feels": np.maximum(index, 0)}


FEELING = Feeling()
