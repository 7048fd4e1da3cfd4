"""The picture of scaling: the law, the two curves of what comes late, and the peak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, canvas, label, logarithmic
from analysis.just_ask.scaling.thresholds import ROWS
from analysis.probes.probe import one_of

COLORS = {"episodes": BLUE, "blocks": GREEN, "steps": PURPLE}

WORDS = {"blocks": "weights"}


def pictured(document: Mapping[str, Any]) -> Figure:
    """A panel of each statement; none of the law where it is not measured."""
    parts = [_late, _peak] if not document["law"] else [_law, _late, _peak]
    drawn, panels = canvas(_finding(document), len(parts), (4.9 * len(parts), 4.6))
    for part, axes in zip(parts, panels, strict=True):
        part(axes, document)
    return drawn


def _law(axes: Axes, document: Mapping[str, Any]) -> None:
    """Points and their line, of each amount, as a multiple of the least of it."""
    axes.set_title("nats of behave 0 on logarithmic axes", loc="left", fontsize=11)
    for number, one in enumerate(one for one in document["law"] if one["axis"] in COLORS):
        amount, nats = np.array(one["points"]).T
        line, color = np.exp(one["start"]) * amount ** -one["exponent"], COLORS[one["axis"]]
        axes.plot(amount / amount[0], line, color=color, linewidth=1.5)
        axes.plot(amount / amount[0], nats, color=color, marker="o", linestyle="none")
        axes.text(0.03, 0.05 + 0.07 * number, WORDS.get(one["axis"], one["axis"]), color=color, fontweight="bold",
                  transform=axes.transAxes)  # fmt: skip
    logarithmic(axes, (1, 10, 100, 1000), (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2))
    axes.set_xlabel("times the least (weights: those of blocks)")
    axes.set_ylabel("nats from the exact answer")


def _late(axes: Axes, document: Mapping[str, Any]) -> None:
    """How many pairs are answered, step by step, of the first seed."""
    axes.set_title("of all pairs, half are shown", loc="left", fontsize=11)
    decays, without = document["late"]
    step, shown, others = np.array(decays["curve"]).T
    axes.plot(step, shown, color=ORANGE, linewidth=2.2)
    axes.plot(step, others, color=BLUE, linewidth=2.2)
    never = np.array(without["curve"]).T
    axes.plot(never[0], never[2], color=GREY, linewidth=2.2)
    logarithmic(axes, (1, 10, 100, 1000), ())
    half = [int(np.argmax(some >= 0.5)) for some in (shown, others)]
    label(axes, step[half[0]], shown[half[0]], "shown", ORANGE, dx=-8, ha="right")
    label(axes, step[half[1]], others[half[1]], "not shown", BLUE, dx=-8, ha="right")
    label(axes, never[0][-1], never[2][-1], "not shown, no weight decay", GREY, dx=0, dy=-10, ha="right")
    axes.set_ylim(-0.1, 1.05)
    axes.set_xlabel("step of training")
    axes.set_ylabel("pairs answered")


def _peak(axes: Axes, document: Mapping[str, Any]) -> None:
    """Error by width, with a ridge and without."""
    axes.set_title("dashed: features as many as rows", loc="left", fontsize=11)
    for one, color in zip(document["peak"], (ORANGE, BLUE), strict=True):
        width, error = np.array(one["curve"]).T
        axes.plot(width, error, color=color, marker="o", markersize=4, linewidth=2.2)
        label(axes, width[-1], error[-1], one["contender"], color, dx=0, dy=36 if color == ORANGE else 12, ha="right")
    axes.axvline(ROWS, color=BLACK, linewidth=1, linestyle="--", zorder=1)
    logarithmic(axes, (25, 100, ROWS, 1000, 4000), (0.1, 1, 10, 100, 1000, 10000))
    axes.set_xlabel("random features")
    axes.set_ylabel("squared distance from the exact chances")


def _finding(document: Mapping[str, Any]) -> str:
    """What came of each statement."""
    late, peak = (one_of(document["rows"], statement=name, kind="exact")["effect"][0] for name in ("late", "peak"))
    told = [f"understanding comes {late:.0f} times as late", f"the peak is {peak:.0f} times as high"]
    if document["law"]:
        law = one_of(document["rows"], statement="law", contender="behave 0, episodes")
        falls = f"error falls as episodes^-{law['exponent'][0]:.2f}"
        told = [falls if law["shown"] == "yes" else f"no power law (R² {law['effect'][0]:.2f})", *told]
    return f"scaling: {', '.join(told)}"
