"""The settings of a run in anybody's environment, and what follows from them."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from agents.arena.bank import Bank
from agents.arena.bank_config import BankConfig
from agents.population import PopulationConfig, check_run
from worlds.arena import ArenaConfig
from worlds.arena.opening import load
from worlds.arena.spaces import forms_of
from worlds.trust import require


@dataclass(frozen=True)
class ArenaRun:
    """Everything that a run's episodes depend on. `bank` is completed with what is measured in the environment, once.

    Raises FunhouseError for a split that there is not, and where the environment cannot be opened or is not trusted.
    """

    arena: ArenaConfig
    bank: BankConfig = field(default_factory=BankConfig)
    population: PopulationConfig = field(default_factory=PopulationConfig)
    seed: int = 0
    split: str = "train"

    def __post_init__(self):
        check_run(self.seed, self.split)
        require(self.code, self.arena.world)
        for path in self.bank.code:
            load(path)
        object.__setattr__(self, "bank", Bank.of(self.arena, self.bank).settings)

    @cached_property
    def space(self) -> Bank:
        """The bank: the types that agents may have."""
        return Bank.of(self.arena, self.bank)

    @property
    def code(self) -> tuple[str, ...]:
        """What must be trusted before the run may be played: names of modules and functions."""
        return (*self.arena.code, *self.bank.code)

    @property
    def meta(self) -> dict:
        """What a log's manifest says of the run."""
        held_out = [self.space.members[k].to_dict() for k in np.flatnonzero(self.space.held_out)]
        return {"world": self.arena.world, "config": self.to_dict(), "split": self.split, "held_out": held_out}

    def to_dict(self) -> dict:
        """Plain JSON values; the log's manifest holds them as "config"."""
        parts = {name: getattr(self, name).to_dict() for name in ("arena", "bank", "population")}
        species = [species.to_dict() for species in self.arena.species]
        return {**parts, "species": species, "seed": self.seed, "split": self.split}

    @classmethod
    def from_dict(cls, values: dict) -> "ArenaRun":
        """The run from to_dict's values."""
        return cls(
            ArenaConfig.from_dict(values["arena"]),
            BankConfig.from_dict(values["bank"]),
            PopulationConfig.from_dict(values["population"]),
            values["seed"],
            values["split"],
        )


def bank_of_run(values: dict) -> Bank:
    """The bank of a run from its to_dict's values; the environment is not opened, and no policy imported."""
    bank = BankConfig.from_dict(values["bank"])
    return Bank.of(ArenaConfig.from_dict(values["arena"]), bank, forms_of(values))
