"""The tables of probes: a line for each row of a document, or its rows turned so that one of their keys runs across."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from analysis.probes.contenders import EGOCENTRIC, IGNORANT, REASONER
from analysis.probes.probe import keys

Row = Mapping[str, Any]
Column = str | tuple[str, Callable[[Row], str]]  # a key of the rows; or words, and what fills the cells under them


def shown(value: Any) -> str:
    """One value in a cell; a dash where it is undefined."""
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def beside(rows: Iterable[Row], *more: str) -> list[Row]:
    """The rows of the mind, and of those whom tables show beside it, by name."""
    shown = {REASONER, IGNORANT, EGOCENTRIC, "mind, no history", *more}
    return [row for row in rows if row["kind"] == "mind" or row["contender"] in shown]


def bounded(figure: str) -> Callable[[Row], str]:
    """Fills cells with a figure of a row and its interval, to two places."""

    def cell(row: Row) -> str:
        value, low, high = (row.get(key) for key in keys(figure))
        if value is None:
            return "–"
        return f"{value:.2f}" if low is None or high is None else f"{value:.2f} ({low:.2f} to {high:.2f})"

    return cell


def lines(title: str, rows: Iterable[Row], left: Sequence[Column], right: Sequence[Column], block: int = 1) -> Table:
    """A line for each row. What the first `block` columns say stands once over the lines that share it."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for justify, columns in (("left", left), ("right", right)):
        for column in columns:
            table.add_column(_words(column), justify=justify, no_wrap=True)  # type: ignore[arg-type]
    before: list[str] = []
    for row in rows:
        cells = [_cell(column, row) for column in (*left, *right)]
        if (here := cells[:block]) == before:
            cells[:block] = [""] * block
        elif block:
            table.add_section()
        table.add_row(*cells)
        before = here
    return table


def pivot(
    title: str, rows: Iterable[Row], left: Sequence[str], across: str, fill: Callable[[Row], str] | str, block: int = 1
) -> Table:
    """A line for each value of the keys `left`, a column for each of `across`, cells filled from the row of both."""
    columns: dict[str, None] = {}
    found: dict[tuple, dict[str, str]] = {}
    for row in rows:
        columns[str(row[across])] = None
        line = found.setdefault(tuple(row[key] for key in left), {})
        line[str(row[across])] = shown(row[fill]) if isinstance(fill, str) else fill(row)
    merged = [dict(zip(left, key, strict=True)) | cells for key, cells in found.items()]
    return lines(title, merged, left, list(columns), block)


def _words(column: Column) -> str:
    return column.replace("_", " ") if isinstance(column, str) else column[0]


def _cell(column: Column, row: Row) -> str:
    return shown(row.get(column)) if isinstance(column, str) else column[1](row)
