"""One shard of a log: a run of consecutive episodes as three Parquet tables, and back.

The tables hold what happened and not what can be replayed: where everybody stood and what grew follows from
an episode's seed and its actions. docs/log_format.md lists the columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from worlds.errors import FunhouseError
from worlds.log.columns import agents_schema, check_within, text
from worlds.log.parquet import TEXT, read_table
from worlds.log.shard import BaseShard, decoded
from worlds.log.tables import agents_table, columns_of, schema_of, steps_schema, steps_table, table_of, with_columns
from worlds.orchard.config import OrchardConfig
from worlds.orchard.episode import Episode, replay
from worlds.orchard.fortune import way_of
from worlds.orchard.maps import MOST_CELLS, map_text, parse_map
from worlds.orchard.mirror import closed

TABLES = ("episodes", "agents", "steps")
LONGEST_MAP = 4 * MOST_CELLS  # bytes

EPISODES = schema_of(episode=pa.int64(), seed=pa.uint64(), map=pa.string(), split=pa.string())
STEPS = steps_schema(pa.int8())
PROBABILITY = pa.field("probability", pa.float32(), nullable=False)  # where copies of a mind take part
HOLLOW = pa.field("hollow", pa.bool_(), nullable=False)  # where there is luck
COMPASS = pa.field("compass", pa.int8(), nullable=False)  # where there is one


def to_tables(episodes: Sequence[Episode]) -> dict[str, pa.Table]:
    """Episodes as the tables "episodes", "agents" and "steps", in the order of episode, step, agent."""
    return {"episodes": _episodes(episodes), "agents": agents_table(episodes), "steps": _steps(episodes)}


def _steps(episodes: Sequence[Episode]) -> pa.Table:
    """What each agent did; where copies of a mind took part, how likely that was too; where there is luck, who ate what
    was worth nothing."""
    chance = [e.probability.ravel() for e in episodes if e.probability is not None]
    more = {"probability": np.concatenate(chance).astype(np.float32)} if chance else {}
    if hollow := [e.hollow.ravel() for e in episodes if e.hollow is not None]:
        more["hollow"] = np.concatenate(hollow)
    return steps_table(episodes, pa.int8(), **more)


def _episodes(episodes: Sequence[Episode]) -> pa.Table:
    rows = [(e.index, e.seed, map_text(e.walls, e.glass), e.split) for e in episodes]
    table = table_of(zip(*rows, strict=True), EPISODES)
    ways = np.array([e.compass for e in episodes], np.int8)
    return with_columns(table, compass=ways) if episodes[0].config.compass else table


@dataclass(frozen=True, kw_only=True)
class Shard(BaseShard):
    """A decoded shard of the orchard."""

    walls: list[np.ndarray]  # (h, w) bool each
    probability: np.ndarray | None = None  # (rows,) float32
    hollow: np.ndarray | None = None  # (rows,) bool

    @property
    def bytes(self) -> int:
        held = [array for array in (self.probability, self.hollow) if array is not None]
        return super().bytes + sum(array.nbytes for array in (*self.walls, *held))

    def episode(self, i: int, run: dict, config: OrchardConfig) -> Episode:
        """The shard's i-th episode, replayed from its seed and its actions."""
        common, walls = self.common(i, run), self.walls[i]
        # What a fruit is worth is a matter of the agents' types, unknown here: the logged reward stands.
        worth = np.zeros((len(self.agents[i]), config.kinds), np.float32)
        cell, board, _ = replay(config, walls, self.seed[i], common["action"], worth)
        chance = None if self.probability is None else self.rows(i, self.probability)
        hollow = None if self.hollow is None else self.rows(i, self.hollow)
        return Episode(**common, walls=walls, cell=cell, board=board, probability=chance, hollow=hollow)


def read(name: str, data: bytes, span: range, run: dict, coded: Sequence[str] = ()) -> pa.Table:
    """One table of a shard, from its file's bytes: the rows that episodes of these settings have, and no other columns.

    Raises FunhouseError where it is another table, and as `read_table` does.
    """
    config = OrchardConfig.from_dict(run["orchard"])
    found = columns_of(data)
    strangers = [text("stranger")] if run.get("strangers") else []
    schema = {"episodes": EPISODES, "steps": STEPS}.get(name) or agents_schema(found, *strangers)
    if name == "steps" and "probability" in found.names:
        schema = schema.append(PROBABILITY)
    if name == "steps" and config.luck:
        schema = schema.append(HOLLOW)
    if name == "episodes" and config.compass:
        schema = schema.append(COMPASS)
    rows = len(span) * {"episodes": 1, "agents": config.agents, "steps": config.agents * config.steps}[name]
    return read_table(data, schema, rows, coded, longest=LONGEST_MAP if name == "episodes" else TEXT)


def from_files(files: Mapping[str, bytes], span: range, run: dict) -> Shard:
    """A shard from the bytes of its three files, by table; `span` has the indices of its episodes.

    Raises FunhouseError where the tables are no episodes of these settings, and as `read_table` does.
    """
    config = OrchardConfig.from_dict(run["orchard"])
    tables, common = decoded(files, read, TABLES, span, run, config.agents)
    check_within(common["action"], 0, len(config.action_names), "action")
    steps = tables["steps"]
    if config.compass and tables["episodes"]["compass"].to_pylist() != [way_of(config, k) for k in common["seed"]]:
        raise FunhouseError("its compass is not that of its seeds", remedy="restore a copy of the log")
    return Shard(
        **common,
        walls=[walls_of(text, config) for text in tables["episodes"]["map"].to_pylist()],
        probability=steps["probability"].to_numpy() if "probability" in steps.column_names else None,
        hollow=steps["hollow"].to_numpy(zero_copy_only=False) if config.luck else None,
    )


def walls_of(text: str, config: OrchardConfig) -> np.ndarray:
    """The walls (h, w) bool of one episode. Raises FunhouseError where they are not of its settings: a map without
    room for all that is on it would be searched for ever."""
    walls = parse_map(text)
    if walls.shape != config.shape or (~closed(walls, config.glass)).sum() < config.room:
        height, width = walls.shape
        raise FunhouseError(f"a map of {height} x {width} is not of {config.shape}, or has no room for {config.room}")
    return walls
