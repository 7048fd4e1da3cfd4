"""How a space of types reads here: by its traits, and by who can have which type.

The orchard's is a product of traits that anybody can have. A bank's type is a member, a policy that only agents of
its species can follow: one trait, with the members for values.
"""

import numpy as np

from agents.agent_type import TypeSpace
from agents.answer import AnySpace

POLICY = "policy"  # the only trait of somebody whose type is a member of a bank


def trait_values(space: AnySpace) -> np.ndarray:
    """(v, k) float64: which types have each value of each trait, in the order of space.traits."""
    values = [np.arange(len(values))[:, None] for values in space.traits.values()]
    return np.concatenate([own == value for own, value in zip(space.trait_index.T, values, strict=True)]).astype(float)


def members_of(space: AnySpace, species: int) -> np.ndarray:
    """(k,) bool: the types that an agent of a species can have."""
    if isinstance(space, TypeSpace):
        return np.ones(len(space), bool)
    return np.asarray(space.species) == species


def prior_of(space: AnySpace, species: int) -> np.ndarray:
    """(k,) float64: uniform over the types that an agent of a species can have."""
    fits = members_of(space, species)
    return fits / fits.sum()
