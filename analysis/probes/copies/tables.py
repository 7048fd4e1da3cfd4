"""The copies probe's tables as a person reads them, and its story."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from rich.table import Table

from analysis.copies.scoring import EXACT, MINE, THEIRS
from analysis.probes.copies.effects import LARGEST
from analysis.probes.copies.transcript import hidden_words, lines
from analysis.questions.survey import REASONER
from analysis.scores.table import heading

SHOWN = (REASONER, EXACT, MINE, THEIRS)  # beside the mind, what is left of it, and the best shortcut


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Skill by stance and depth; what the interventions did; the transcript, last."""
    told = document["transcript"]
    return [_skills(document), _interventions(document), *([_story(told)] if told else [])]


def _table(title: str, left: tuple[str, ...], right: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    for word in (*left, *right):
        table.add_column(word, justify="left" if word in left else "right")
    return table


def _skills(document: Mapping[str, Any]) -> Table:
    table = _table("what φ expects of θ, against what θ itself says", ("contender",), ("nats", "skill", "95%", "top-1"))
    for (stance, depth), rows in groupby(document["rows"], key=lambda row: (row["stance"], row["depth"])):
        block = [row for row in rows if row["kind"] in ("mind", "control") or row["contender"] in _told(row)]
        table.add_section()
        table.add_row(heading({**block[0], "stance": stance, "depth": depth}), style="bold underline")
        for row in block:
            star = " *" if row["contender"] == row["best_shortcut"] else ""
            figures = [_number(row[key]) for key in ("excess_nats", "skill")]
            table.add_row(row["contender"] + star, *figures, _bounds(row, "skill_"), _number(row["top1"]))
    return table


def _told(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (*SHOWN, row["best_shortcut"])


def _interventions(document: Mapping[str, Any]) -> Table:
    table = _table("interventions", ("what is done", "condition", "whose answer", "figure"), ("value", "95%", "of"))
    for name, rows in groupby(document["interventions"], key=lambda row: row["intervention"]):
        table.add_section()
        for at, row in enumerate(rows):
            value = f"{row['value']:.1e}" if row["figure"] == LARGEST and row["value"] else _number(row["value"])
            words = (name if at == 0 else "", row["condition"], row["contender"], row["figure"])
            table.add_row(*words, value, _bounds(row), str(row["questions"]))
    return table


def _story(told: Mapping[str, Any]) -> Table:
    actions = list(told["said"][0]["was"])
    table = _table(lines(told), ("who", "asked"), tuple(actions))
    for key, words in (("was", "as it was"), ("hidden", hidden_words(told))):
        table.add_section()
        table.add_row(words, style="bold underline")
        for one in told["said"]:
            table.add_row(one["who"], one["asked"], *(f"{one[key][action]:.2f}" for action in actions))
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _bounds(row: Mapping[str, Any], stem: str = "") -> str:
    low, high = row[f"{stem}low"], row[f"{stem}high"]
    return "" if low is None else f"{low:.3f} to {high:.3f}"
