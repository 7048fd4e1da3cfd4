"""Forgeries: documents and tables that say what no run wrote, signed again, so that every checksum holds.

A hostile author, or a broken program, writes checksums too; what is proven with these helpers is that values are
checked after them.
"""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from worlds.atomic_files import digest
from worlds.log.journal import Journal
from worlds.log.manifest import MANIFEST, entry
from worlds.log.tables import decode
from worlds.signed import canonical

Where = str | Sequence[str]
Change = Callable[[pa.Table], pa.Table]
ABSENT = object()  # in place of a value: the key is taken away


def put(values: Any, path: Where, value: Any) -> Any:
    """JSON values with another one at a dotted path, or one in parts: "meta.config.orchard.steps", ("files", "a.b");
    "*" is every key."""
    values = deepcopy(values)
    name, *rest = path.split(".") if isinstance(path, str) else path
    for key in list(values) if name == "*" else [int(name) if isinstance(values, list) else name]:
        if rest:
            values[key] = put(values[key], rest, value)
        elif value is ABSENT:
            del values[key]
        else:
            values[key] = value
    return values


def sign(directory: Path, body: Any) -> None:
    """Writes a manifest with these values and its own right checksum."""
    body = {name: value for name, value in body.items() if name != "sha256"} if isinstance(body, dict) else body
    if isinstance(body, dict):
        body = {**body, "sha256": digest(canonical(body))}
    (directory / MANIFEST).write_bytes(canonical(body))


def manifest(directory: Path, path: Where, value: Any) -> None:
    """Another value in the manifest of a log or a checkpoint, by its dotted path; signed."""
    sign(directory, put(json.loads((directory / MANIFEST).read_bytes()), path, value))


def file(directory: Path, name: str, data: bytes) -> None:
    """Other bytes in a listed file; listed and signed."""
    (directory / name).write_bytes(data)
    body = json.loads((directory / MANIFEST).read_bytes())
    body["files"][name] |= entry(data)
    sign(directory, body)


def document(directory: Path, name: str, path: Where, value: Any) -> None:
    """Another value in a listed JSON file, such as a checkpoint's config.json; listed and signed."""
    file(directory, name, canonical(put(json.loads((directory / name).read_bytes()), path, value)))


def table(directory: Path, name: str, change: Change) -> None:
    """Another table in a Parquet file of a log; listed and signed."""
    rows, sink = change(decode((directory / name).read_bytes())), pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd", write_page_checksum=True, store_schema=False)
    file(directory, name, sink.getvalue().to_pybytes())


def journal(directory: Path, path: Where, value: Any) -> None:
    """An unfinished log of the same files, whose journal has another value: below "meta." or "files."; signed."""
    body = json.loads((directory / MANIFEST).read_bytes())
    meta = {name: one for name, one in body["meta"].items() if name != "versions"}
    values = put({"meta": meta, "files": body["files"]}, path, value)
    Journal(directory).open(values["meta"], values["files"])
    (directory / MANIFEST).unlink()


def column(name: str, change: Callable[[list], list], kind: pa.DataType | None = None) -> Change:
    """A change of one column's values, and of its type where one is given."""

    def changed(rows: pa.Table) -> pa.Table:
        field = rows.schema.field(name)
        values = pa.array(change(rows[name].to_pylist()), kind or field.type)
        place = rows.schema.get_field_index(name)
        return rows.set_column(place, pa.field(name, values.type, nullable=values.null_count > 0), values)

    return changed
