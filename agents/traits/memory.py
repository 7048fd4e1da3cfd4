"""Memory: an agent acts on what it sees now, or on the latest view of each cell in the last steps."""

from typing import ClassVar

import numpy as np

from agents.traits.trait import Trait


class Memory(Trait):
    """How many steps an agent remembers, by the clock, now included: 1, or the policy's `window`."""

    name = "memory"
    pace = 2
    in_kind = True
    wordings: ClassVar = {
        "forgetful": (
            "forgetful", "absent-minded", "forgets what it saw", "with a short memory", "is forgetful",
        ),
        "retentive": ("retentive", "mindful", "remembers what it saw", "with a long memory", "is retentive"),
    }  # fmt: skip

    def columns(self, index, orchard, policy):
        return {"memory": np.maximum(index, 0), "window": np.array([1, policy.window], dtype=np.int64)}


MEMORY = Memory()
