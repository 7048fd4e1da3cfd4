"""Whoever plays a run of the orchard: the exact reasoner, and who is given to play the copies of a mind."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from agents.orchard.rollout import play, play_all
from agents.orchard.run import RunConfig
from agents.world import Company, Report
from worlds import Episode, FunhouseError
from worlds.log.tables import encode
from worlds.log.writer import SHARD_SIZE
from worlds.orchard.shard import to_tables

SURELY = 3 / 4  # of the estimated bytes


class OrchardCompany(Company):
    """Plays a run on so many threads; `players`, an agents.recording.Players, play its copies of a mind."""

    def __init__(self, run: RunConfig, threads: int, players: Any):
        self.run, self.threads, self.players = run, threads, players

    def batches(
        self, span: range, report: Report | None = None, logged: Sequence[Episode] | None = None
    ) -> Iterator[list[Episode]]:
        """As Company has it. Raises FunhouseError where nobody plays the copies."""
        run = self.run
        if run.minds is None:
            yield play_all(run, span, self.threads)
        elif self.players is None:
            what = f"copies of the mind {run.minds.checkpoint} take part, and that mind is not here"
            raise FunhouseError(what, remedy="name the run that holds it: --mind RUN")
        else:
            yield from self.players.batches(run, span, self.threads, logged)


def sampled(run: RunConfig) -> tuple[float, float, float]:
    """As World.sampled has it, from a shard's worth of episodes."""
    scripted = replace(run, minds=None)  # which take as much room, and less time
    play(scripted, 0)
    began = time.perf_counter()
    episodes = [play(scripted, index) for index in range(SHARD_SIZE)]
    seconds = (time.perf_counter() - began) / SHARD_SIZE
    size = sum(len(encode(table)) for table in to_tables(episodes).values())
    return size / SHARD_SIZE, SURELY, seconds
