"""One shard of a log: a run of consecutive episodes as three Parquet tables, and back.

The tables hold what happened and not what can be replayed: where everybody stood and what grew follows from
an episode's seed and its actions. docs/log_format.md lists the columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from worlds.base_episode import BaseEpisode
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
from worlds.log.parquet import TEXT, read_table
from worlds.orchard.config import OrchardConfig
from worlds.orchard.episode import Agent, Episode, replay
from worlds.orchard.maps import MOST_CELLS, map_text, parse_map
from worlds.orchard.mirror import closed

TABLES = ("episodes", "agents", "steps")
LONGEST_MAP = 4 * MOST_CELLS  # bytes
CODED = ["prompt", "role.list.element"]  # columns with few distinct values, read as codes


def schema_of(**columns: pa.DataType) -> pa.Schema:
    """Columns without nulls."""
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


ROLE = pa.list_(pa.field("element", pa.string(), nullable=False))
EPISODES = schema_of(episode=pa.int64(), seed=pa.uint64(), map=pa.string(), split=pa.string())
STEPS = schema_of(
    episode=pa.int64(), step=pa.int32(), agent=pa.int32(),
    prompt=pa.string(), role=ROLE, action=pa.int8(), reward=pa.float32(),
)  # fmt: skip
PROBABILITY = pa.field("probability", pa.float32(), nullable=False)  # where copies of a mind take part


def file_name(table: str, shard: int) -> str:
    """The name of one table's file, such as steps-00003.parquet."""
    return f"{table}-{shard:05d}.parquet"


def to_tables(episodes: Sequence[Episode]) -> dict[str, pa.Table]:
    """Episodes as the tables "episodes", "agents" and "steps", in the order of episode, step, agent."""
    return {"episodes": _episodes(episodes), "agents": agents_table(episodes), "steps": _steps(episodes)}


def _steps(episodes: Sequence[Episode]) -> pa.Table:
    """What each agent did; where copies of a mind took part, how likely that was too."""
    table, chance = steps_table(episodes), [e.probability for e in episodes if e.probability is not None]
    if not chance:
        return table
    column = pa.array(np.concatenate([p.ravel() for p in chance]), pa.float32())
    return table.append_column(PROBABILITY, column)


def _episodes(episodes: Sequence[Episode]) -> pa.Table:
    rows = [(e.index, e.seed, map_text(e.walls, e.glass), e.split) for e in episodes]
    return table_of(zip(*rows, strict=True), EPISODES)


def agents_table(episodes: Sequence[BaseEpisode]) -> pa.Table:
    """Who took part: a row for each agent of each episode, its traits as columns."""
    traits = list(episodes[0].agents[0].type)
    mind = ["mind"] if any(agent.mind for e in episodes for agent in e.agents) else []
    schema = schema_of(
        episode=pa.int64(), agent=pa.int32(), name=pa.string(),
        **dict.fromkeys(traits, pa.string()), description=pa.string(), **dict.fromkeys(mind, pa.string()),
    )  # fmt: skip
    rows = [
        (e.index, i, agent.name, *(agent.type[trait] for trait in traits), agent.description, *[agent.mind] * len(mind))
        for e in episodes
        for i, agent in enumerate(e.agents)
    ]
    return table_of(zip(*rows, strict=True), schema)


def steps_table(episodes: Sequence[BaseEpisode], schema: pa.Schema = STEPS) -> pa.Table:
    """What each agent was told and did, a row for each agent of each step of each episode."""
    shapes = [episode.action.shape for episode in episodes]
    index = [episode.index for episode in episodes]
    columns = [
        np.repeat(np.array(index, np.int64), [t * n for t, n in shapes]),
        np.concatenate([np.repeat(np.arange(t, dtype=np.int32), n) for t, n in shapes]),
        np.concatenate([np.tile(np.arange(n, dtype=np.int32), t) for t, n in shapes]),
        [prompt for e in episodes for row in e.prompt for prompt in row],
        [role for e in episodes for row in e.role for role in row],
        np.concatenate([e.action.ravel() for e in episodes]),
        np.concatenate([e.reward.ravel() for e in episodes]),
    ]
    return table_of(columns, schema)


def table_of(columns: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Columns as a table of that schema."""
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def encode(table: pa.Table) -> bytes:
    """A table as a Parquet file, a checksum on every page: the same bytes for the same table at any time."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        write_page_checksum=True,
        store_schema=False,
        row_group_size=len(table),
    )
    return sink.getvalue().to_pybytes()


def decode(data: bytes) -> pa.Table:
    """The table of a Parquet file of our own, its page checksums verified; of somebody else's, `read` it.

    Raises pyarrow.ArrowException or OSError where the bytes are no such file.
    """
    return pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(use_threads=False)


def columns_of(data: bytes) -> pa.Schema:
    """What columns a Parquet file says that it has. Raises as `decode` does."""
    return pq.ParquetFile(pa.BufferReader(data)).schema_arrow


@dataclass(frozen=True)
class Shard:
    """A decoded shard, e episodes long: small arrays, from which an episode is made on demand."""

    first: int  # index of its first episode
    seed: list[int]
    split: list[str]
    walls: list[np.ndarray]  # (h, w) bool each
    agents: list[list[Agent]]
    start: np.ndarray  # (e + 1,) int64: the rows of episode i are start[i] to start[i + 1]
    action: np.ndarray  # (rows,) int8
    reward: np.ndarray  # (rows,) float32
    prompt: Coded  # rows of str
    role: Coded  # rows of tuples of str
    probability: np.ndarray | None = None  # (rows,) float32

    @property
    def bytes(self) -> int:
        """About how much memory it holds: its arrays, and the texts and agents as measured."""
        held = [] if self.probability is None else [self.probability]
        arrays = (self.action, self.reward, self.prompt.code, self.role.code, *self.walls, *held)
        texts = len(self.prompt.value) + len(self.role.value)
        return sum(array.nbytes for array in arrays) + 100 * texts + 500 * sum(map(len, self.agents))

    def episode(self, i: int, run: dict, config: OrchardConfig) -> Episode:
        """The shard's i-th episode, replayed from its seed and its actions."""
        shape = (-1, len(self.agents[i]))
        rows = slice(self.start[i], self.start[i + 1])
        action, reward = self.action[rows].reshape(shape), self.reward[rows].reshape(shape)
        # What a fruit is worth is a matter of the agents' types, unknown here: the logged reward stands.
        worth = np.zeros((shape[1], config.kinds), np.float32)
        cell, board, _ = replay(config, self.walls[i], self.seed[i], action, worth)
        return Episode(
            index=self.first + i, seed=self.seed[i], split=self.split[i], run=run, walls=self.walls[i],
            cell=cell, board=board, action=action, reward=reward, role=self.role.rows(rows, shape),
            prompt=self.prompt.rows(rows, shape), agents=self.agents[i],
            probability=None if self.probability is None else self.probability[rows].reshape(shape),
        )  # fmt: skip


def read(name: str, data: bytes, span: range, run: dict, coded: Sequence[str] = ()) -> pa.Table:
    """One table of a shard, from its file's bytes: the rows that episodes of these settings have, and no other columns.

    Raises FunhouseError where it is another table, and as `read_table` does.
    """
    config = OrchardConfig.from_dict(run["orchard"])
    found = columns_of(data)
    schema = {"episodes": EPISODES, "steps": STEPS}.get(name) or agents_schema(found)
    if name == "steps" and "probability" in found.names:
        schema = schema.append(PROBABILITY)
    rows = len(span) * {"episodes": 1, "agents": config.agents, "steps": config.agents * config.steps}[name]
    return read_table(data, schema, rows, coded, longest=LONGEST_MAP if name == "episodes" else TEXT)


def from_files(files: Mapping[str, bytes], span: range, run: dict) -> Shard:
    """A shard from the bytes of its three files, by table; `span` has the indices of its episodes.

    Raises FunhouseError where the tables are no episodes of these settings, and as `read_table` does.
    """
    config = OrchardConfig.from_dict(run["orchard"])
    episodes, agents, steps = (read(name, files[name], span, run, CODED if name == "steps" else ()) for name in TABLES)
    check_episodes(episodes, span, run["split"])
    first = starts_of(agents, span, "agents")
    check_agents(agents, first, config.agents)
    start, people = starts_of(steps, span, "steps"), people_of(agents, first)
    check_steps(steps, start, np.diff(first))
    shard = Shard(
        first=span.start,
        seed=episodes["seed"].to_pylist(),
        split=episodes["split"].to_pylist(),
        walls=[walls_of(text, config) for text in episodes["map"].to_pylist()],
        agents=people,
        start=start,
        action=steps["action"].to_numpy(),
        reward=steps["reward"].to_numpy(),
        prompt=coded_text(array_of(steps["prompt"])),
        role=coded_lists(array_of(steps["role"])),
        probability=steps["probability"].to_numpy() if "probability" in steps.column_names else None,
    )
    check_within(shard.action, 0, len(config.action_names), "action")
    check_roles(shard.role.value, shard.role.code, start, people)
    return shard


def walls_of(text: str, config: OrchardConfig) -> np.ndarray:
    """The walls (h, w) bool of one episode. Raises FunhouseError where they are not of its settings: a map without
    room for all that is on it would be searched for ever."""
    walls = parse_map(text)
    if walls.shape != config.shape or (~closed(walls, config.glass)).sum() < config.room:
        height, width = walls.shape
        raise FunhouseError(f"a map of {height} x {width} is not of {config.shape}, or has no room for {config.room}")
    return walls


def people_of(agents: pa.Table, start: np.ndarray) -> list[list[Agent]]:
    """Each episode's agents, rows start[i] to start[i + 1]; columns that are not named here are traits."""
    people = []
    for row in agents.drop_columns(["episode", "agent"]).to_pylist():
        said = {"description": row.pop("description"), "mind": row.pop("mind", "")}
        people.append(Agent(row.pop("name"), **said, type=row))
    return [people[first:stop] for first, stop in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)]
