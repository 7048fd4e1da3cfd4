"""What a Ray cluster on this machine makes of its cores, and from how many workers on the driver would be the limit.

Three kinds of log are recorded in one process, then by a cluster of one and of two workers, whose processes are warm by
then. Efficiency is the rate of one process held against each worker's, by the clock, so that the machine should have
nothing else to do. The driver's seconds are its own on the processor: receiving, hashing and writing a shard, and
reading the log once it is finished. A worker's are those that one process needs for a shard, the processes in which it
plays environments among them. Their ratio is the number of workers that keep a driver busy.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import torch
from measure import tell

import tom
from agents import RunConfig
from agents.arena.run import ArenaRun
from agents.orchard.presets import PRESETS
from agents.orchard.run import MindsConfig
from agents.recording import record
from tom.joining import cluster
from tom.player import Player
from worlds.arena import ArenaConfig
from worlds.log.document import SHARD_SIZE

SHARDS = {"copies": 6, "arena": 8, "orchard": 48}
WORKERS = (1, 2)
Recorded = tuple[float, float, int]  # seconds by the clock, on the processor, agent-steps


def main() -> None:
    """Measures each kind of log."""
    torch.set_num_threads(1)
    mind = tom.load("near-far")
    runs: dict[str, tuple[Any, Callable[[], Any]]] = {
        "copies": (with_copies(mind.checkpoint), lambda: Player(mind)),
        "arena": (ArenaRun(ArenaConfig("mpe2.simple_tag_v3", visibility="partial"), seed=5), lambda: None),
        "orchard": (RunConfig(*PRESETS["blind"]), lambda: None),
    }
    rates: dict[str, float] = {}
    for name, (run, players) in runs.items():
        shards = SHARDS[name]
        recorded(run, 1, players())
        clock, processor, acts = recorded(run, shards, players())
        rates[f"{name}, one process"] = alone = acts / clock
        for count in WORKERS:
            with cluster("local", count) as crew:
                recorded(run, 2 * count, players(), crew)
                ended, driver, _ = recorded(run, shards, players(), crew)
            rates[f"{name}, {count} workers"] = acts / ended
            print(f"{name}: efficiency at {count} workers {acts / ended / count / alone:.0%}", file=sys.stderr)
        print(
            f"{name}: a shard takes a worker {processor / shards:.2f} s and the driver {driver / shards:.3f} s, "
            f"{processor / driver:.0f} workers to a driver",
            file=sys.stderr,
        )
    first = next(iter(rates))
    tell(first, rates[first], "agent-steps", {who: rate for who, rate in rates.items() if who != first})


def with_copies(checkpoint: str) -> RunConfig:
    """Half of the agents of near-far are copies of the mind that knows it."""
    orchard, policy, population = PRESETS["near-far"]
    minds = MindsConfig(orchard.agents // 2, checkpoint)
    return replace(RunConfig(orchard, policy, population, split="test"), minds=minds)


def recorded(run: Any, shards: int, players: Any = None, crew: Any = None) -> Recorded:
    """A log of so many shards, written and forgotten."""
    with tempfile.TemporaryDirectory() as home:
        began, before = time.perf_counter(), spent()
        told = record(run, f"{home}/log", shards * SHARD_SIZE, 1, players=players, crew=crew)
        return time.perf_counter() - began, spent() - before, told["agent_steps"]


def spent() -> float:
    """Seconds of this process on the processor, and of those that it has started and that have ended."""
    both = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
