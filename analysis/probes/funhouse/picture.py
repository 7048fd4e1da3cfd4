"""Which is which, by likelihood and by description, and the distortion undone: one panel for each."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.contenders.shortcuts import IGNORANT
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, dots
from analysis.probes.funhouse.measure import (
    APART,
    DESCRIPTION,
    IN_PLACE,
    LIKELIHOOD,
    MIXED,
    NOT_UNDONE,
    THEMSELVES,
    UNDO,
    UNDONE,
)
from analysis.questions.survey import REASONER
from analysis.scores.describe import POSTERIOR

WORDS = {
    THEMSELVES: "the imitators\nthemselves", REASONER: "exact reasoner", POSTERIOR: "posterior",
    IGNORANT: "knows nobody", NOT_UNDONE: "the mind, asked for\nthe imitation", "mind, no history": "without history",
    "mind, no prompt": "without prompt", "mind, names shuffled": "names shuffled",
    IN_PLACE: "the mind, as\nthe imitator",
}  # fmt: skip
COLORS = {REASONER: ORANGE, POSTERIOR: ORANGE, THEMSELVES: GREEN}
BELOW = -0.4  # of what is undone; what makes it far worse is left to the tables


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "funhouse": the three readouts."""
    panels = (
        (LIKELIHOOD, MIXED, "who is behind which mask?\nby likelihood", (0.5, "chance"), APART),
        (DESCRIPTION, MIXED, "who sees near, who far?\nby description", (0.5, "chance"), APART),
        (UNDO, "near", "what would the target have done?\nshare of the distortion undone", (0.0, "image"), UNDONE),
    )
    figure, axes = canvas(_title(document), len(panels), (13.2, 4.6))
    for place, (readout, of, words, nothing, threshold) in zip(axes, panels, strict=True):
        rows = [row for row in document["rows"] if (row["readout"], row["of"]) == (readout, of)]
        _panel(place, rows, readout != UNDO)
        for at, said in (nothing, (threshold, "threshold")):
            place.axvline(at, color=GREY, linewidth=1, linestyle="--", zorder=1)
            place.annotate(said, (at, 0.0), xycoords=("data", "axes fraction"), xytext=(3, 4),
                           textcoords="offset points", color=GREY, fontsize=9)  # fmt: skip
        place.set_title(words, fontsize=11, color=BLACK)
    axes[0].set_xlabel("share of near-far pairs told apart", color=BLACK)
    axes[1].set_xlabel("share of near-far pairs told apart", color=BLACK)
    axes[2].set_xlabel("0: the image; 1: the target itself", color=BLACK)
    return {"funhouse": figure}


def _title(document: Mapping[str, Any]) -> str:
    value = {(one["name"], one["of"]): one["value"] for one in document["figures"]}
    apart, undone = value[LIKELIHOOD, MIXED], value[UNDO, "near"]
    if apart is None or undone is None:
        return "Several with different eyes imitate the same one"
    return (
        f"Behind the masks of one target, the mind tells {apart:.0%} of near-far pairs apart,\n"
        f"and undoes {undone:.0%} of what a near-sighted imitator distorts"
    )


def _panel(axes: Axes, rows: Sequence[Mapping[str, Any]], share: bool) -> None:
    """The contenders from the top down: who knows most, the mind, and what is left of it."""
    mind = rows[0]["contender"]
    order = [THEMSELVES, REASONER, POSTERIOR, mind, NOT_UNDONE, IN_PLACE, IGNORANT]
    blanked = [row["contender"] for row in rows if row["contender"].startswith("mind, n") and share]
    by_name = {row["contender"]: row for row in rows}
    if not share:
        order = order[1:]  # the image itself is the zero of the scale
    lines = []
    for name in dict.fromkeys([*order, *blanked]):
        row = by_name.get(name)
        if row is not None and row["low"] is not None and (share or row["value"] > BELOW):
            color = BLUE if name == mind else COLORS.get(name, GREY)
            lines.append((WORDS.get(name, f"the {name}"), row["value"], row["low"], row["high"], color))
    dots(axes, lines)
    axes.set_xlim((0, 1.08) if share else (min([-0.5, *(low for _, _, low, *_ in lines)]), 1.08))
