"""Made-up episodes for the log: random actions in a real orchard, random roles, no reasoning."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from worlds import SPLITS, Agent, Episode, OrchardConfig, dice, replay
from worlds.log.writer import LogWriter
from worlds.orchard.maps import draw_map

WORLD = OrchardConfig(height=7, width=9, map="open", fruits=2, agents=3, steps=10)
TYPES = [{"taste": taste, "sight": sight} for taste in ("red>blue", "blue>red") for sight in ("near", "far")]


def make_episode(index: int, split: str = "train", seed: int = 0, world: OrchardConfig = WORLD) -> Episode:
    """An episode that is a function of its arguments."""
    key = int(dice.key(seed, SPLITS.index(split), index))
    rng = np.random.default_rng(key)
    walls = draw_map(world, key, SPLITS.index(split))
    action = rng.integers(0, 5, (world.steps, world.agents)).astype(np.int8)
    worth = rng.choice([1, 0.25, -1], (world.agents, world.kinds)).astype(np.float32)
    cell, board, reward = replay(world, walls, key, action, worth)
    names = [f"N{i}" for i in range(world.agents)]
    one, last = names[1 % len(names)], names[-1]
    chain = [(), (one,), ("N0", last), ("an agent that likes red",), (last, "an agent that likes red", one)]
    role = [[chain[rng.integers(len(chain))] for _ in names] for _ in range(world.steps)]
    prompt = [[f"behave as {' pretending to be '.join(one) or 'yourself'}" for one in row] for row in role]
    agents = [Agent(name, TYPES[rng.integers(3)], f"an agent called {name}, ≥ 0") for name in names]
    run = {"orchard": world.to_dict(), "seed": seed, "split": split}
    return Episode(index, key, split, run, walls, cell, board, action, reward, role, prompt, agents)


def meta_of(split: str = "train", seed: int = 0, world: OrchardConfig = WORLD) -> dict:
    """What the writer is told of a made-up run; the last of the types is held out."""
    run = {"orchard": world.to_dict(), "seed": seed, "split": split}
    return {"config": run, "split": split, "held_out": TYPES[3:]}


@pytest.fixture(scope="session")
def episode() -> Callable[..., Episode]:
    """make_episode(index, split, seed, world)."""
    return make_episode


@pytest.fixture(scope="session")
def meta() -> Callable[..., dict]:
    """meta_of(split, seed, world)."""
    return meta_of


@pytest.fixture(scope="session")
def write() -> Callable[..., None]:
    """write(directory, episodes, split, seed, world): a finished log of made-up episodes, four to a shard."""

    def write(directory, episodes: int, split="train", seed=0, world=WORLD, make=make_episode) -> None:
        with LogWriter(directory, meta_of(split, seed, world), episodes, shard_size=4) as writer:
            for shard in writer.shards_missing():
                writer.write_shard(shard, [make(i, split, seed, world) for i in writer.span(shard)])
            writer.finish()

    return write


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a directory."""
    return {path.name: path.read_bytes() for path in home.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory, write) -> dict[str, bytes]:
    """A log of ten episodes, four to a shard, that nothing disturbed."""
    home = tmp_path_factory.mktemp("whole")
    write(home, 10)
    return contents(home)


@pytest.fixture
def begin(tmp_path, episode, meta):
    """begin(shards, home): a writer of that log which has written these shards."""

    def begin(shards=(), home=tmp_path) -> LogWriter:
        writer = LogWriter(home, meta(), 10, shard_size=4)
        for shard in shards:
            writer.write_shard(shard, [episode(i) for i in writer.span(shard)])
        return writer

    return begin
