"""How a space of types reads here: by its traits, and by who can have which type."""

import numpy as np

from agents.reasoning import Space
from agents.registry import world_of


def trait_values(space: Space) -> np.ndarray:
    """(v, k) float64: which types have each value of each trait, in the order of space.traits."""
    values = [np.arange(len(values))[:, None] for values in space.traits.values()]
    return np.concatenate([own == value for own, value in zip(space.trait_index.T, values, strict=True)]).astype(float)


def members_of(space: Space, species: int) -> np.ndarray:
    """(k,) bool: the types that an agent of a species can have."""
    return world_of(space).members(space, species)


def prior_of(space: Space, species: int, seen_alone: bool = False) -> np.ndarray:
    """(k,) float64: what is known of an agent of a species before it is seen: by the odds of the types it can have.

    seen_alone: by those who believe in the types alone that training sees.
    """
    odds = members_of(space, species) * space.believed(seen_alone)
    return odds / odds.sum()
