"""The picture of *worlds*: how much longer it takes each, as a multiple of what exact inference takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREY, ORANGE, canvas
from analysis.just_ask.worlds.analysis import FILTER, KNOWS, NETWORK
from analysis.just_ask.worlds.thresholds import LIMIT
from analysis.probes.probe import one_of

COLOURS = {"network": BLUE, "oracle": BLACK, "control": GREY}  # of kinds; shortcuts are orange


def pictured(document: Mapping[str, Any]) -> Figure:
    """Everybody's regret, the least on top."""
    rows = sorted((row for row in document["rows"] if row["contender"] != KNOWS), key=lambda row: row["regret"][0])
    drawn, (axes,) = canvas(_finding(document), 1, (9.4, 1.4 + 0.36 * len(rows)))
    for y, row in enumerate(rows):
        at, low, high = row["regret"]
        color = COLOURS.get(row["kind"], ORANGE)
        if low is not None:
            axes.plot([low, high], [y, y], color=color, linewidth=2.2)
        axes.plot(at, y, marker="o", color=color)
    axes.axvspan(1, LIMIT, color=GREY, alpha=0.25, linewidth=0)
    axes.set_yticks(range(len(rows)), [row["contender"] for row in rows], fontsize=10)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel(f"steps lost for not knowing the world, as a multiple of the {FILTER}'s (grey: at most {LIMIT})")
    return drawn


def _finding(document: Mapping[str, Any]) -> str:
    regret = one_of(document["rows"], contender=NETWORK)["regret"][0]
    return f"Who learned in many worlds finds out which this is: {regret:.2f} times the exact loss"
