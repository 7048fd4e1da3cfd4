"""The mirror probe's tables as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from analysis.contenders.controls import PLANNER
from analysis.probes.mirror.measure import AS_IMAGE, NEXT, WASHING, WHICH
from analysis.probes.mirror.told import BLIND
from analysis.questions.survey import REASONER

UNSHOWN = (BLIND, PLANNER)


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Nats from oneself, and from what the image will do, by condition and step; which one is taken for oneself;
    washing by condition and step. In worlds with marks nobody has one but in the last."""
    rows = [row | {"contender": _named(row)} for row in document["rows"]]
    image, following, which, washing = (
        [row for row in rows if row["readout"] == readout] for readout in (AS_IMAGE, NEXT, WHICH, WASHING)
    )
    shown = [row for row in image if not row["contender"].endswith(UNSHOWN)]
    return [
        _pivot(shown, "observed", "from_myself", "nats from the answer as oneself to the answer as the image"),
        _pivot(following, "observed", "foreseen", "nats from what the image will do to what is expected of it"),
        _pivot(which, "contender", "right", "how often the live image is taken for oneself, and not this one", 1),
        _pivot(washing, "observed", "wash", "the chance of washing"),
    ]


def _named(row: Mapping[str, Any]) -> str:
    """A contender; the exact reasoner is asked in both worlds."""
    among = row["marks"] and row["contender"] == REASONER and row["readout"] != WASHING
    return f"{REASONER}, among marks" if among else row["contender"]


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
