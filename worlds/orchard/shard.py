"""One shard of a log: a run of consecutive episodes as three Parquet tables, and back.

The tables hold what happened and not what can be replayed: where everybody stood and what grew follows from
an episode's seed and its actions. docs/log_format.md lists the columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

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
from worlds.log.tables import (
    CODED,
    ROLE,
    agents_table,
    columns_of,
    people_of,
    schema_of,
    steps_table,
    table_of,
)  # fmt: skip
from worlds.orchard.config import OrchardConfig
from worlds.orchard.episode import Agent, Episode, replay
from worlds.orchard.maps import MOST_CELLS, map_text, parse_map
from worlds.orchard.mirror import closed

TABLES = ("episodes", "agents", "steps")
LONGEST_MAP = 4 * MOST_CELLS  # bytes


EPISODES = schema_of(episode=pa.int64(), seed=pa.uint64(), map=pa.string(), split=pa.string())
STEPS = schema_of(
    episode=pa.int64(), step=pa.int32(), agent=pa.int32(),
    prompt=pa.string(), role=ROLE, action=pa.int8(), reward=pa.float32(),
)  # fmt: skip
PROBABILITY = pa.field("probability", pa.float32(), nullable=False)  # where copies of a mind take part


def to_tables(episodes: Sequence[Episode]) -> dict[str, pa.Table]:
    """Episodes as the tables "episodes", "agents" and "steps", in the order of episode, step, agent."""
    return {"episodes": _episodes(episodes), "agents": agents_table(episodes), "steps": _steps(episodes)}


def _steps(episodes: Sequence[Episode]) -> pa.Table:
    """What each agent did; where copies of a mind took part, how likely that was too."""
    table, chance = steps_table(episodes, STEPS), [e.probability for e in episodes if e.probability is not None]
    if not chance:
        return table
    column = pa.array(np.concatenate([p.ravel() for p in chance]), pa.float32())
    return table.append_column(PROBABILITY, column)


def _episodes(episodes: Sequence[Episode]) -> pa.Table:
    rows = [(e.index, e.seed, map_text(e.walls, e.glass), e.split) for e in episodes]
    return table_of(zip(*rows, strict=True), EPISODES)


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
