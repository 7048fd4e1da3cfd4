"""The picture of *table*: a panel a goal; how far each column comes, by how much it has lived or was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLUE, GREY, ORANGE, canvas, label
from analysis.just_ask.better.design import SHARP
from analysis.just_ask.table.design import ACROSS, ASK, BETWEEN, OPTIMISE, REACH, TRIES, TUNED, WORTH

PANELS = {
    REACH: ("1 reach a goal", "steps lived"),
    WORTH[SHARP]: ("2 infer rewards", "demonstrations"),
    TRIES: ("3 improve by tries", "lives in the task"),
    TUNED: ("4 another world", "lives in it"),
    ACROSS: ("stitching", "lives recorded"),
}
COLOURS = {ASK: BLUE, OPTIMISE: ORANGE, BETWEEN: GREY}


def pictured(document: Mapping[str, Any]) -> Figure:
    """All goals side by side."""
    drawn, panels = canvas(_finding(document), len(PANELS), (15.5, 4.6), share="y")
    for axes, (of, (title, words)) in zip(panels, PANELS.items(), strict=True):
        _panel(axes, [row for row in document["rows"] if row["of"] == of and row["column"] in COLOURS])
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_xlabel(words)
    for y, (words, color) in enumerate((("direct optimisation", ORANGE), ("asking", BLUE), ("between", GREY))):
        panels[1].text(0.04, 0.06 + 0.07 * y, words, color=color, fontweight="bold", transform=panels[1].transAxes)
    panels[0].set_ylim(-0.08, 1.08)
    panels[0].set_ylabel("share of the way from random acts to V*")
    return drawn


def _panel(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    """Lines of everybody; budgets stand as far apart as their order has it."""
    budgets = sorted({row["budget"] for row in rows})
    ends = []
    for name in dict.fromkeys(row["contender"] for row in rows):
        own = sorted((row for row in rows if row["contender"] == name), key=lambda row: row["budget"])
        x, color = [budgets.index(row["budget"]) for row in own], COLOURS[own[0]["column"]]
        axes.plot(x, [row["share"][0] for row in own], color=color, marker="o", linewidth=2.2)
        if all(row["share"][1] is not None for row in own):
            low, high = zip(*(row["share"][1:] for row in own), strict=True)
            axes.fill_between(x, low, high, color=color, alpha=0.18, linewidth=0)
        ends.append([own[-1]["share"][0], name, color, x[-1]])
    for (at, name, color, x), y in zip(sorted(ends), _apart([end[0] for end in sorted(ends)]), strict=True):
        label(axes, x, at, _short(name), color, dx=6, dy=190 * (y - at), fontsize=8.5)
    axes.set_xticks(range(len(budgets)), [f"{one:,}" for one in budgets], fontsize=8.5)
    axes.set_xlim(-0.2, (len(budgets) - 1) * 1.75 + 0.3)


def _apart(heights: list[float], least: float = 0.085) -> list[float]:
    """Heights, ascending, moved up where two words would lie on each other; none above what the panel has."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + least) if moved else height)
    for place in range(len(moved) - 1, -1, -1):
        moved[place] = min(moved[place], 1.04 - least * (len(moved) - 1 - place))
    return moved


def _short(name: str) -> str:
    return name.replace(", ", ",\n").replace("learned from many tasks", "many tasks").replace("domain ", "domain\n")


def _finding(document: Mapping[str, Any]) -> str:
    """Of how many goals asking wins and loses with the most data, and with the least."""
    told = {}
    for of in PANELS:
        rows = [row for row in document["rows"] if row["of"] == of and row["column"] == ASK and row["which"] != "–"]
        if rows:
            first = [row for row in rows if row["contender"] == rows[0]["contender"]]
            told[PANELS[of][0].lstrip("1234 ")] = first[0]["which"], first[-1]["which"]
    wins = [of for of, (least, _) in told.items() if least == ASK]
    loses = [of for of, (_, most) in told.items() if most == OPTIMISE]
    parts = [f"is ahead with little data ({', '.join(wins)})"] if wins else []
    parts += [f"behind with much ({', '.join(loses)})"] if loses else []
    return f"Asking {'; '.join(parts) or 'and optimising: no difference'}"
