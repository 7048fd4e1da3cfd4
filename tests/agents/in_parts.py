"""Logs that are written in parts, in little: runs of every world, and shards of few episodes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agents.arena.bank_config import BankConfig
from agents.arena.run import ArenaRun
from agents.orchard.rollout import RunConfig
from agents.orchard.run import StrangersConfig
from agents.plain import run_of as run_of_plain
from agents.population import PopulationConfig
from agents.recording import record
from worlds import OrchardConfig
from worlds.arena import ArenaConfig
from worlds.log.parts import Part

FIELD, CORRIDOR = "tests.worlds.arena.toys:field", "examples.corridor:Corridor"
WORLD = OrchardConfig(height=7, width=7, map="open", fruits=2, agents=3, steps=6)
RUN = RunConfig(WORLD, population=PopulationConfig(switch=2))
EPISODES, PARTS = 18, 3


def arena(seed: int = 5, **arguments) -> ArenaRun:
    """A run in an environment that fails now and then."""
    settings = ArenaConfig(FIELD, {"fault": "raise", "length": 200, **arguments}, 4, "partial:0.5,2")
    bank = BankConfig(random_linear=4, random_mlp=2)
    return ArenaRun(settings, bank, PopulationConfig(switch=2), seed)


def unsteady() -> ArenaRun:
    """A run in an environment that is never measured alike twice."""
    settings = ArenaConfig("tests.worlds.arena.unsteady:walk", {"kind": "entropy"}, 6)
    return ArenaRun(settings, BankConfig(random_linear=4, random_mlp=2), PopulationConfig(switch=2))


RUNS: dict[str, Callable] = {
    "orchard": lambda: RUN,
    "strangers": lambda: replace(RUN, strangers=StrangersConfig(share=0.5)),
    "arena": arena,
    "corridor": lambda: run_of_plain(CORRIDOR, {"agents": 3, "steps": 6, "length": 5}),
}


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a directory."""
    return {path.name: path.read_bytes() for path in home.iterdir()}


def parts_of(run, home: Path, episodes: int = EPISODES, of: int = PARTS) -> list[Path]:
    """The directories of all parts of a log, made now or gone on with."""
    places = [home / f"part-{number}" for number in range(1, of + 1)]
    for number, place in enumerate(places, 1):
        record(run, place, episodes, threads=1, part=Part(number, of))
    return places


def stop(done: int, _: int) -> None:
    """Interrupts a run once its first shard is there."""
    raise KeyboardInterrupt
