"""What makes an agent who it is, one value of each trait of its world, and the space of all such types.

The order of the types is fixed, and is that of every posterior: the product of the traits in the order of
agents.traits, the last fastest; docs/theory.md says what each constant does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Annotated, Any, NamedTuple

import numpy as np
from annotated_types import Ge, Interval

from agents.description import parse_description, say_description
from agents.traits import BY_NAME, TRAITS
from agents.traits.sight import SIGHTS
from worlds import FunhouseError, OrchardConfig, schema
from worlds.config import MOST_STEPS

LARGEST_EXPONENT = 300.0  # of β·Q: twice this, and its negative, still fit a float64
FEELS = len(SIGHTS)  # in a number for the senses: the index of their sight, and this where they feel a mark on oneself


@dataclass(frozen=True)
class PolicyConfig:
    """Every constant of the policy. Raises FunhouseError, naming the field, where a value makes no policy."""

    weights: tuple[float, float, float] = (1.0, 0.25, -1.0)  # worth of the first, a middle and the last kind
    beta: Annotated[float, Ge(0)] = 30.0  # decisiveness: the inverse temperature of the softmax
    gamma: Annotated[float, Interval(gt=0, lt=1)] = 0.8  # discount per step of walking
    # probability spread evenly over all actions, so that each is possible
    floor: Annotated[float, Interval(gt=0, le=1)] = 0.05
    window: Annotated[int, Interval(ge=1, le=MOST_STEPS)] = 8  # steps that a retentive agent remembers, now included
    temper: float = 0.6  # pull of company on a sociable agent; a shy one is pushed as much
    # tastes: the rotations of the colour order, or all of its orders
    rankings: Annotated[str, schema.one_of("cyclic", "all")] = "cyclic"

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple(float(weight) for weight in self.weights))
        schema.check(self, "policy")
        if self.beta * (max(map(abs, self.weights)) + abs(self.temper)) > LARGEST_EXPONENT:
            what = f"beta = {self.beta:g} is too decisive to compute with"
            raise FunhouseError(what, remedy="choose a smaller beta")

    def to_dict(self) -> dict:
        """The fields as JSON values (tuples become lists)."""
        return {**dataclasses.asdict(self), "weights": list(self.weights)}

    @classmethod
    def from_dict(cls, values: Mapping) -> PolicyConfig:
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)


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


class TypeTable(NamedTuple):
    """The type space as arrays for compiled kernels; k types."""

    taste: np.ndarray  # (k,) int8, row of `weight`
    sight: np.ndarray  # (k,) int8, index into OrchardConfig.sights: 0 near, 1 far
    memory: np.ndarray  # (k,) int8, index into `window`: 0 forgetful, 1 retentive
    temper: np.ndarray  # (k,) int8, index into `push`: 0 shy, 1 neutral, 2 sociable
    senses: np.ndarray  # (k,) int8, sight, and FEELS more where a mark on itself is felt
    weight: np.ndarray  # (tastes, kinds) float64, worth of a fruit
    push: np.ndarray  # (3,) float64, worth of company
    window: np.ndarray  # (2,) int64, steps remembered, now included
    beta: float
    gamma: float
    floor: float


class TypeSpace:
    """All types of a world, in the posterior's order. Built from the two configurations, and nothing else."""

    def __init__(self, orchard: OrchardConfig, policy: PolicyConfig | None = None) -> None:
        self.orchard, self.policy = orchard, policy or PolicyConfig()
        every = {trait.name: trait.values(orchard, self.policy) for trait in TRAITS}
        self.traits = {name: values for name, values in every.items() if values}
        self.types = [
            AgentType(**dict(zip(self.traits, values, strict=True))) for values in product(*self.traits.values())
        ]
        self._index = {one: k for k, one in enumerate(self.types)}

    def __len__(self) -> int:
        return len(self.types)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeSpace) and (self.orchard, self.policy) == (other.orchard, other.policy)

    def __hash__(self) -> int:
        return hash((self.orchard, self.policy))

    def __getitem__(self, k: int) -> AgentType:
        return self.types[k]

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

    @cached_property
    def held_out(self) -> np.ndarray:
        """(k,) bool: the sixth of the types that never occurs in training.

        A Latin square over taste and temper, crossed with a parity over taste, sight and memory: each value
        of a trait and each pair of values of two traits still occurs among the types that are seen. Feeling has no
        part in it: of a held-out type neither who feels nor who is numb is seen.
        """
        taste, sight, memory, temper = (self._index_of(name) for name in ("taste", "sight", "memory", "temper"))
        return ((taste + temper) % 3 == 0) & ((taste + sight + memory) % 2 == 0)

    @cached_property
    def table(self) -> TypeTable:
        """The arrays that kernels read."""
        policy = self.policy
        columns: dict[str, Any] = {}
        for trait in TRAITS:
            columns |= trait.columns(self._index_of(trait.name), self.orchard, policy)
        senses = columns["sight"] + FEELS * columns.pop("feels")
        return TypeTable(
            **columns, senses=senses, beta=float(policy.beta), gamma=float(policy.gamma), floor=float(policy.floor)
        )

    def _index_of(self, name: str) -> np.ndarray:
        """(k,) int8: the index of each type's value of a trait, 0 where the world has no such trait."""
        if name not in self.traits:
            return np.zeros(len(self), np.int8)
        return np.ascontiguousarray(self.trait_index[:, list(self.traits).index(name)])


def _fits(one: AgentType, said: Mapping[str, str]) -> bool:
    """Whether a type has every trait that is named, as far as it is named."""
    return all(trait in one and BY_NAME[trait].fits(one[trait], value) for trait, value in said.items())
