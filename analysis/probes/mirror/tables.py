"""The mirror probe's tables as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from analysis.probes.mirror.contenders import CONTINGENCY, LAG
from analysis.probes.mirror.measure import AS_IMAGE, MIND, WASHING, WHICH
from analysis.survey import REASONER

SHOWN = (MIND, REASONER, CONTINGENCY, LAG)


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Nats from oneself by condition and step; which one is taken for oneself; washing by condition and step."""
    image, which, washing = (
        [row for row in document["rows"] if row["readout"] == readout] for readout in (AS_IMAGE, WHICH, WASHING)
    )
    shown = [row for row in image if row["contender"] in SHOWN]
    return [
        _pivot(shown, "observed", "from_myself", "nats from the answer as oneself to the answer as the image"),
        _pivot(which, "contender", "right", "how often the live image is taken for oneself, and not this one", 1),
        _pivot(washing, "observed", "wash", "the chance of washing"),
    ]


def _pivot(rows: Sequence[Mapping[str, Any]], key: str, figure: str, title: str, heads: int = 2) -> Table:
    """A line for each condition, and with two heads for each contender in it; a column for each value of `key`."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for word in ("condition", "contender")[:heads]:
        table.add_column(word, no_wrap=True)
    columns = list(dict.fromkeys(row[key] for row in rows))
    for column in columns:
        table.add_column(str(column), justify="right")
    lines: dict[tuple, dict[Any, float | None]] = {}
    for row in rows:
        lines.setdefault((row["condition"], row["contender"])[:heads], {})[row[key]] = row[figure]
    before = None
    for line, values in lines.items():
        if heads > 1 and line[0] != before:
            table.add_section()
        shown = [values.get(column) for column in columns]
        named = ["" if line[0] == before else line[0], *line[1:]]
        table.add_row(*named, *["–" if value is None else f"{value:.3f}" for value in shown])
        before = line[0]
    return table
