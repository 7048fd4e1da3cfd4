"""The self-report probe's tables as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

FIGURES = ("resolved", "over_posterior", "calibration_error")


def tables(document: Mapping[str, Any]) -> list[Table]:
    """What was said of others and of oneself; then skill with tastes permuted."""
    said = [row for row in document["rows"] if row["about"]]
    skill = [row for row in document["rows"] if not row["about"] and row["kind"] in ("mind", "control")]
    return [_said(said), _skill(skill)]


def _said(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("what was said of others, and of oneself", "about", "the asked agent was", "contender", *FIGURES)
    before = None
    for row in rows:
        here = row["about"], row["words"]
        if here != before:
            table.add_section()
        head = ("", "") if here == before else here
        table.add_row(*head, row["contender"], *[_cell(row, figure) for figure in FIGURES])
        before = here
    return table


def _skill(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("skill with tastes permuted", "question", "contender", "kept", "skill")
    for row in rows:
        values = _cell(row, "skill")
        table.add_row(f"{row['stance']}, depth {row['depth']}", row["contender"], str(row["kept"]), values)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _cell(row: Mapping[str, Any], figure: str) -> str:
    value, low, high = (row.get(f"{figure}{end}") for end in ("", "_low", "_high"))
    if value is None:
        return "–"
    return f"{value:.2f}" if low is None or high is None else f"{value:.2f} ({low:.2f} to {high:.2f})"
