"""What a move changes in the prediction, beside what it changes in truth: who watched it shifts, who missed it not."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas
from analysis.probes.contenders import EGOCENTRIC, REASONER
from analysis.probes.false_belief.cases import FORGETFUL, IRRELEVANT, RETENTIVE, SECOND
from analysis.probes.false_belief.measure import SHOWN, row_of

CONDITIONS = {
    RETENTIVE: "Bo remembers\nand cares", FORGETFUL: "Bo forgets", IRRELEVANT: "Bo does\nnot care",
    SECOND: "Bo pretending\nto be Cy",
}  # fmt: skip
WIDTH = 0.19
WORLDS = (("missed", "Bo missed the move"), ("watched", "Bo watched the move"))


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "false_belief": mean shifts by condition, and the correlations of everybody who must, or must not, show it."""
    figure, panels = canvas(_title(document), 3, (13.5, 5.2))
    mind = next(row["contender"] for row in document["rows"] if row["kind"] == "mind")
    bars = (("real", None, GREY), ("exact reasoner", REASONER, ORANGE), ("the mind", mind, BLUE),
            ("egocentric (Bo knows what Ada knows)", EGOCENTRIC, GREEN))  # fmt: skip
    for axes, (world, words) in zip(panels, WORLDS, strict=False):
        for place, (label, name, color) in enumerate(bars):
            _bars(axes, document, world, name or mind, "real" if name is None else "said", place, color, label)
        axes.set_title(words, fontsize=11.5, color=BLACK, loc="left")
        axes.set_xticks(range(len(CONDITIONS)), list(CONDITIONS.values()), fontsize=9.5)
        axes.set_ylim(0, 1.08 * max(_heights(document, mind, [name for _, name, _ in bars if name])))
    panels[0].set_ylabel("shift from the world where nothing moved\n(mean total variation)")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=4, frameon=False, fontsize=10.5)
    _verdicts(panels[2], document, mind)
    return {"false_belief": figure}


def _title(document: Mapping[str, Any]) -> str:
    figure = next(one for one in document["figures"] if one["name"] == "leak")
    main = document["figures"][0]
    if figure["value"] is None or main["value"] is None:
        return "A fruit moved behind Bo's back"
    told = f"The mind expects Bo to act on what Bo saw: its shift correlates {main['value']:.2f} with the real one;\n"
    return told + f"a move that Bo missed gets through at {figure['value']:.0%} (100%: Bo knows whatever I know)"


def _heights(document: Mapping[str, Any], mind: str, names: Sequence[str]) -> list[float]:
    keys = ("real_watched", "said_watched", "said_missed")
    rows = [row_of(document, name, condition) for name in {mind, *names} for condition in CONDITIONS]
    return [row[key] or 0.0 for row in rows for key in keys] + [0.05]


def _bars(
    axes: Axes, document: Mapping[str, Any], world: str, name: str, who: str, place: int, color: str, label: str
) -> None:
    heights = [row_of(document, name, condition)[f"{who}_{world}"] or 0.0 for condition in CONDITIONS]
    x = np.arange(len(CONDITIONS)) + (place - 1.5) * WIDTH
    axes.bar(x, heights, WIDTH * 0.92, color=color, label=label, zorder=2)
    axes.plot(x, np.zeros(len(x)), linestyle="none", marker="_", color=color, markersize=8, zorder=3)  # a 0 is seen


def _verdicts(axes: Axes, document: Mapping[str, Any], mind: str) -> None:
    """The correlation of what watching changes, with intervals, and the threshold."""
    ones = [{**document["figures"][0], "name": mind}, *document["controls"]]
    color = {mind: BLUE, REASONER: ORANGE, EGOCENTRIC: GREEN}
    for y, one in enumerate(ones):
        value = one["value"] or 0.0
        ends = [value if one[end] is None else one[end] for end in ("low", "high")]
        axes.plot(ends, [y, y], color=color.get(one["name"], GREY), linewidth=2.2)
        axes.plot(value, y, marker="o", color=color.get(one["name"], GREY))
    axes.axvline(SHOWN, color=BLACK, linewidth=1, linestyle="--", zorder=1)
    axes.set_yticks(range(len(ones)), [one["name"] for one in ones], fontsize=9.5)
    axes.invert_yaxis()
    axes.set_xlim(min(-0.15, *(one["low"] or 0.0 for one in ones)), 1.02)
    axes.set_title("Watched less missed: correlation with truth", fontsize=11.5, color=BLACK, loc="left")
    axes.set_xlabel(f"with 95% interval; dashed: threshold {SHOWN}")
