"""The traits: what makes an agent who it is, a file each. This page is their registry, and has their two orders."""

from agents.traits.blindness import BLINDNESS
from agents.traits.feeling import FEELING
from agents.traits.manner import MANNER
from agents.traits.memory import MEMORY
from agents.traits.sight import SIGHT
from agents.traits.taste import TASTE
from agents.traits.temper import TEMPER
from agents.traits.trait import Trait

TRAITS: tuple[Trait, ...] = (TASTE, SIGHT, BLINDNESS, MEMORY, TEMPER, MANNER, FEELING)
"""In the order of types and of every posterior, the last running fastest."""

SPOKEN: tuple[Trait, ...] = (SIGHT, MEMORY, TASTE, BLINDNESS, TEMPER, MANNER, FEELING)
"""In the order in which a description says them."""

BY_NAME = {trait.name: trait for trait in TRAITS}

__all__ = ["BY_NAME", "SPOKEN", "TRAITS", "Trait"]
