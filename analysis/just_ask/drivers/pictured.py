"""The picture of drivers: how far from the expert, by how many of its episodes were learned from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from analysis.figures.picture import BLUE, GREEN, GREY, ORANGE, canvas, label, logarithmic
from analysis.just_ask.drivers.analysis import ALONE, SHUFFLED, TOLD, UNTOLD
from analysis.just_ask.lines import through

LINES = {
    ALONE: (ORANGE, "expert alone", -10),
    TOLD: (BLUE, "others too,\ntold who drives", 10),
    UNTOLD: (GREEN, "not told", 10),
    SHUFFLED: (GREY, "told at random", -5),
}


def pictured(document: Mapping[str, Any]) -> Figure:
    """Two panels: how far, and how much nearer for the others, told who drives."""
    drawn, (far, gain) = canvas(_finding(document), 2, (11.6, 4.8))
    for name, (color, words, dy) in LINES.items():
        x, y = through(far, document["rows"], name, "nats", color)
        label(far, x[-1], y[-1], words, color, dy=dy, fontsize=9)
    for name in (TOLD, SHUFFLED):
        color, words, _ = LINES[name]
        x, y = through(gain, document["rows"], name, "gain", color)
        label(gain, x[-1], y[-1], words, color, fontsize=9, dy=-12 if name == TOLD else 0)
    gain.axhline(0, color=ORANGE, linewidth=1.5, linestyle="--", zorder=1)
    gain.set_title("nats nearer than with the expert's episodes alone", loc="left", fontsize=11)
    far.set_title("nats from the expert's exact chances", loc="left", fontsize=11)
    for axes in (far, gain):
        axes.set_xlabel("episodes of the expert learned from")
        logarithmic(axes, x, ())
        axes.set_xlim(x[0] / 1.15, x[-1] * 4.5)
    return drawn


def _finding(document: Mapping[str, Any]) -> str:
    """Up to how many episodes of the expert others help."""
    told = [row for row in document["rows"] if row["contender"] == TOLD]
    helped = []
    for row in sorted(told, key=lambda row: row["episodes"]):
        if row["shown"] != "yes":
            break
        helped.append(row["episodes"])
    if not helped:
        return "drivers: episodes of worse drivers do not help"
    return f"drivers: told who drives, worse drivers help with up to {helped[-1]} episodes of the expert"
