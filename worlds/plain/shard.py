"""One shard of a log of a world of one's own: the orchard's tables, and what every place held at every step.

Whoever wrote the world may change it, so nothing is left to be replayed: a log reads without that code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from worlds.errors import FunhouseError
from worlds.log.columns import agents_schema, check_within
from worlds.log.parquet import read_table
from worlds.log.shard import BaseShard, decoded
from worlds.log.tables import agents_table, columns_of, schema_of, steps_schema, steps_table, table_of
from worlds.plain.config import PlainConfig
from worlds.plain.episode import PlainEpisode

TABLES = ("episodes", "agents", "steps", "scenes")
EPISODES = schema_of(episode=pa.int64(), seed=pa.uint64(), split=pa.string())
STEPS = steps_schema(pa.int16(), place=pa.int32())
SCENES = schema_of(episode=pa.int64(), step=pa.int32(), place=pa.int32(), content=pa.int32())


def to_tables(episodes: Sequence[PlainEpisode]) -> dict[str, pa.Table]:
    """Episodes as four tables, in the order of episode, step, and agent or place."""
    rows = [(e.index, e.seed, e.split) for e in episodes]
    place = np.concatenate([e.place.ravel() for e in episodes]).astype(np.int32)
    index = np.concatenate([np.full(e.content.size, e.index) for e in episodes])
    step, where = np.concatenate([np.indices(e.content.shape).reshape(2, -1) for e in episodes], axis=1)
    content = np.concatenate([e.content.ravel() for e in episodes])
    return {
        "episodes": table_of(zip(*rows, strict=True), EPISODES),
        "agents": agents_table(episodes),
        "steps": steps_table(episodes, pa.int16(), place=place),
        "scenes": table_of([index, step, where, content], SCENES),
    }


@dataclass(frozen=True, kw_only=True)
class PlainShard(BaseShard):
    """A decoded shard of a world of one's own, all of whose episodes have one shape."""

    place: np.ndarray  # e t n int32
    content: np.ndarray  # e t m int32

    @property
    def bytes(self) -> int:
        return super().bytes + self.place.nbytes + self.content.nbytes

    def episode(self, i: int, run: dict, _=None) -> PlainEpisode:
        """The shard's i-th episode."""
        return PlainEpisode(**self.common(i, run), place=self.place[i], content=self.content[i])


def read(name: str, data: bytes, span: range, run: dict, coded: Sequence[str] = ()) -> pa.Table:
    """One table of a shard, as worlds.orchard.shard.read has it."""
    told = PlainConfig.from_dict(run["plain"])
    schema = {"episodes": EPISODES, "steps": STEPS, "scenes": SCENES}.get(name)
    each = {"episodes": 1, "agents": told.agents, "steps": told.agents * told.steps, "scenes": told.places * told.steps}
    return read_table(data, schema or agents_schema(columns_of(data)), len(span) * each[name], coded)


def from_files(files: Mapping[str, bytes], span: range, run: dict) -> PlainShard:
    """A shard from the bytes of its four files, by table; `span` has the indices of its episodes.

    Raises FunhouseError where the tables are no episodes of these settings, and as `read_table` does.
    """
    told = PlainConfig.from_dict(run["plain"])
    tables, common = decoded(files, read, TABLES, span, run, told.agents)
    _check_scenes(tables["scenes"], span, told)
    if (np.diff(common["start"]) != told.steps * told.agents).any():
        raise FunhouseError("its column step is not each step of each episode")
    place, content = tables["steps"]["place"].to_numpy(), tables["scenes"]["content"].to_numpy()
    check_within(common["action"], 0, len(told.actions), "action")
    check_within(place, 0, told.places, "place")
    check_within(content, 0, told.contents, "content")
    shape = (len(span), told.steps, -1)
    return PlainShard(**common, place=place.reshape(shape), content=content.reshape(shape))


def _check_scenes(scenes: pa.Table, span: range, told: PlainConfig) -> None:
    """Raises FunhouseError unless each place stands once at each step of each episode, in order."""
    expected = np.indices((len(span), told.steps, told.places)).reshape(3, -1)
    for name, values in zip(("episode", "step", "place"), expected, strict=True):
        if not np.array_equal(scenes[name].to_numpy(), values + (span.start if name == "episode" else 0)):
            raise FunhouseError(f"its column {name} is not each place at each step, in order")
