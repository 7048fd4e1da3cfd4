"""`tom verify` proves a log."""

import os
from dataclasses import dataclass
from typing import Annotated, Any

import tyro

from tom.commands.base import Command, MaybeRunDir, load_mind, mind_for
from tom.terminal import progress, show_table, tell


@dataclass(kw_only=True)
class Verify(Command):
    """Check every checksum and replay every episode; exit 1 naming the file on any damage, 3 where all checksums hold
    and an environment could not be shown to come out the same. Of several logs, check too that they are disjoint: in
    seeds, in maps between splits, in held-out types; and count the cells in which maps of different splits differ."""

    logs: Annotated[tyro.conf.Positional[tuple[str, ...]], tyro.conf.arg(metavar="LOG [LOG ...]")]
    """The logs' directories."""
    mind: MaybeRunDir = None
    """Of logs in which copies of a mind act: its run; without it, the one of the package that knows the log's world."""
    threads: int = os.cpu_count() or 1
    """Worlds replayed at a time."""
    patience: float = 60.0
    """PettingZoo: seconds that the environment has for a step or a reset, as when the log was run."""

    def work(self) -> dict[str, Any]:
        from agents.registry import notes_on
        from worlds import FunhouseError, check_disjoint, map_distance, open_log
        from worlds.arena.time_limit import patience
        from worlds.log.disjoint_splits import drawn_by_hand

        if not self.logs:
            raise FunhouseError("there is no log to verify", remedy="name one: tom verify LOG")
        with patience(self.patience):
            verified = [self.replayed(log) for log in self.logs]
        opened = [open_log(log) for log in self.logs]
        check_disjoint(opened)
        if len(verified) == 1:
            return verified[0]
        by_hand = [str(log.path) for log in drawn_by_hand(opened)]
        together = {"disjoint": True, "map_distance": map_distance(opened), "drawn_by_hand": by_hand}
        return {"logs": verified, **together, "banks": notes_on(opened)}

    def replayed(self, log: str) -> dict[str, Any]:
        """The summary of one log that is whole."""
        from agents.recording import verify

        with progress(f"verifying {log}") as report:
            return verify(log, self.threads, report, self.players(log))

    def players(self, log: str):
        """Who works out what a log's copies of a mind would do, a tom.player.Player; None where it has none."""
        from worlds import open_log

        config = open_log(log).config
        if "minds" not in config:
            return None
        from tom.player import Player

        return Player(mind_for(self.mind, config) or load_mind(None))

    def show(self, document: dict[str, Any]) -> None:
        one = document.get("logs", [document])
        columns = tuple(dict.fromkeys(key for row in one for key in row if key != "why_not"))
        show_table(columns, [tuple(row.get(key, "") for key in columns) for row in one])
        for row in one:
            if row.get("why_not"):
                agents = (
                    "what agents did follows from what they observed" if row["agents"] else "agents were not checked"
                )
                tell(f"{row['log']}: every checksum holds, and {agents}; not proven: {row['why_not']}", style="yellow")
        for told in document.get("banks", []):
            tell(told, style="yellow")
        if (cells := document.get("map_distance")) is not None:
            tell(f"the most similar maps of different splits, turned or reflected, differ in {cells} cells")
        together = "; no two of them share a seed, a map between splits or a held-out type"
        if by_hand := document.get("drawn_by_hand"):
            together += f", but for maps drawn by hand, which may be shared: {', '.join(by_hand)}"
        if self.status(document) == 0:
            tell(f"every checksum holds and every episode replays{together * (len(one) > 1)}", style="green")

    def status(self, document: dict[str, Any]) -> int:
        return 0 if all(row["verified"] for row in document.get("logs", [document])) else 3
