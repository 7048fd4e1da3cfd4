"""The tables as a person reads them: a line for each thing scored and arm, a column for each generation."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

WORDS = {
    "scripted": "scripted agents", "ancestor": "copies of generation 0", "copies": "copies of itself",
    "self": "self-consistency",
}  # fmt: skip
Key = tuple[str, str, int]  # about, stance, depth


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Skill of the minds and of exact reasoning, nats of the minds, and the differences of the two arms in both."""
    rows, differences = document["rows"], document["differences"]
    minds = [row for row in rows if row["contender"] == "mind"]
    about_copies = [row for row in rows if row["contender"] != "mind" and row["about"] not in ("scripted", "ancestor")]
    shown = [_pivot(minds, "skill", "skill, with 95% interval")]
    shown.append(_pivot(minds, "excess_nats", "nats from the truth"))
    shown.append(_pivot(about_copies, "skill", "skill of exact reasoning about the same copies"))
    if differences:
        between = [{**row, "arm": f"{row['arm']} - {row['beside']}"} for row in differences]
        shown.append(_pivot(between, "skill", "differences in skill, with 95% interval"))
    return shown


def bounded(row: Mapping[str, Any], figure: str) -> str:
    """A figure and its interval in words."""
    stem = "excess" if figure == "excess_nats" else figure
    value, low, high = (row[key] for key in (figure, f"{stem}_low", f"{stem}_high"))
    if value is None:
        return "–"
    places = 4 if figure == "excess_nats" else 3
    said = f"{value:.{places}f}"
    return said if low is None else f"{said} [{low:.{places}f}, {high:.{places}f}]"


def key_of(row: Mapping[str, Any]) -> Key:
    """What a row is of."""
    return row["about"], row["stance"], row["depth"]


def _pivot(rows: Sequence[Mapping[str, Any]], figure: str, title: str) -> Table:
    generations = sorted({row["generation"] for row in rows})
    table = Table(title=title, title_justify="left", header_style="bold")
    for word in ("about", "asked", "arm"):
        table.add_column(word, no_wrap=True)
    for generation in generations:
        table.add_column(str(generation), justify="right", no_wrap=True)
    cells: dict[tuple[Key, str], dict[int, str]] = {}
    for row in rows:
        cells.setdefault((key_of(row), row["arm"]), {})[row["generation"]] = bounded(row, figure)
    before = None
    for (about, stance, depth), arm in sorted(cells, key=lambda cell: _order(cell[0])):
        said = cells[(about, stance, depth), arm]
        table.add_row(
            "" if about == before else WORDS[about], f"{stance} {depth}", arm, *(said.get(g, "") for g in generations)
        )
        before = about
    return table


def _order(key: Key) -> tuple[int, str, int]:
    return list(WORDS).index(key[0]), *key[1:]
