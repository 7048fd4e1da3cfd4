"""`tom run` writes a log, `tom verify` proves one."""

import os
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import tyro

from tom.commands.base import Command, LogDir
from tom.terminal import progress, show_table, tell


@dataclass(kw_only=True)
class Run(Command):
    """Run population episodes and write the log; an interrupted run carries on where it stopped."""

    out: LogDir
    """The directory of the log."""
    world: Literal["orchard"] = "orchard"
    """The world that the agents live in."""
    episodes: int = 1000
    """How many episodes."""
    agents: int = 8
    """Agents in each episode."""
    steps: int = 48
    """Steps of each episode."""
    map: str = "rooms"
    """open, rooms, maze, mixed (any of the three), or the path of an ASCII map."""
    height: int = 9
    """Rows of the map, cells."""
    width: int = 9
    """Columns of the map, cells."""
    kinds: int = 3
    """Kinds of fruit."""
    fruits: int = 6
    """Fruits of each kind."""
    near: int = 2
    """Chebyshev radius of near sight, cells."""
    far: int = 6
    """Chebyshev radius of far sight, cells."""
    roles: Literal["announced", "hidden"] = "announced"
    """Whether agents perceive one another's roles."""
    types: Literal["auto", "seen", "held-out", "all"] = "auto"
    """Which types take part; auto: the seen ones in training, all of them otherwise."""
    split: Literal["train", "validation", "test"] = "train"
    """Splits share no map and no seed; report on test only."""
    seed: int = 0
    """The seed of the whole run."""
    threads: int = os.cpu_count() or 1
    """Worlds computed at a time; the log does not depend on it."""

    def work(self) -> dict[str, Any]:
        from agents.record import record

        with progress(f"episodes to {self.out}") as report:
            return record(self.settings(), self.out, self.episodes, self.threads, report)

    def settings(self):
        """The run's whole configuration, a RunConfig."""
        from agents.agent_type import PolicyConfig
        from agents.population import PopulationConfig
        from agents.rollout import RunConfig
        from worlds import OrchardConfig

        orchard = OrchardConfig(
            height=self.height, width=self.width, map=self.map, kinds=self.kinds, fruits=self.fruits,
            agents=self.agents, steps=self.steps, sights=(self.near, self.far), roles=self.roles,
        )  # fmt: skip
        return RunConfig(orchard, PolicyConfig(), PopulationConfig(types=self.types), self.seed, self.split)

    def show(self, document: dict[str, Any]) -> None:
        show_table(("the log", ""), list(document.items()))


@dataclass(kw_only=True)
class Verify(Command):
    """Check every checksum of a log and replay every episode; exit 1 naming the file on any damage."""

    log: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar="LOG")]
    """The log's directory."""
    threads: int = os.cpu_count() or 1
    """Worlds replayed at a time."""

    def work(self) -> dict[str, Any]:
        from agents.record import verify

        with progress(f"verifying {self.log}") as report:
            return verify(self.log, self.threads, report)

    def show(self, document: dict[str, Any]) -> None:
        show_table(("verified", ""), list(document.items()))
        tell(f"{self.log} is whole: every checksum holds and every episode replays", style="green")
