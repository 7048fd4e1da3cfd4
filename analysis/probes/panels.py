"""What the pictures of several probes show: curves, bars side by side, and who shows an effect."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, GREY, interval_line

Row = dict[str, Any]
Numbers = Sequence[float] | np.ndarray
Lines = Sequence[tuple[str, str, Sequence[Row]]]  # words, colour and rows of each


def curves(axes: Axes, lines: Lines, figure: str, x: Callable[[Row], float]) -> None:
    """A line with its interval through one figure of each one's rows."""
    for words, color, rows in lines:
        if rows:
            interval_line(axes, [x(row) for row in rows], rows, figure, color)
            axes.lines[-1].set_label(words)


def legend(place: Figure | Axes, panels: Sequence[Axes], **style: Any) -> None:
    """The names of all lines that have one, in their colours."""
    named = {str(line.get_label()): line for axes in panels for line in axes.lines}
    handles = [line for words, line in named.items() if not words.startswith("_")]
    keys = place.legend(handles=handles, frameon=False, **style)
    for key, line in zip(keys.get_texts(), handles, strict=True):
        key.set(color=line.get_color(), fontweight="bold")


def counted(axes: Axes, counts: Sequence[int]) -> None:
    """Marks the x axis with counts that lie evenly, whatever lies between them."""
    axes.set_xticks(range(len(counts)), [str(count) for count in counts])


def bars(axes: Axes, x: Numbers, heights: Numbers, width: float, color: str, words: str | None) -> None:
    """Bars side by side with others; one of no height is seen as a dash."""
    axes.bar(x, heights, width * 0.92, color=color, label=words, zorder=2)
    axes.plot(x, np.zeros(len(x)), linestyle="none", marker="_", color=color, markersize=8, zorder=3)


def verdicts(axes: Axes, ones: Sequence[Row], colors: Mapping[str, str], threshold: float) -> None:
    """A dot with its interval for each figure or control that has a value, the first on top; dashed, the threshold."""
    for y, one in enumerate(ones):
        if one["value"] is None:
            continue
        color = colors.get(one["name"], GREY)
        axes.plot([one["value"] if one[end] is None else one[end] for end in ("low", "high")], [y, y],
                  color=color, linewidth=2.2)  # fmt: skip
        axes.plot(one["value"], y, marker="o", color=color)
    axes.axvline(threshold, color=BLACK, linewidth=1, linestyle="--", zorder=1)
    axes.set_yticks(range(len(ones)), [one["name"] for one in ones], fontsize=9.5)
    axes.invert_yaxis()


def bound(axes: Axes, at: float, words: str, across: bool = False) -> None:
    """A dashed line at a value of the x axis, or of the y axis (`across`), and what it stands for."""
    (axes.axhline if across else axes.axvline)(at, color=GREY, linewidth=1, linestyle="--", zorder=1)
    place, side = ((0.02, at), ("axes fraction", "data")) if across else ((at, 0.0), ("data", "axes fraction"))
    axes.annotate(words, place, xycoords=side, xytext=(0 if across else 3, 4), textcoords="offset points",
                  color=GREY, fontsize=9)  # fmt: skip


def side_by_side(groups: int, place: int, of: int, width: float) -> np.ndarray:
    """Where the bars of one of several series stand, one in each group."""
    return np.arange(groups) + (place - (of - 1) / 2) * width
