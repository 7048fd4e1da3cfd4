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
        from worlds import open_log

        show_table(tuple(document), [tuple(document.values())])
        me, *others = open_log(self.out)[0].names
        tell(f"its first episode has {', '.join([me, *others])} in it; to ask one of them:")
        prompt = f"behave as {others[0]} pretending to be me" if others else "behave as myself"
        tell(f'tom ask "{prompt}" --log {self.out} --episode 0 --agent {me} --step {self.steps // 2}')


@dataclass(kw_only=True)
class Verify(Command):
    """Check every checksum and replay every episode; exit 1 naming the file on any damage. Of several logs,
    check too that they are disjoint: in seeds, in maps between splits, in held-out types."""

    logs: Annotated[tyro.conf.Positional[tuple[str, ...]], tyro.conf.arg(metavar="LOG [LOG ...]")]
    """The logs' directories."""
    threads: int = os.cpu_count() or 1
    """Worlds replayed at a time."""

    def work(self) -> dict[str, Any]:
        from worlds import FunhouseError, check_disjoint, open_log

        if not self.logs:
            raise FunhouseError("there is no log to verify", remedy="name one: tom verify LOG")
        verified = [self.replayed(log) for log in self.logs]
        check_disjoint([open_log(log) for log in self.logs])
        return verified[0] if len(verified) == 1 else {"logs": verified, "disjoint": True}

    def replayed(self, log: str) -> dict[str, Any]:
        """The summary of one log that is whole."""
        from agents.record import verify

        with progress(f"verifying {log}") as report:
            return verify(log, self.threads, report)

    def show(self, document: dict[str, Any]) -> None:
        one = document.get("logs", [document])
        show_table(tuple(one[0]), [tuple(row.values()) for row in one])
        together = "; no two of them share a seed, a map between splits or a held-out type"
        tell(f"every checksum holds and every episode replays{together * (len(one) > 1)}", style="green")
