"""The false-belief probe's table as a person reads it."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from analysis.probes.contenders import EGOCENTRIC, IGNORANT, REASONER

SHOWN = (REASONER, IGNORANT, EGOCENTRIC, "mind, no history")  # beside the mind
SHIFTS = ("real_missed", "said_missed", "real_watched", "said_watched")
FIGURES = ("watching", "moved", "slope", "leak")


def tables(document: Mapping[str, Any]) -> list[Table]:
    """By condition and dose: by how much the answers shift (mean total variation), and how that fits what is real."""
    table = Table(title="by how much a fruit's going shifts the answer", title_justify="left", header_style="bold")
    for word in ("condition", "contender"):
        table.add_column(word, no_wrap=True)
    for word in ("cases", *(shift.replace("_", " ") for shift in SHIFTS), *FIGURES):
        table.add_column(word, justify="right", no_wrap=True)
    rows = [row for row in document["rows"] if row["kind"] == "mind" or row["contender"] in SHOWN]
    for key in dict.fromkeys((row["condition"], row["dose"]) for row in rows):
        table.add_section()
        here = [row for row in rows if (row["condition"], row["dose"]) == key and row["questions"]]
        for row in here:
            words = ", ".join(filter(None, key)) if row is here[0] else ""
            shown = [row[figure] for figure in (*SHIFTS, *FIGURES)]
            cells = ["–" if value is None else f"{value:.3f}" for value in shown]
            table.add_row(words, row["contender"], str(row["questions"]), *cells)
    return [table]
