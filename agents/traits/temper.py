"""Temper: what nearness to another agent that is seen now is worth."""

from typing import ClassVar

import numpy as np

from agents.traits.trait import Trait


class Temper(Trait):
    """Company pushes a shy agent away and pulls a sociable one as much: the policy's `temper`."""

    name = "temper"
    pace = 3
    wordings: ClassVar = {
        "shy": ("keeps to itself", "shy", "avoids company", "solitary", "is shy"),
        "neutral": (
            "is indifferent to company", "neutral", "does not mind company", "indifferent", "is neutral",
        ),
        "sociable": ("seeks company", "sociable", "enjoys company", "friendly", "is sociable"),
    }  # fmt: skip

    def columns(self, index, orchard, policy):
        push = np.array([-policy.temper, 0.0, policy.temper])
        return {"temper": np.where(index < 0, 1, index).astype(np.int8), "push": push}


TEMPER = Temper()
