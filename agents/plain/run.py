"""The settings of a run in a world of one's own, and the types of its agents."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, ClassVar

import numpy as np

from agents.language.description import learn
from agents.plain.places import Places, told_of
from agents.population import PopulationConfig, check_run
from agents.product_space import ProductSpace
from worlds import FunhouseError, schema
from worlds.arena.loading import load
from worlds.log.document import Seed, Split
from worlds.plain.config import PlainConfig
from worlds.trust import trust


class PlainSpace(ProductSpace):
    """The types of a world of one's own. Raises FunhouseError where its traits, or what they let one see, make none."""

    world = "plain"

    def __init__(self, rules: Places) -> None:
        self.rules = rules
        for trait in rules.traits:
            learn(trait)
        super().__init__({trait.name: tuple(trait.wordings) for trait in rules.traits})
        if self.held_out.all():
            raise FunhouseError("every type is held out", place=type(rules).__name__, remedy="hold out fewer")
        with told_of(rules, "view"):
            shown = [[rules.view(one, place) for place in range(rules.places)] for one in self.types]
            self.view = np.array(shown, bool).reshape(len(self), rules.places, rules.places)
            if not self.view[:, np.arange(rules.places), np.arange(rules.places)].all():
                raise ValueError("somebody does not see its own place")

    @cached_property
    def held_out(self) -> np.ndarray:
        """(k,) bool: as the world says. Raises FunhouseError where it names what is no type."""
        with told_of(self.rules, "held_out"):
            chosen = [self.index(dict(zip(self.traits, one, strict=True))) for one in self.rules.held_out]
        return np.isin(np.arange(len(self)), chosen)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlainSpace) and self.rules == other.rules

    def __hash__(self) -> int:
        return hash(self.rules)


@dataclass(frozen=True)
class PlainRun:
    """Everything that a run's episodes depend on.

    Raises FunhouseError where the world is not trusted, cannot be had, or is another than `plain` says.
    """

    plain: PlainConfig
    population: PopulationConfig = field(default_factory=partial(PopulationConfig, believed="auto"))
    seed: Seed = 0
    split: Split = "train"
    world: ClassVar[str] = "plain"

    def __post_init__(self) -> None:
        check_run(self.seed, self.split)
        here, there = config_of(self.plain.world, self.plain.arguments).to_dict(), self.plain.to_dict()
        for name, value in here.items():
            if value != there[name]:
                what = f"{self.plain.world} has {name} = {value!r} here, and {there[name]!r} is told of it"
                raise FunhouseError(what, remedy="take the file of the world that the log was made with")

    @cached_property
    def rules(self) -> Places:
        """The world itself."""
        return rules_of(self.plain.world, self.plain.arguments)

    @cached_property
    def space(self) -> PlainSpace:
        """The types that agents may have."""
        return space_of(self.rules)

    @property
    def meta(self) -> dict:
        """What a log's manifest says of the run."""
        held_out = [self.space[int(k)].to_dict() for k in np.flatnonzero(self.space.held_out)]
        return {"world": self.plain.world, "config": self.to_dict(), "split": self.split, "held_out": held_out}

    def to_dict(self) -> dict:
        """Plain JSON values; the log's manifest holds them as "config"."""
        parts = {name: getattr(self, name).to_dict() for name in ("plain", "population")}
        return {**parts, "seed": self.seed, "split": self.split}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "PlainRun":
        """The run from to_dict's values; made anew, so that trust is asked for each time."""
        plain, population = PlainConfig.from_dict(values["plain"]), PopulationConfig.from_dict(values["population"])
        return cls(plain, population, values["seed"], values["split"])


def run_of(world: str, arguments: Any = "{}", **settings: Any) -> PlainRun:
    """The run of a world that the user names here, and so trusts; settings: population, seed and split."""
    trust(world)
    return PlainRun(config_of(world, arguments), **settings)


def config_of(world: str, arguments: Any) -> PlainConfig:
    """The settings of a world, as the class itself has them. Raises FunhouseError."""
    given = PlainConfig(world, 1, 1, 1, 1, ("nothing",), arguments)  # of which the text is canonical
    rules = rules_of(world, given.arguments)
    with told_of(rules, "places"):
        return PlainConfig(
            world, rules.agents, rules.steps, rules.places, rules.contents, tuple(rules.actions), given.arguments
        )


def rules_of(world: str, arguments: str) -> Places:
    """A world, made; its code is run. Raises FunhouseError, before anything is imported where it is not trusted."""
    return _made(load(world), world, arguments)


@lru_cache(maxsize=16)
def _made(kind: Any, world: str, arguments: str) -> Places:
    if not (isinstance(kind, type) and issubclass(kind, Places) and dataclasses.is_dataclass(kind)):
        what = f"{world} is no world: a class, a frozen dataclass, made of agents.plain.Places"
        raise FunhouseError(what, remedy="see examples/corridor.py")
    says = ("agents", "steps", "traits", "actions", *sorted(Places.__abstractmethods__))
    if missing := [name for name in says if name in kind.__abstractmethods__ or not _has(kind, name)]:
        raise FunhouseError(f"{world} says nothing of {', '.join(missing)}", remedy="see examples/corridor.py")
    try:
        return schema.read(kind, json.loads(arguments))
    except FunhouseError as error:
        names = ", ".join(field.name for field in dataclasses.fields(kind))
        need = (error.remedy or "").partition(";")[0]
        raise FunhouseError(error.what, place=world, remedy=f"{need}; its arguments are {names}") from error


def _has(kind: type, name: str) -> bool:
    return hasattr(kind, name) or name in {field.name for field in dataclasses.fields(kind)}


@lru_cache(maxsize=16)
def space_of(rules: Places) -> PlainSpace:
    """The types of a world, made once. Raises FunhouseError."""
    return PlainSpace(rules)
