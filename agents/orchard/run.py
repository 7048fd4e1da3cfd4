"""The settings of a run of population episodes in the orchard: everything that its log depends on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from agents.orchard.drawing_strangers import StrangersConfig
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.types import TypeSpace, space_of
from agents.population import PopulationConfig, check_run
from worlds import FunhouseError, OrchardConfig, schema
from worlds.log.document import Seed, Split
from worlds.orchard.config import MOST_AGENTS


@dataclass(frozen=True)
class MindsConfig:
    """Who among an episode's agents is a copy of a mind: the first `copies` of them. Names and types are drawn as
    everybody's are, so being among the first tells nothing. Raises FunhouseError where a value makes no copies."""

    copies: Annotated[int, Interval(le=MOST_AGENTS)]
    checkpoint: schema.Sha256  # SHA-256 of the mind's weights, the file model.safetensors of its checkpoint

    def __post_init__(self):
        if self.copies < 2:
            what = f"copies = {self.copies!r} leaves nobody to meet a copy of itself"
            raise FunhouseError(what, remedy="choose at least 2")

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping) -> "MindsConfig":
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)


@dataclass(frozen=True)
class RunConfig:
    """Everything that a run's episodes depend on; `minds`: copies of a mind take part, None: scripted agents only;
    `strangers`: agents take part who follow policies that are no types, None: nobody does.

    Raises FunhouseError for a split that there is not, for more copies than agents, and where no strangers may take
    part.
    """

    orchard: OrchardConfig = field(default_factory=OrchardConfig)
    policy: PolicyConfig = field(default_factory=PolicyConfig)
    population: PopulationConfig = field(default_factory=PopulationConfig)
    seed: Seed = 0
    split: Split = "train"
    minds: MindsConfig | None = None
    strangers: StrangersConfig | None = None

    OPTIONAL = ("minds", "strangers")
    world: ClassVar[str] = "orchard"

    def __post_init__(self):
        check_run(self.seed, self.split)
        if self.copies > self.orchard.agents:
            what = f"{self.copies} of {self.orchard.agents} agents cannot be copies of the mind"
            raise FunhouseError(what, remedy="ask for more --agents, or fewer --copies")
        types = self.population.drawn(self.split)
        if self.strangers and not self.strangers.taking_part(types):
            what = f"{types} agents alone take part, and no family of strangers is {types}"
            raise FunhouseError(what, remedy="leave --strangers out, or choose other --types")

    @property
    def copies(self) -> int:
        """How many of the agents are copies of a mind."""
        return self.minds.copies if self.minds else 0

    @property
    def space(self) -> TypeSpace:
        """The types that agents may have."""
        return space_of(self.orchard, self.policy)

    @property
    def meta(self) -> dict:
        """What a log's manifest says of the run."""
        held_out = [self.space[int(k)].to_dict() for k in np.flatnonzero(self.space.held_out)]
        return {"world": "orchard", "config": self.to_dict(), "split": self.split, "held_out": held_out}

    def to_dict(self) -> dict:
        """Plain JSON values; the log's manifest holds them as "config"."""
        parts = {name: getattr(self, name).to_dict() for name in ("orchard", "policy", "population")}
        others = {name: getattr(self, name).to_dict() for name in self.OPTIONAL if getattr(self, name)}
        return {**parts, "seed": self.seed, "split": self.split, **others}

    @classmethod
    def from_dict(cls, values: dict) -> "RunConfig":
        """The run from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)


@lru_cache(maxsize=16)
def settings_of(run: RunConfig) -> dict:
    """What the episodes of a run share, as those of a log do: to be read alone."""
    return run.to_dict()
