"""Lines through a figure of rows, by how many episodes were learned from, or by another amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes


def through(
    axes: Axes,
    rows: Sequence[Mapping[str, Any]],
    contender: str,
    figure: str,
    color: str,
    by: str = "episodes",
) -> tuple[list[int], list[float]]:
    """A line with the band of its interval through one contender's rows, and its x and y."""
    mine = sorted((row for row in rows if row["contender"] == contender), key=lambda row: row[by])
    x = [row[by] for row in mine]
    value, low, high = zip(*(_ends(row[figure]) for row in mine), strict=True)
    axes.plot(x, value, color=color, marker="o", linewidth=2.2, zorder=3)
    axes.fill_between(x, low, high, color=color, alpha=0.18, linewidth=0)
    return x, list(value)


def _ends(told: Sequence[float | None]) -> tuple[float, float, float]:
    """A value and the ends of its interval; itself, where it has none."""
    value, low, high = told
    assert value is not None
    return value, value if low is None else low, value if high is None else high
