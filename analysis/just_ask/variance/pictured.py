"""The picture of variance: how much noisier, by how many acts are open and how many cells one begins on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, MAP, canvas, label, logarithmic
from analysis.just_ask.variance.design import NOTHING
from analysis.probes.probe import one_of


def pictured(document: Mapping[str, Any]) -> Figure:
    """A panel for each length of a roll-out, of who has learned nothing; dashed: what the essay's product says."""
    grid = [one for one in document["grid"] if one["contender"] == NOTHING]
    horizons = list(dict.fromkeys(one["acts"] for one in grid))
    drawn, panels = canvas(_finding(document), len(horizons), (10.5, 4.8), share="y")
    for axes, horizon in zip(panels, horizons, strict=True):
        _panel(axes, [one for one in grid if one["acts"] == horizon])
        axes.set_title("one act" if horizon == 1 else f"roll-outs of {horizon} acts", loc="left", fontsize=11)
    words = "dashed: in proportion to H(a), as the essay has it;\nwith more beginnings it would be higher, not lower"
    panels[0].text(0.03, 0.97, words, transform=panels[0].transAxes, va="top", fontsize=9.5, color=BLACK)
    panels[0].set_ylabel("times as noisy as supervised learning")
    return drawn


def _panel(axes: Axes, grid: list[Mapping[str, Any]]) -> None:
    """A line for each number of beginnings."""
    every = sorted({one["beginnings"] for one in grid})
    for k, many in enumerate(every):
        points = [one for one in grid if one["beginnings"] == many]
        color = colormaps[MAP](0.85 * k / max(len(every) - 1, 1))
        x, y = [one["H(a)"] for one in points], [one["ratio"] for one in points]
        axes.plot(x, y, color=color, marker="o", linewidth=2.2)
        if many in (every[0], every[-1]):
            label(axes, x[-1], y[-1], f"begins on\n{many} cells", color, fontsize=9)  # type: ignore[arg-type]
    x = [one["H(a)"] for one in grid]
    middle = float(np.exp(np.mean(np.log([one["ratio"] for one in grid if one["H(a)"] == min(x)]))))
    axes.plot([min(x), max(x)], [middle, middle * max(x) / min(x)], color=BLACK, linewidth=1.2, linestyle="--")
    axes.set_xlabel("entropy of the acts, H(a), in nats")
    logarithmic(axes, (0.7, 1, 1.5, 2), (1, 2, 5, 10, 20, 50, 100))
    axes.set_xlim(min(x) * 0.93, max(x) * 1.45)


def _finding(document: Mapping[str, Any]) -> str:
    first = one_of(document["rows"], contender=NOTHING)
    where, acts = first["H(s0)"][0], first["H(a)"][0]
    noisy = f"A policy gradient is {first['ratio'][0]:.0f} times as noisy"
    return f"{noisy}; it goes with H(s0)^{where:.1f} and H(a)^{acts:.1f}"
