"""The stranger probe's tables as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from analysis.probes.stranger.measure import DEFINITION, REASONER, STRANGER
from analysis.shortcuts import COPY, IGNORANT

SHOWN = (REASONER, IGNORANT, COPY)  # beside the mind and what is left of it


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Excess against the stranger for every kind of stranger; skill, for those within the type space."""
    rows = document["rows"]
    counts = sorted({row["observed"] for row in rows})
    nats = [row for row in rows if row["against"] == STRANGER and _shown(row)]
    skill = [row for row in rows if row["against"] == DEFINITION and row["kind"] == "mind"]
    return [
        _pivot(nats, counts, "excess_nats", "nats from what the stranger would do"),
        *([_pivot(skill, counts, "skill", "skill against the definition")] if skill else []),
    ]


def _shown(row: Mapping[str, Any]) -> bool:
    return row["kind"] == "mind" or row["contender"] in SHOWN or row["contender"] == "mind, no history"


def _pivot(rows: Sequence[Mapping[str, Any]], counts: Sequence[int], figure: str, title: str) -> Table:
    """A line for each stranger and contender, a column for each number of steps observed."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for word in ("stranger", "contender"):
        table.add_column(word, no_wrap=True)
    for count in counts:
        table.add_column(str(count), justify="right", no_wrap=True)
    lines: dict[tuple[str, str], dict[int, float | None]] = {}
    for row in rows:
        lines.setdefault((row["stranger"], row["contender"]), {})[row["observed"]] = row[figure]
    before = None
    for (stranger, contender), values in lines.items():
        if stranger != before:
            table.add_section()
        shown = [values.get(count) for count in counts]
        cells = ["–" if value is None else f"{value:.3f}" for value in shown]
        table.add_row("" if stranger == before else stranger, contender, *cells)
        before = stranger
    return table
