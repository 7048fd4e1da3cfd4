"""Matches in which everybody acts at random, and the logs of them."""

from collections.abc import Callable

import numpy as np
import pytest

from worlds import Agent, dice
from worlds.arena import ArenaConfig, ArenaEpisode
from worlds.arena.failure import persist
from worlds.arena.match import Match
from worlds.arena.recorder import play_match
from worlds.arena.replay import random_actions
from worlds.log.writer import LogWriter

FIELD, ROUNDS = "tests.worlds.arena.toys:field", "tests.worlds.arena.toys:rounds"


def play(config: ArenaConfig, key: int) -> dict:
    """The arrays of a match of random legal play; a function of its arguments."""
    generator = np.random.default_rng(key)
    return play_match(Match(config, key), lambda _, views: random_actions(generator, views))


def run_of(config: ArenaConfig, seed: int = 0, split: str = "train") -> dict:
    """The settings that a log keeps."""
    species = [one.to_dict() for one in config.species]
    return {"arena": config.to_dict(), "species": species, "seed": seed, "split": split}


def make_episode(config: ArenaConfig, index: int, seed: int = 0) -> ArenaEpisode:
    """An episode that is a function of its arguments; failed attempts are dropped."""
    own = int(dice.key(seed, 0, index))
    (key, arrays), dropped = persist(own, lambda key: (key, play(config, key)))
    t, n = arrays["action"].shape
    generator = np.random.default_rng(key)
    chain = [(), ("N1",), ("N0", "N1"), ("an agent that waits",)]
    role = [[chain[generator.integers(len(chain))] for _ in range(n)] for _ in range(t)]
    prompt = [[f"behave as {' pretending to be '.join(one) or 'yourself'}" for one in row] for row in role]
    agents = [Agent(f"N{i}", {"policy": f"member-{generator.integers(3)}"}, f"number {i}, ≥ 0") for i in range(n)]
    return ArenaEpisode(
        index=index, seed=key, split="train", run=run_of(config, seed), role=role, prompt=prompt, agents=agents,
        dropped=tuple(one.seed for one in dropped), **arrays,
    )  # fmt: skip


@pytest.fixture(scope="session")
def episode() -> Callable[..., ArenaEpisode]:
    """make_episode(config, index, seed)."""
    return make_episode


@pytest.fixture(scope="session")
def write() -> Callable[..., None]:
    """write(directory, config, episodes, seed): a finished log, two episodes to a shard."""

    def write(directory, config: ArenaConfig, episodes: int, seed: int = 0, make=make_episode) -> None:
        held_out = [{"policy": "member-9"}]
        meta = {"config": run_of(config, seed), "split": "train", "held_out": held_out, "world": config.world}
        with LogWriter(directory, meta, episodes, shard_size=2) as writer:
            for shard in writer.shards_missing():
                writer.write_shard(shard, [make(config, i, seed) for i in writer.span(shard)])
            writer.finish()

    return write
