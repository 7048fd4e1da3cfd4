"""A type, one value of each trait, and a space of all such types: the product of the traits, the last fastest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

import numpy as np

from agents.language.description import parse_description, say_description
from agents.traits import BY_NAME
from worlds import FunhouseError


class AgentType(Mapping[str, str]):
    """One type, {trait: value} in the order of the traits; a value is also an attribute, `one.taste`."""

    def __init__(self, **values: str) -> None:
        self._values = values

    def __getitem__(self, trait: str) -> str:
        return self._values[trait]

    def __getattr__(self, trait: str) -> str:
        if trait.startswith("_") or trait not in self._values:
            raise AttributeError(f"a type here has no {trait}")
        return self._values[trait]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return f"AgentType({', '.join(f'{trait}={value!r}' for trait, value in self.items())})"

    def describe(self, paraphrase: int = 0) -> str:
        """The type in words; 0 is the canonical text. Nothing is left open."""
        return say_description({trait: BY_NAME[trait].told(value) for trait, value in self.items()}, paraphrase)

    def to_dict(self) -> dict[str, str]:
        """{trait: value}, in the order of the traits."""
        return dict(self._values)


class ProductSpace:
    """Every type that {trait: values} make, in the posterior's order; each trait is one of agents.traits.BY_NAME."""

    world: str  # see agents.reasoning.Space, as for the rest

    def __init__(self, traits: Mapping[str, tuple[str, ...]]) -> None:
        self.traits = dict(traits)
        self.types = [
            AgentType(**dict(zip(self.traits, values, strict=True))) for values in product(*self.traits.values())
        ]
        self._index = {one: k for k, one in enumerate(self.types)}

    @property
    def held_out(self) -> np.ndarray:
        """(k,) bool: the types that never occur in training."""
        raise NotImplementedError

    @property
    def odds(self) -> np.ndarray:
        """(k,) int64: how common the types are, one to another."""
        return np.ones(len(self), np.int64)

    def believed(self, seen_alone: bool) -> np.ndarray:
        """(k,) int64: the odds of the types that agents believe in, all or those alone that training sees; 0: not in
        these."""
        return np.where(self.held_out, 0, self.odds) if seen_alone else self.odds

    def __len__(self) -> int:
        return len(self.types)

    def __getitem__(self, k: int) -> AgentType:
        return self.types[k]

    def __iter__(self) -> Iterator[AgentType]:
        return iter(self.types)

    def index(self, one: AgentType | Mapping[str, str]) -> int:
        """The place of a type, given as such or as {trait: value}. Raises FunhouseError if it is not here."""
        wanted = one if isinstance(one, AgentType) else AgentType(**one)
        if wanted not in self._index:
            raise FunhouseError(
                f"{wanted} is none of the {len(self)} types of this world",
                place="TypeSpace.index",
                remedy=f"the traits here are {self._listed()}",
            )
        return self._index[wanted]

    def consistent(self, description: str | Mapping[str, str]) -> np.ndarray:
        """(k,) bool: the types that a description allows, given in words or as {trait: value}.

        A taste is the beginning of a ranking, "red" or "red>blue". Raises FunhouseError if no type is left.
        """
        traits = parse_description(description) if isinstance(description, str) else description
        mask = np.array([_fits(one, traits) for one in self.types])
        if not mask.any():
            raise FunhouseError(
                f"no type of this world is {say_description(traits)}",
                place=str(description),
                remedy=f"the traits here are {self._listed()}",
            )
        return mask

    def _listed(self) -> str:
        return "; ".join(f"{trait}: {', '.join(values)}" for trait, values in self.traits.items())

    @cached_property
    def descriptions(self) -> list[str]:
        """[k] every type in its canonical words."""
        return [one.describe() for one in self.types]

    @cached_property
    def trait_index(self) -> np.ndarray:
        """(k, traits) int8: the index of each type's value of each trait that the world has."""
        return np.array(list(product(*(range(len(v)) for v in self.traits.values()))), dtype=np.int8)


def _fits(one: AgentType, said: Mapping[str, str]) -> bool:
    """Whether a type has every trait that is named, as far as it is named."""
    return all(trait in one and BY_NAME[trait].fits(one[trait], value) for trait, value in said.items())
