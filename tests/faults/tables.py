"""Hostile tables of a log: other values, columns, rows and bytes, listed and signed again."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests import forging
from tests.faults.hostile import NAMES
from tests.faults.sound import at
from tests.faults.trial import EXECUTED, SILENT, Outcome, Trial, kind
from worlds.log.tables import decode


def _table(trial: Trial, change, what: str, names: str = "") -> Outcome:
    """A trial in which a table is another one; `change(rows, column)` makes it."""
    sound, copy = trial.pick("log")
    files = [path.name for path in sorted(copy.glob(f"{names}*.parquet"))]
    name = trial.random.choice(files)
    whole = (copy / name).read_bytes()
    told = []

    def forge(rows: pa.Table) -> pa.Table:
        column = trial.random.choice(rows.column_names)
        told.append(column)
        return change(rows, column)

    forging.table(copy, name, forge)
    fault = f"{name} {told[0]}: {what}"
    return trial.read(sound, copy, fault, forged=True, immaterial=(copy / name).read_bytes() == whole)


def _other(trial: Trial, value: Any) -> Any:
    """Another value of the type of this one, legal or not."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return trial.random.choice([0, 1, 2, 3, 4, 5, 6, 99, 127])
    if isinstance(value, float):
        return trial.random.choice([0.0, -1.0, 1e30, float("nan"), float("inf"), 0.5])
    if isinstance(value, str):
        return trial.random.choice([*NAMES, "far", "near", "#", ".", "red", "0" * 64])
    if isinstance(value, bytes):
        return trial.random.choice([b"", value[:-1], value + b"x", bytes(len(value)), b"\xff" * len(value)])
    return [_other(trial, value[0])] if value else trial.random.choice([["Bo"], ["me", "me"], [""], [1]])


@kind
def table_value(trial: Trial) -> Outcome:
    def change(rows: pa.Table, column: str) -> pa.Table:
        def spoilt(values: list) -> list:
            row = trial.random.randrange(len(values))
            values[row] = _other(trial, values[row])
            return values

        try:
            return forging.column(column, spoilt)(rows)
        except (pa.ArrowException, OverflowError):
            return rows

    return _table(trial, change, "another value")


@kind
def table_columns(trial: Trial) -> Outcome:
    """Another schema: a column less, more, twice, of another type, with nulls, in another order."""
    form = trial.random.choice(
        ["drop", "rename", "twice", "more", "int64", "string", "null", "order", "float", "extension"]
    )

    def change(rows: pa.Table, column: str) -> pa.Table:
        at = rows.schema.get_field_index(column)
        values = rows[column]
        if form == "drop":
            return rows.drop_columns([column])
        if form == "rename":
            return rows.rename_columns([f"{name}x" if name == column else name for name in rows.column_names])
        if form == "twice":
            return rows.append_column(rows.schema.field(at), values)
        if form == "more":
            return rows.append_column("more", pa.array(range(len(rows))))
        if form == "order":
            return rows.select(list(reversed(rows.column_names)))
        new: Any = {
            "int64": pa.array(range(len(rows))),
            "string": pa.array([str(one) for one in values.to_pylist()]),
            "null": pa.array([None] * len(rows), values.type),
            "float": pa.array([float("nan")] * len(rows)),
            "extension": pa.array([[[1]]] * len(rows)),
        }[form]
        return rows.set_column(at, column, new)

    return _table(trial, change, form)


@kind
def table_rows(trial: Trial) -> Outcome:
    """Rows that are gone, twice there, or in another order; none at all; a million."""
    form = trial.random.choice(["none", "gone", "twice", "reversed", "swapped", "many"])

    def change(rows: pa.Table, _: str) -> pa.Table:
        row = trial.random.randrange(len(rows))
        order = list(range(len(rows)))
        if form == "gone":
            del order[row]
        elif form == "twice":
            order.insert(row, row)
        elif form == "reversed":
            order.reverse()
        elif form == "swapped":
            order[0], order[row] = order[row], order[0]
        elif form == "many":
            order = order * (200_000 // len(order))
        return rows.take(pa.array(order))

    if form != "none":
        return _table(trial, change, form)
    sound, copy = trial.pick("log")
    path = trial.random.choice(sorted(copy.glob("*.parquet")))
    empty = pa.BufferOutputStream()
    pq.write_table(decode(path.read_bytes()).slice(0, 0), empty)
    forging.file(copy, path.name, empty.getvalue().to_pybytes())
    return trial.read(sound, copy, f"{path.name}: no rows", forged=True)


@kind
def bytes_that_are_no_table(trial: Trial) -> Outcome:
    """What a Parquet reader is given: signed, but cut, noisy, or something else."""
    sound, copy = trial.pick("log")
    path = trial.random.choice(sorted(copy.glob("*.parquet")))
    data = path.read_bytes()
    spoilt = bytearray(data)
    for _ in range(trial.random.randint(1, 20)):
        spoilt[trial.random.randrange(len(data))] = trial.random.randrange(256)
    forms = {
        "noise": bytes(spoilt), "empty": b"", "cut": data[: len(data) // 2], "magic": b"PAR1PAR1",
        "length": data[:-8] + b"\xff\xff\xff\x7f" + data[-4:], "text": b"a,b\n1,2\n", "tail": data + data,
    }  # fmt: skip
    name = trial.random.choice(sorted(forms))
    forging.file(copy, path.name, forms[name])
    outcome = trial.read(sound, copy, f"{path.name}: {name}", forged=True)
    if outcome.result == SILENT and name in ("noise", "tail") and _values(forms[name]) == _values(data):
        return replace(outcome, result="same")  # bits that no reader looks at
    return outcome


def _values(data: bytes) -> Any:
    """The values of a table, None where there are none; in this process, so only of what a child has survived."""
    try:
        return decode(data).to_pylist()
    except Exception:
        return None


@kind
def names_in_a_log(trial: Trial) -> Outcome:
    """Names, words and descriptions that a terminal, a picture or a prompt would obey; shown to a person."""
    sound, copy = trial.pick("log")
    name, column = trial.random.choice(NAMES), trial.random.choice(["name", "description"])
    file = trial.random.choice(sorted(copy.glob("agents-*.parquet"))).name
    forging.table(copy, file, forging.column(column, lambda values: [name, *values[1:]]))
    reader = trial.random.choice(sorted(sound.readers))
    command = [word for word in at(sound.readers[reader], copy, trial.new) if word != "--json"]
    ended = trial.tom(command)
    result = trial.fail(ended) or ("refused" if ended.status else "another")
    if ended.status == 0 and reader == "verify":
        result = SILENT
    if any(sign in ended.out + ended.err for sign in "\x1b\x07\x9b\u202e\0\r"):
        result = EXECUTED  # by the terminal
    return Outcome(result, f"{sound.name} {reader}", f"{file} {column}: {name[:20]!r}", ended.last)
