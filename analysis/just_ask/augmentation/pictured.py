"""The picture of augmentation: what changed scenes save, by how many episodes were learned from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, ORANGE, canvas, label, logarithmic
from analysis.just_ask.augmentation.analysis import ASKED, NOT_TOLD, SYMMETRY
from analysis.just_ask.augmentation.thresholds import SAVED
from analysis.just_ask.lines import through
from analysis.probes.probe import one_of

LINES = {ASKED: (BLUE, "changed, and told", -13), NOT_TOLD: (GREEN, "changed, not told", 13)}


def pictured(document: Mapping[str, Any]) -> Figure:
    """The share of the KL that goes away, told and not, beside none and beside the exact symmetry."""
    drawn, (axes,) = canvas(_finding(document), 1, (8.6, 4.8))
    for name, (color, words, dy) in LINES.items():
        x, y = through(axes, document["rows"], name, "saved", color)
        label(axes, x[-1], y[-1], words, color, dy=dy)
    turned = one_of(document["rows"], contender=SYMMETRY)
    value, low, high = turned["saved"]
    axes.plot([turned["episodes"]] * 2, [low or value, high or value], color=BLACK, linewidth=2.2)
    axes.plot(turned["episodes"], value, color=BLACK, marker="o")
    label(axes, turned["episodes"], value, "turned with their acts,\nwhich is exact", BLACK)
    axes.axhline(0, color=ORANGE, linewidth=1.5)
    label(axes, x[0], 0, "nothing changed", ORANGE, dx=0, dy=9)
    axes.axhline(SAVED, color=BLACK, linewidth=1, linestyle="--", zorder=1)
    label(axes, x[0], SAVED, "asked for", BLACK, dx=0, dy=9)
    axes.set_xlabel("episodes learned from")
    axes.set_ylabel("share of the KL that goes away")
    logarithmic(axes, x, ())
    axes.set_xlim(x[0] / 1.1, x[-1] * 2.2)
    return drawn


def _finding(document: Mapping[str, Any]) -> str:
    """What it comes to where there are the most episodes, or that it is as asked."""
    told = [row for row in document["rows"] if row["contender"] == ASKED]
    if all(row["shown"].startswith("yes") for row in told):
        return f"augmentation: changed scenes save a share of {min(row['saved'][0] for row in told):.2f} or more"
    most = max(row["saved"][0] for row in told)
    return f"augmentation: told of changes, one saves {most:.0%} at most (asked for: {SAVED:.0%})"
