"""The lens probe's tables as a person reads them."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from analysis.probes.contenders import EGOCENTRIC, IGNORANT, REASONER

SHOWN = (REASONER, IGNORANT, EGOCENTRIC, "mind, no history")  # beside the mind
FIGURES = {
    "by behaviour": ("area", "correlation", "uptake_seen", "uptake_not", "largest"),
    "directly": ("log_loss", "skill"),
}
TITLES = {
    "by behaviour": "which cells Bo sees, by how a change of them moves the prediction",
    "directly": "which cells Bo sees, asked directly",
}


def tables(document: Mapping[str, Any]) -> list[Table]:
    """By behaviour, a line for each world, sort of cells and contender; and directly."""
    return [_table(document, asked) for asked in FIGURES]


def _table(document: Mapping[str, Any], asked: str) -> Table:
    table = Table(title=TITLES[asked], title_justify="left", header_style="bold")
    for word in ("world", "cells", "contender"):
        table.add_column(word, no_wrap=True)
    for word in ("questions", *(figure.replace("_", " ") for figure in FIGURES[asked])):
        table.add_column(word, justify="right", no_wrap=True)
    before = None
    for row in (row for row in document["rows"] if row["asked"] == asked and _shown(row)):
        key = (row["world"], row["cells"])
        if key != before:
            table.add_section()
        shown = [row[figure] for figure in FIGURES[asked]]
        cells = ["–" if value is None else f"{value:.3f}" for value in shown]
        table.add_row(*(("", "") if key == before else key), row["contender"], str(row["questions"]), *cells)
        before = key
    return table


def _shown(row: Mapping[str, Any]) -> bool:
    return row["kind"] == "mind" or row["contender"] in SHOWN or row["asked"] == "directly"
