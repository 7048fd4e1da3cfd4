"""Where a log is not what comes of it when it is made again: the errors that say so."""

import pyarrow as pa

from worlds import FunhouseError
from worlds.log.manifest import versions
from worlds.log.reader import Log
from worlds.log.tables import file_name


def compare_tables(log: Log, shard: int, again: dict[str, pa.Table]) -> None:
    """Raises FunhouseError naming the first value in which a shard's tables are not those that were made again."""
    for name in again:
        logged, file = log.shard_table(name, shard), file_name(name, shard)
        if logged.schema != again[name].schema or len(logged) != len(again[name]):
            raise differs(log, file, "the form of the table", logged.shape, again[name].shape)
        for column in logged.column_names:
            if not logged[column].equals(again[name][column]):
                raise _first_difference(log, file, column, logged, again[name])


def _first_difference(log: Log, file: str, column: str, logged: pa.Table, again: pa.Table) -> FunhouseError:
    pairs = zip(logged[column].to_pylist(), again[column].to_pylist(), strict=True)
    row, (had, made) = next((row, pair) for row, pair in enumerate(pairs) if pair[0] != pair[1])
    keys = [key for key in ("episode", "step", "agent") if key in logged.column_names]
    place = ", ".join(f"{key} {again[key][row]}" for key in keys)
    return differs(log, f"{file} ({place})", column, had, made)


def versions_apart(log: Log) -> str | None:
    """In which packages this installation is not the one that made a log, in words; None where it is."""
    told = log.meta.get("versions", {})
    here = versions(*told)
    apart = [
        f"{name} {number} made it and {here[name]} is here" for name, number in told.items() if here[name] != number
    ]
    return f"versions differ: {', '.join(apart)}" if apart else None


def differs(log: Log, place: str, what: str, had: object, made: object) -> FunhouseError:
    """The error for a value of a log, to be raised."""
    made_with = ", ".join(f"{name} {number}" for name, number in log.meta.get("versions", {}).items())
    remedy = f"record it anew, or verify it with the versions that made it ({made_with})"
    if apart := versions_apart(log):
        remedy = f"record it anew, or install what made it; {apart}"
    return FunhouseError(
        f"the log does not replay: {what} is {had!r} in the log and {made!r} when played again",
        place=f"{log.path}/{place}",
        remedy=remedy,
    )
