"""Every constant of the policy, and which traits a world's agents differ in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Interval, Len

from agents.traits import BY_NAME
from worlds import KINDS, FunhouseError, schema
from worlds.orchard.config import MOST_STEPS

LARGEST_EXPONENT = 300.0  # of β·Q: twice this, and its negative, still fit a float64
# Settings that are written down only where they are others: worlds of an earlier kind have none of them.
OPTIONS: dict[str, Any] = {"traits": ("taste", "sight", "memory", "temper"), "value": "nearest", "manners": (1, 1)}
Odd = Annotated[int, Interval(ge=1, le=100)]


def _known(traits: tuple[str, ...]) -> bool:
    return "taste" in traits and len(set(traits)) == len(traits) and set(traits) <= set(BY_NAME) - {"feeling"}


@dataclass(frozen=True)
class PolicyConfig:
    """Every constant of the policy. Raises FunhouseError, naming the field, where a value makes no policy."""

    # worth of the first, a middle and the last kind; or, where there are as many, of each kind in the order of a taste
    weights: Annotated[tuple[float, ...], Len(3, len(KINDS))] = (1.0, 0.25, -1.0)
    beta: Annotated[float, Ge(0)] = 30.0  # decisiveness: the inverse temperature of the softmax
    gamma: Annotated[float, Interval(gt=0, lt=1)] = 0.8  # discount per step of walking
    # probability spread evenly over all actions, so that each is possible
    floor: Annotated[float, Interval(gt=0, le=1)] = 0.05
    window: Annotated[int, Interval(ge=1, le=MOST_STEPS)] = 8  # steps that a retentive agent remembers, now included
    temper: float = 0.6  # pull of company on a sociable agent; a shy one is pushed as much
    # tastes: the rotations of the colour order, all of its orders, or the favourite alone, the others following round
    # the wheel of colours
    rankings: Annotated[str, schema.one_of("cyclic", "all", "wheel")] = "cyclic"
    # what the world's agents differ in, of agents.traits; feeling is there where there are marks
    traits: Annotated[tuple[str, ...], schema.Needs(_known, "names of traits, taste among them")] = OPTIONS["traits"]
    value: Annotated[str, schema.one_of("nearest", "sum")] = "nearest"  # of fruits of a kind: the nearest, or all
    # how common plain and exaggerating manners are, one to the other, where the world has them
    manners: tuple[Odd, Odd] = OPTIONS["manners"]

    OPTIONAL = tuple(OPTIONS)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple(float(weight) for weight in self.weights))
        object.__setattr__(self, "traits", tuple(self.traits))
        object.__setattr__(self, "manners", tuple(self.manners))
        schema.check(self, "policy")
        if self.beta * (max(map(abs, self.weights)) + abs(self.temper)) > LARGEST_EXPONENT:
            what = f"beta = {self.beta:g} is too decisive to compute with"
            raise FunhouseError(what, remedy="choose a smaller beta")

    def to_dict(self) -> dict:
        """The fields as JSON values (tuples become lists); an option that is off is left out."""
        values = {**dataclasses.asdict(self), "weights": list(self.weights)}
        kept = {name: value for name, value in values.items() if value != OPTIONS.get(name, ...)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}

    @classmethod
    def from_dict(cls, values: Mapping) -> PolicyConfig:
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)
