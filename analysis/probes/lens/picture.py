"""How far answers take it that Bo sees a cell, by sort of cell; and how well that tells what Bo sees."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas
from analysis.probes.contenders import EGOCENTRIC, REASONER
from analysis.probes.lens.episodes import CONTESTED, HIDDEN, NEAR, NEW
from analysis.probes.lens.measure import AREA, row_of

SORTS = (
    (NEAR, "uptake_seen", "in near sight:\nBo sees it"),
    (CONTESTED, "uptake_seen", "Bo's sight\ndecides: it sees"),
    (CONTESTED, "uptake_not", "Bo's sight\ndecides: it does not"),
    (HIDDEN, "uptake_not", "out of all sight:\nBo does not"),
)
TRUE = (1, 1, 0, 0)
WIDTH = 0.25


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "lens": the mean uptake by sort of cell, and how well contested cells are separated."""
    figure, (bars, areas) = canvas(_title(document), 2, (13, 5.2))
    mind = next(row["contender"] for row in document["rows"] if row["kind"] == "mind")
    shown = (
        ("exact reasoner", REASONER, ORANGE),
        ("the mind", mind, BLUE),
        ("egocentric (Bo knows what Ada knows)", EGOCENTRIC, GREEN),
    )
    for place, (words, name, color) in enumerate(shown):
        _uptakes(bars, document, name, place, color, words)
    for x, true in enumerate(TRUE):
        bars.plot([x - 0.42, x + 0.42], [true, true], color=GREY, linewidth=2.2, label=None if x else "truth", zorder=1)
    bars.set_xticks(range(len(SORTS)), [words for *_, words in SORTS], fontsize=9.5)
    bars.set_ylabel("uptake: 1 moves as if Bo saw the cell, 0 not at all")
    handles, labels = bars.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=4, frameon=False, fontsize=10.5)
    bars.set_title("A cell changes before Ada's eyes: does the prediction of Bo move?", fontsize=11.5, loc="left")
    _areas(areas, document, mind)
    return {"lens": figure}


def _title(document: Mapping[str, Any]) -> str:
    main = document["figures"][0]
    if main["value"] is None:
        return "What could Bo see?"
    told = f"With sights it never trained with, the mind tells what Bo could see: area {main['value']:.2f}"
    return f"{told} where walls and distance do not decide"


def _uptakes(axes: Axes, document: Mapping[str, Any], name: str, place: int, color: str, words: str) -> None:
    for x, (cells, key, _) in enumerate(SORTS):
        row = row_of(document, name, NEW, cells)
        if (value := row[key]) is None:
            continue
        at, ends = x + (place - 1) * WIDTH, [row[f"{key}_{end}"] for end in ("low", "high")]
        axes.bar(at, value, WIDTH * 0.9, color=color, label=None if x else words, zorder=2)
        axes.plot(at, value, marker="_", color=color, markersize=11, zorder=3)  # a 0 is seen
        if None not in ends:
            axes.plot([at, at], ends, color=BLACK, linewidth=1.1, zorder=4)


def _areas(axes: Axes, document: Mapping[str, Any], mind: str) -> None:
    """The area under the ROC curve over contested cells, with intervals, and the threshold."""
    ones = [{**document["figures"][0], "name": mind}, *document["controls"]]
    color = {mind: BLUE, REASONER: ORANGE, EGOCENTRIC: GREEN}
    for y, one in enumerate(ones):
        if one["value"] is None:
            continue
        ends = [one["value"] if one[end] is None else one[end] for end in ("low", "high")]
        axes.plot(ends, [y, y], color=color.get(one["name"], GREY), linewidth=2.2)
        axes.plot(one["value"], y, marker="o", color=color.get(one["name"], GREY))
    axes.axvline(AREA, color=BLACK, linewidth=1, linestyle="--", zorder=1)
    axes.axvline(0.5, color=GREY, linewidth=1, linestyle=":", zorder=1)
    axes.set_yticks(range(len(ones)), [one["name"] for one in ones], fontsize=9.5)
    axes.invert_yaxis()
    axes.set_title("Cells that Bo sees told from those it does not", fontsize=11.5, color=BLACK, loc="left")
    axes.set_xlabel(f"area under the ROC curve, 95% interval; dotted: chance, dashed: {AREA}")
