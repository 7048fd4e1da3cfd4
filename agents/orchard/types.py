"""What makes an agent who it is, one value of each trait of its world, and the space of all such types.

The order of the types is fixed, and is that of every posterior: the product of the traits in the order of
agents.traits, the last fastest; docs/theory.md says what each constant does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from agents.orchard.policy_config import PolicyConfig
from agents.orchard.senses import Senses, senses_of
from agents.product_space import AgentType, ProductSpace
from agents.traits import TRAITS, Trait
from worlds import FunhouseError, OrchardConfig

__all__ = ["AgentType", "TypeSpace", "TypeTable", "space_of"]


class TypeTable(NamedTuple):
    """The type space as arrays for compiled kernels; k types."""

    taste: np.ndarray  # (k,) int8, row of `weight`
    sight: np.ndarray  # (k,) int8, index into OrchardConfig.sights: 0 near, 1 far
    memory: np.ndarray  # (k,) int8, index into `window`: 0 forgetful, 1 retentive
    temper: np.ndarray  # (k,) int8, index into `push`: 0 shy, 1 neutral, 2 sociable
    senses: np.ndarray  # (k,) int8, numbers of agents.orchard.senses
    weight: np.ndarray  # (tastes, kinds) float64, worth of a fruit
    blind: np.ndarray  # (k,) int8, the kind of fruit that is not seen, -1: none
    manner: np.ndarray  # (k,) int8, 0 plain, 1 exaggerating
    push: np.ndarray  # (3,) float64, worth of company
    window: np.ndarray  # (2,) int64, steps remembered, now included
    beta: float
    gamma: float
    floor: float


class TypeSpace(ProductSpace):
    """All types of a world, in the posterior's order. Built from the two configurations, and nothing else."""

    world = "orchard"

    def __init__(self, orchard: OrchardConfig, policy: PolicyConfig | None = None) -> None:
        self.orchard, self.policy = orchard, policy or PolicyConfig()
        every = {trait.name: trait.values(orchard, self.policy) for trait in TRAITS}
        super().__init__({name: values for name, values in every.items() if values})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TypeSpace) and (self.orchard, self.policy) == (other.orchard, other.policy)

    def __hash__(self) -> int:
        return hash((self.orchard, self.policy))

    @cached_property
    def held_out(self) -> np.ndarray:
        """(k,) bool: the sixth of the types that never occurs in training.

        Where there is blindness, a Latin square over it and taste: nobody with such a pair of values acts in training,
        whatever its other traits. Else a Latin square over taste and temper, crossed with a parity over taste, sight
        and memory, so that each pair of values of two traits still occurs. Each value occurs in either case. Feeling
        has no part in it: of a held-out type neither who feels nor who is numb is seen.
        """
        names = ("taste", "sight", "memory", "temper", "blindness")
        taste, sight, memory, temper, blindness = (np.maximum(self._index_of(name), 0) for name in names)
        if "blindness" in self.traits:
            return (taste + blindness) % len(self.traits["blindness"]) == 0
        return ((taste + temper) % 3 == 0) & ((taste + sight + memory) % 2 == 0)

    def feels(self, types: Any) -> Any:
        """Whether a type, or each of some, by index, feels a mark on itself."""
        return self.senses.feels[self.table.senses[types]] > 0

    @property
    def senses(self) -> Senses:
        """What the numbers of table.senses stand for."""
        return self._senses[1]

    @cached_property
    def _senses(self) -> tuple[np.ndarray, Senses]:
        columns = self._columns
        return senses_of(columns["sight"], columns["feels"], columns["blind"], self.orchard.kinds)

    @cached_property
    def played(self) -> np.ndarray:
        """(k, k) int64: as which type the first acts when it takes somebody who is named for the second.

        A plain agent acts as what it believes in; an exaggerating one doubles what sets the other's taste apart from
        its own, around the wheel of tastes.
        """
        k, table, tastes = np.arange(len(self)), self.table, len(self.traits["taste"])
        own, taste = table.taste[:, None].astype(np.int64), table.taste.astype(np.int64)
        turned = (own + 2 * (taste - own)) % tastes
        per_taste = np.array([[self.index({**one, "taste": value}) for value in self.traits["taste"]] for one in self])
        return np.where(table.manner[:, None] > 0, per_taste[k, turned], k)

    @cached_property
    def interest(self) -> np.ndarray:
        """(tastes, sets of kinds as bits) float64: how much a taste heeds fruits of some kinds, the sum of their
        weights, good or bad."""
        bits = np.arange(1 << self.orchard.kinds)[:, None] >> np.arange(self.orchard.kinds) & 1
        return np.abs(self.table.weight) @ bits.T.astype(np.float64)

    @cached_property
    def odds(self) -> np.ndarray:
        """(k,) int64: how common the types are, one to another: as their values are."""
        odds = np.ones(len(self), np.int64)
        for trait in TRAITS:
            if trait.name in self.traits and (common := trait.odds(self.policy)):
                odds *= np.array(common)[self._index_of(trait.name)]
        return odds

    def played_among(self, believed: np.ndarray) -> np.ndarray:
        """`played`, (k, k), of those who believe in some types, (k,): where exaggerating would make somebody of
        another, what is believed in is played as it is."""
        return np.where(believed[self.played] > 0, self.played, np.arange(len(self)))

    @cached_property
    def table(self) -> TypeTable:
        """The arrays that kernels read."""
        policy, columns = self.policy, {**self._columns}
        columns.pop("feels")
        columns |= {name: float(getattr(policy, name)) for name in ("beta", "gamma", "floor")}
        return TypeTable(**columns, senses=self._senses[0])

    @cached_property
    def _columns(self) -> dict[str, Any]:
        """What traits that a world has say goes before what one says that it has not. Raises FunhouseError."""
        here = [trait for trait in TRAITS if trait.name in self.traits]
        return self._written([trait for trait in TRAITS if trait not in here]) | self._written(here)

    def _written(self, traits: Sequence[Trait]) -> dict[str, Any]:
        """What some traits write, by column. Raises FunhouseError where two of them write the same one."""
        columns: dict[str, Any] = {}
        writer: dict[str, str] = {}
        for trait in traits:
            for name, column in trait.columns(self._index_of(trait.name), self.orchard, self.policy).items():
                if name in columns:
                    what = f"the traits {writer[name]} and {trait.name} both write the column {name} of types"
                    remedy = "have one write {} in worlds without it, and choose one of the two for a world"
                    raise FunhouseError(what, place=type(trait).__module__, remedy=remedy)
                columns[name], writer[name] = column, trait.name
        return columns

    def _index_of(self, name: str) -> np.ndarray:
        """(k,) int8: the index of each type's value of a trait, -1 where the world has no such trait."""
        if name not in self.traits:
            return np.full(len(self), -1, np.int8)
        return np.ascontiguousarray(self.trait_index[:, list(self.traits).index(name)])


@lru_cache(maxsize=16)
def space_of(orchard: OrchardConfig, policy: PolicyConfig) -> TypeSpace:
    """The types of a world, made once."""
    return TypeSpace(orchard, policy)
