"""The tables that the logs of all worlds share: who took part, what everybody was told and did; Arrow and Parquet."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from worlds.base_episode import Agent, BaseEpisode

CODED = ["prompt", "role.list.element"]  # columns with few distinct values, read as codes


def schema_of(**columns: pa.DataType) -> pa.Schema:
    """Columns without nulls."""
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


ROLE = pa.list_(pa.field("element", pa.string(), nullable=False))


def steps_schema(action: pa.DataType, **more: pa.DataType) -> pa.Schema:
    """The columns of "steps", and more of them."""
    return schema_of(
        episode=pa.int64(), step=pa.int32(), agent=pa.int32(),
        prompt=pa.string(), role=ROLE, action=action, reward=pa.float32(), **more,
    )  # fmt: skip


def file_name(table: str, shard: int) -> str:
    """The name of one table's file, such as steps-00003.parquet."""
    return f"{table}-{shard:05d}.parquet"


def agents_table(episodes: Sequence[BaseEpisode]) -> pa.Table:
    """Who took part: a row for each agent of each episode, its traits as columns."""
    traits = list(episodes[0].agents[0].type)
    words = ["description", *(["mind"] if any(agent.mind for e in episodes for agent in e.agents) else [])]
    words += ["stranger"] if episodes[0].run.get("strangers") else []  # also where none came to this shard
    columns = dict.fromkeys((*traits, *words), pa.string())
    schema = schema_of(episode=pa.int64(), agent=pa.int32(), name=pa.string(), **columns)
    rows = [
        (e.index, i, one.name, *(one.type[trait] for trait in traits), *(getattr(one, said) for said in words))
        for e in episodes
        for i, one in enumerate(e.agents)
    ]
    return table_of(zip(*rows, strict=True), schema)


def steps_table(episodes: Sequence[BaseEpisode], action: pa.DataType, **more: np.ndarray) -> pa.Table:
    """What each agent was told and did, a row for each agent of each step of each episode; and more columns (rows,)."""
    shapes = [episode.action.shape for episode in episodes]
    index = [episode.index for episode in episodes]
    columns = [
        np.repeat(np.array(index, np.int64), [t * n for t, n in shapes]),
        np.concatenate([np.repeat(np.arange(t, dtype=np.int32), n) for t, n in shapes]),
        np.concatenate([np.tile(np.arange(n, dtype=np.int32), t) for t, n in shapes]),
        _told([row for e in episodes for row in e.prompt], pa.string()),
        _told([row for e in episodes for row in e.role], ROLE),
        np.concatenate([e.action.ravel() for e in episodes]),
        np.concatenate([e.reward.ravel() for e in episodes]),
    ]
    return with_columns(table_of(columns, steps_schema(action)), **more)


def _told(rows: Sequence[list], kind: pa.DataType) -> pa.Array:
    """The elements of rows one after another; a row that stands in several places, as steps of one phase share it, is
    read once."""
    once = {id(row): row for row in rows}
    ends = np.cumsum([len(row) for row in once.values()])
    spans = dict(zip(once, np.split(np.arange(ends[-1]), ends[:-1]), strict=True))
    places = np.concatenate([spans[id(row)] for row in rows])
    each = pa.array([element for row in once.values() for element in row], kind)
    return _lists(each, places) if pa.types.is_list(kind) else each.take(pa.array(places))


def _lists(each: pa.ListArray, places: np.ndarray) -> pa.ListArray:
    """The lists at some places; Arrow's own `take` goes from element to element."""
    first, size = each.offsets.to_numpy()[:-1][places], each.value_lengths().to_numpy()[places]
    offsets = np.concatenate([[0], np.cumsum(size)])
    elements = np.repeat(first - offsets[:-1], size) + np.arange(offsets[-1])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), each.values.take(pa.array(elements)), each.type)


def with_columns(table: pa.Table, **columns: np.ndarray) -> pa.Table:
    """A table and further columns (rows,)."""
    for name, column in columns.items():
        values = pa.array(column)
        table = table.append_column(pa.field(name, values.type, nullable=False), values)
    return table


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


def people_of(agents: pa.Table, start: np.ndarray) -> list[list[Agent]]:
    """Each episode's agents, rows start[i] to start[i + 1]; columns before the description are the name and traits."""
    people, names = [], agents.column_names
    beside = names[names.index("description") :]
    for row in agents.drop_columns(["episode", "agent"]).to_pylist():
        said = {name: row.pop(name) for name in beside}
        people.append(Agent(row.pop("name"), **said, type=row))
    return [people[first:stop] for first, stop in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)]
