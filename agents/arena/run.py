"""The settings of a run in anybody's environment, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from agents.arena.bank import Bank
from agents.arena.bank_config import BankConfig
from agents.population import PopulationConfig, check_run
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.loading import load
from worlds.arena.spaces import forms_of
from worlds.log.differences import apart
from worlds.log.reader import Log
from worlds.trust import require

SHARE_A_BANK = "run one of the two logs anew with the bank of the other: tom run … --bank LOG"


@dataclass(frozen=True)
class ArenaRun:
    """Everything that a run's episodes depend on. `bank` is completed with what is measured in the environment, once.

    Raises FunhouseError for a split that there is not, and where the environment cannot be opened or is not trusted.
    """

    arena: ArenaConfig
    bank: BankConfig = field(default_factory=BankConfig)
    population: PopulationConfig = field(default_factory=partial(PopulationConfig, believed="auto"))
    seed: int = 0
    split: str = "train"
    world: ClassVar[str] = "arena"
    measured: bool = field(init=False, compare=False, default=False)  # whether `bank` was completed now

    def __post_init__(self):
        check_run(self.seed, self.split)
        require(self.code, self.arena.world)
        for path in self.bank.code:
            load(path)
        complete = Bank.of(self.arena, self.bank).settings
        object.__setattr__(self, "measured", complete != self.bank)
        object.__setattr__(self, "bank", complete)

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


def named_code(config: Mapping) -> tuple[str, ...]:
    """What must be trusted before the run of a log's config may be played again."""
    return (*ArenaConfig.from_dict(config["arena"]).code, *BankConfig.from_dict(config["bank"]).code)


def bank_of_log(log: Log, arena: ArenaConfig) -> BankConfig:
    """The whole bank of a log, calibration and all, for another run in the same environment. Raises FunhouseError."""
    there = ArenaConfig.from_dict(log.config["arena"]) if "arena" in log.config else None
    if there is None or (there.environment, there.arguments) != (arena.environment, arena.arguments):
        what = f"the bank of a log of {log.world} is none for {arena.world} with the arguments {arena.arguments}"
        raise FunhouseError(what, place=str(log.path), remedy="name a log of the same environment and arguments")
    if forms_of(log.config) != list(arena.species):
        what = f"{arena.world} has other observations or actions than when this log was run"
        raise FunhouseError(
            what, place=str(log.path), remedy="install the versions in its manifest, or leave --bank out"
        )
    return BankConfig.from_dict(log.config["bank"])


def resumed(run: ArenaRun, out: str | Path, shard_size: int) -> ArenaRun:
    """The run as it goes on in `out`: where what is there differs in the calibration alone, with that of what is there.

    An environment with chance of its own is never measured alike twice. A bank that was not measured now but given
    stays as it is. Raises FunhouseError where what is there cannot be read.
    """
    if not run.measured:
        return run
    differences = {field: there for field, there, _ in apart(out, {**run.meta, "shard_size": shard_size})}
    if set(differences) != {"config.bank.statistics"}:
        return run
    statistics: Any = differences["config.bank.statistics"]
    return replace(run, bank=replace(run.bank, statistics=statistics))
