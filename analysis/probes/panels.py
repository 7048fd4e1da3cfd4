"""What the pictures of probes are made of: curves, bars side by side, and who shows an effect."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, interval_line
from analysis.probes.contenders import EGOCENTRIC, REASONER
from analysis.scores.intervals import Bounded

Row = dict[str, Any]
Lines = Sequence[tuple[str, str, Sequence[Row]]]  # words, colour and rows of each
Who = tuple[str, str, str]  # words, colour, and the contender by its name or, of the mind, its kind
MIND, EXACT = ("the mind", BLUE, "mind"), ("exact reasoner", ORANGE, REASONER)
KNOWS_ALL = ("egocentric (Bo knows what Ada knows)", GREEN, EGOCENTRIC)


def rows_of(rows: Sequence[Row], *everybody: Who) -> Lines:
    """The rows of everybody who is drawn, with the words and colours of each."""
    return [
        (words, color, [row for row in rows if name in (row["contender"], row.get("kind"))])
        for words, color, name in everybody
    ]


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


def over_counts(axes: Axes, lines: Lines, figure: str) -> None:
    """Curves over the steps that were `observed`, which lie evenly, whatever lies between them."""
    counts = sorted({row["observed"] for *_, rows in lines for row in rows})
    curves(axes, lines, figure, lambda row: counts.index(row["observed"]))
    axes.set_xticks(range(len(counts)), [str(count) for count in counts])


def grouped(axes: Axes, groups: Sequence[str], series: Iterable[tuple[str, str, Sequence[Bounded]]]) -> None:
    """Bars side by side over each group, with intervals where there are any; one of no height is seen as a dash.

    series: words, colour and a value of each group.
    """
    series = list(series)
    width = 0.78 / len(series)
    for place, (words, color, values) in enumerate(series):
        x = np.arange(len(groups)) + (place - (len(series) - 1) / 2) * width
        heights = np.array([value for value, *_ in values], float)
        axes.bar(x, heights, width * 0.92, color=color, label=words, zorder=2)
        axes.plot(x, 0 * heights, linestyle="none", marker="_", color=color, markersize=8, zorder=3)
        for at, (_, *ends) in zip(x, values, strict=True):
            if None not in ends:
                axes.plot([at, at], ends, color=BLACK, linewidth=1.1, zorder=4)  # type: ignore[arg-type]
    axes.set_xticks(range(len(groups)), groups, fontsize=9.5)


def verdicts(axes: Axes, ones: Sequence[Row], threshold: float, left: float = -0.5) -> None:
    """A dot with its interval for each figure and control, the first on top, and the threshold, dashed.

    Figures are blue, positive controls orange. What lies left of `left` is a number at the edge.
    """
    for y, one in enumerate(ones):
        value, *ends = (one[key] for key in ("value", "low", "high"))
        color = {None: BLUE, "positive": ORANGE}.get(one.get("kind"), GREY)
        if value is not None and value >= left:
            axes.plot([value if end is None else max(end, left) for end in ends], [y, y], color=color, linewidth=2.2)
            axes.plot(value, y, marker="o", color=color)
        else:
            words = "undefined" if value is None else f"◂ {value:.2f}"
            axes.annotate(words, (0.01, y), xycoords=("axes fraction", "data"), color=color, fontsize=9, va="center")
    axes.axvline(threshold, color=BLACK, linewidth=1, linestyle="--", zorder=1)
    axes.set_yticks(range(len(ones)), [one["name"] for one in ones], fontsize=9.5)
    axes.set_ylim(len(ones) - 0.2, -0.6)


def of_effect(document: Mapping[str, Any], mind: Row, effect: str) -> list[Row]:
    """The mind's figure and the controls of one of several effects, by contender."""
    before = f"{effect}: "
    named = [{**one, "name": one["name"].removeprefix(before)} for one in document["controls"] if before in one["name"]]
    return [{**mind, "name": "the mind"}, *named]


def finding(words: str, values: Sequence[float | None], otherwise: str) -> str:
    """The title of a picture: what was found, with its values; where one is undefined, what the picture is about."""
    return otherwise if None in values else words.format(*values)


def titled(axes: Axes, title: str, x: str = "", y: str = "") -> None:
    """Says what a panel shows, and what its axes are."""
    axes.set_title(title, fontsize=11.5, color=BLACK, loc="left")
    axes.set(xlabel=x, ylabel=y)


def bound(axes: Axes, at: float, words: str, across: bool = False) -> None:
    """A dashed line at a value of the x axis, or of the y axis (`across`), and what it stands for."""
    (axes.axhline if across else axes.axvline)(at, color=GREY, linewidth=1, linestyle="--", zorder=1)
    place, side = ((0.02, at), ("axes fraction", "data")) if across else ((at, 0.0), ("data", "axes fraction"))
    axes.annotate(words, place, xycoords=side, xytext=(0 if across else 3, 4), textcoords="offset points",
                  color=GREY, fontsize=9)  # fmt: skip
