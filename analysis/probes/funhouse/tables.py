"""The funhouse probe's tables as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from analysis.probes.funhouse.measure import DESCRIPTION, LIKELIHOOD, UNDO


def tables(document: Mapping[str, Any]) -> list[Table]:
    """A table for each readout: a line for each contender, a column for each sort of imitators."""
    return [_table(readout, document["rows"]) for readout in (LIKELIHOOD, DESCRIPTION, UNDO)]


def _table(readout: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    own = [row for row in rows if row["readout"] == readout]
    table = Table(title=readout, title_justify="left", header_style="bold")
    table.add_column("contender", no_wrap=True)
    sorts = list(dict.fromkeys(row["of"] for row in own))
    for of in sorts:
        table.add_column(of, justify="right", no_wrap=True)
    for name in dict.fromkeys(row["contender"] for row in own):
        told = {row["of"]: row for row in own if row["contender"] == name}
        table.add_row(name, *[_cell(told[of]) if of in told else "–" for of in sorts])
    return table


def _cell(row: Mapping[str, Any]) -> str:
    if row["value"] is None:
        return "–"
    if row["low"] is None:
        return f"{row['value']:.2f}"
    return f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
