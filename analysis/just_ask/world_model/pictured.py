"""The picture of *world-model*: how much of others each trunk knows, world by world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, canvas, label
from analysis.just_ask.world_model.design import EXCHANGED, IMITATION, NEXT, RANDOM, SELF
from analysis.just_ask.world_model.thresholds import SHARE

LINES = {NEXT: (BLUE, 0), IMITATION: (GREEN, 6), SELF: (PURPLE, 0), RANDOM: (GREY, 8), EXCHANGED: (ORANGE, -8)}


def pictured(document: Mapping[str, Any]) -> Figure:
    """A place on the axis for each world, a dot for each trunk."""
    drawn, (axes,) = canvas(_finding(document), 1, (9.4, 4.8))
    worlds = sorted({(row["kinds"], row["agents"]) for row in document["rows"]})
    for place, (name, (color, dy)) in enumerate(LINES.items()):
        mine = [row for row in document["rows"] if row["contender"] == name]
        x = [worlds.index((row["kinds"], row["agents"])) + 0.06 * (place - 1.5) for row in mine]
        for at, row in zip(x, mine, strict=True):
            axes.plot([at, at], row["share"][1:], color=color, linewidth=2)
        axes.plot(x, [row["share"][0] for row in mine], color=color, marker="o", linewidth=1.2, zorder=3)
        if mine:
            label(axes, x[-1], mine[-1]["share"][0], name, color, dx=12, fontsize=9, dy=dy)
    axes.axhline(SHARE, color=BLACK, linewidth=1, linestyle="--", zorder=1)
    axes.axhline(0, color=GREY, linewidth=0.8, zorder=1)
    axes.set_xticks(range(len(worlds)), [f"{kinds} kinds,\n{agents} agents" for kinds, agents in worlds])
    axes.set_xlim(-0.4, len(worlds) - 1 + 0.9)
    axes.set_ylabel("bits of others' traits that a linear\nreading tells, of the posterior's")
    return drawn


def _finding(document: Mapping[str, Any]) -> str:
    rows = [row for row in document["rows"] if row["contender"] == NEXT]
    known = [row for row in rows if row["known"] == "yes"]
    return f"world-model: who learned what comes next knows others in {len(known)} of {len(rows)} worlds"
