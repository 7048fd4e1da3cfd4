"""What all pictures share: a palette for colour-blind eyes too, direct labels, files that never change."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from worlds.harmless import harmless

# Okabe & Ito 2008.
BLUE, ORANGE, GREEN, PURPLE, GREY, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#767676", "#222222"
MAP = "cividis"  # Nuñez, Anderton & Renslow 2018: even in lightness, also to colour-blind eyes
_STYLE: dict[Any, Any] = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK,
    "xtick.color": BLACK,
    "ytick.color": BLACK,
    "svg.hashsalt": "funhouse",  # the ids in an SVG are otherwise drawn at random
    "svg.fonttype": "path",
}


def called(contender: str) -> str:
    """A contender as a sentence names it: "the mind", "last action"."""
    return "the mind" if contender == "mind" else contender


def canvas(
    title: str, panels: int = 1, size: tuple[float, float] = (7.5, 4.6), share: str = "", rows: int = 1
) -> tuple[Figure, list[Axes]]:
    """A figure whose title states the finding, and its rows of panels; they share axes "y", "both" or none."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=size, dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, panels, sharex=share == "both", sharey=bool(share), squeeze=False).ravel()
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=BLACK)
    return figure, list(axes)


def interval_line(axes: Axes, x: Sequence[float], rows: Sequence[dict], figure: str, color: str) -> None:
    """A line through one figure of some rows, and a band that is its interval."""
    axes.plot(x, [row[figure] for row in rows], color=color, marker="o", linewidth=2.2, zorder=3)
    low, high = zip(*(ends(row, figure) for row in rows), strict=True)
    axes.fill_between(x, low, high, color=color, alpha=0.18, linewidth=0)


def ends(row: dict, figure: str) -> tuple[float, float]:
    """The ends of a figure's interval; the figure itself, twice, where it has none."""
    stem = {"excess_nats": "excess_", "right": ""}.get(figure, f"{figure}_")
    low, high = row.get(f"{stem}low"), row.get(f"{stem}high")
    return (row[figure], row[figure]) if low is None or high is None else (low, high)


def label(axes: Axes, x: float, y: float, text: str, color: str, *, dx: float = 6, dy: float = 0, **style) -> None:
    """Words beside a point, in the colour of what they name; dx and dy are in typographic points."""
    style = {"va": "center", "fontsize": 10, "fontweight": "bold", **style}
    axes.annotate(
        text, (x, y), xytext=(dx, dy), textcoords="offset points", color=color, annotation_clip=False, **style
    )


def logarithmic(axes: Axes, x: Sequence[float], y: Sequence[float]) -> None:
    """Makes axes logarithmic, with plain numbers at those ticks that lie in what is drawn; none: as the axis was."""
    for axis, ticks in ((axes.xaxis, x), (axes.yaxis, y)):
        if not ticks:
            continue
        low, high = axis.get_data_interval()
        (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
        within = [tick for tick in ticks if low / 1.6 <= tick <= high * 1.6]
        axis.set_ticks(within, [f"{tick:g}" for tick in within])
        axis.set_ticks([], minor=True)


def save(figure: Figure, directory: str | Path, name: str) -> list[Path]:
    """Writes NAME.png and NAME.svg; equal figures give equal bytes. Returns the paths."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    _show_literally(figure)
    with matplotlib.rc_context(_STYLE):
        figure.savefig(folder / f"{name}.png", metadata={"Software": None})
    encoded(figure, folder / f"{name}.svg")
    return [folder / f"{name}.png", folder / f"{name}.svg"]


def encoded(figure: Figure, to: Path | BinaryIO) -> None:
    """Writes a figure as SVG."""
    _show_literally(figure)
    with matplotlib.rc_context(_STYLE):
        figure.savefig(to, format="svg", metadata={"Date": None, "Creator": None})


def _show_literally(figure: Figure) -> None:
    """Makes every word of a figure stand for itself: a dollar starts no formula, and no character is obeyed."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FuncFormatter):  # from which each drawing sets the words beside an axis anew
                formatter.func = _harmlessly(formatter.func)
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_parse_math(False)
        text.set_text(harmless(text.get_text(), lines=True))


def _harmlessly(words: Callable[..., str]) -> Callable[..., str]:
    return lambda x, place=None: harmless(words(x, place), lines=True)
