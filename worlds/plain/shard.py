"""One shard of a log of a world of one's own: the orchard's tables, and what every place held at every step.

Whoever wrote the world may change it, so nothing is left to be replayed: a log reads without that code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from worlds.base_episode import Agent
from worlds.errors import FunhouseError
from worlds.log.coded import Coded, array_of, coded_lists, coded_text
from worlds.log.columns import (
    agents_schema,
    check_agents,
    check_episodes,
    check_roles,
    check_steps,
    check_within,
    starts_of,
)
from worlds.log.parquet import read_table
from worlds.log.tables import CODED, ROLE, agents_table, columns_of, people_of, schema_of, steps_table, table_of
from worlds.plain.config import PlainConfig
from worlds.plain.episode import PlainEpisode

TABLES = ("episodes", "agents", "steps", "scenes")
EPISODES = schema_of(episode=pa.int64(), seed=pa.uint64(), split=pa.string())
STEPS = schema_of(
    episode=pa.int64(), step=pa.int32(), agent=pa.int32(),
    prompt=pa.string(), role=ROLE, action=pa.int16(), reward=pa.float32(),
)  # fmt: skip
LOGGED_STEPS = STEPS.append(pa.field("place", pa.int32(), nullable=False))
SCENES = schema_of(episode=pa.int64(), step=pa.int32(), place=pa.int32(), content=pa.int32())


def to_tables(episodes: Sequence[PlainEpisode]) -> dict[str, pa.Table]:
    """Episodes as four tables, in the order of episode, step, and agent or place."""
    rows = [(e.index, e.seed, e.split) for e in episodes]
    place = pa.array(np.concatenate([e.place.ravel() for e in episodes]), pa.int32())
    index = np.concatenate([np.full(e.content.size, e.index) for e in episodes])
    step, where = np.concatenate([np.indices(e.content.shape).reshape(2, -1) for e in episodes], axis=1)
    content = np.concatenate([e.content.ravel() for e in episodes])
    return {
        "episodes": table_of(zip(*rows, strict=True), EPISODES),
        "agents": agents_table(episodes),
        "steps": steps_table(episodes, STEPS).append_column(LOGGED_STEPS.field("place"), place),
        "scenes": table_of([index, step, where, content], SCENES),
    }


@dataclass(frozen=True)
class PlainShard:
    """A decoded shard, e episodes long, all of one shape."""

    first: int  # index of its first episode
    seed: list[int]
    split: list[str]
    agents: list[list[Agent]]
    place: np.ndarray  # e t n int32
    content: np.ndarray  # e t m int32
    action: np.ndarray  # e t n int16
    reward: np.ndarray  # e t n float32
    prompt: Coded  # rows of str
    role: Coded  # rows of tuples of str

    @property
    def bytes(self) -> int:
        """About how much memory it holds."""
        arrays = (self.place, self.content, self.action, self.reward, self.prompt.code, self.role.code)
        return sum(array.nbytes for array in arrays) + 500 * sum(map(len, self.agents))

    def episode(self, i: int, run: dict, _=None) -> PlainEpisode:
        """The shard's i-th episode."""
        shape = self.action.shape[1:]
        rows = slice(i * shape[0] * shape[1], (i + 1) * shape[0] * shape[1])
        return PlainEpisode(
            index=self.first + i, seed=self.seed[i], split=self.split[i], run=run, place=self.place[i],
            content=self.content[i], action=self.action[i], reward=self.reward[i], role=self.role.rows(rows, shape),
            prompt=self.prompt.rows(rows, shape), agents=self.agents[i],
        )  # fmt: skip


def read(name: str, data: bytes, span: range, run: dict, coded: Sequence[str] = ()) -> pa.Table:
    """One table of a shard, as worlds.orchard.shard.read has it."""
    told = PlainConfig.from_dict(run["plain"])
    schema = {"episodes": EPISODES, "steps": LOGGED_STEPS, "scenes": SCENES}.get(name)
    each = {"episodes": 1, "agents": told.agents, "steps": told.agents * told.steps, "scenes": told.places * told.steps}
    return read_table(data, schema or agents_schema(columns_of(data)), len(span) * each[name], coded)


def from_files(files: Mapping[str, bytes], span: range, run: dict) -> PlainShard:
    """A shard from the bytes of its four files, by table; `span` has the indices of its episodes.

    Raises FunhouseError where the tables are no episodes of these settings, and as `read_table` does.
    """
    told = PlainConfig.from_dict(run["plain"])
    tables = {name: read(name, files[name], span, run, CODED if name == "steps" else ()) for name in TABLES}
    episodes, agents, steps, scenes = (tables[name] for name in TABLES)
    check_episodes(episodes, span, run["split"])
    first = starts_of(agents, span, "agents")
    check_agents(agents, first, told.agents)
    start, people = starts_of(steps, span, "steps"), people_of(agents, first)
    check_steps(steps, start, np.diff(first))
    _check_scenes(scenes, span, told)
    acts, held = (len(span), told.steps, told.agents), (len(span), told.steps, told.places)
    shard = PlainShard(
        first=span.start,
        seed=episodes["seed"].to_pylist(),
        split=episodes["split"].to_pylist(),
        agents=people,
        place=steps["place"].to_numpy().reshape(acts),
        content=scenes["content"].to_numpy().reshape(held),
        action=steps["action"].to_numpy().reshape(acts),
        reward=steps["reward"].to_numpy().reshape(acts),
        prompt=coded_text(array_of(steps["prompt"])),
        role=coded_lists(array_of(steps["role"])),
    )
    check_within(shard.action, 0, len(told.actions), "action")
    check_within(shard.place, 0, told.places, "place")
    check_within(shard.content, 0, told.contents, "content")
    check_roles(shard.role.value, shard.role.code, start, people)
    return shard


def _check_scenes(scenes: pa.Table, span: range, told: PlainConfig) -> None:
    """Raises FunhouseError unless each place stands once at each step of each episode, in order."""
    expected = np.indices((len(span), told.steps, told.places)).reshape(3, -1)
    for name, values in zip(("episode", "step", "place"), expected, strict=True):
        if not np.array_equal(scenes[name].to_numpy(), values + (span.start if name == "episode" else 0)):
            raise FunhouseError(f"its column {name} is not each place at each step, in order")
