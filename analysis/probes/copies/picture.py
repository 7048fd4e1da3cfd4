"""Skill by depth, the mind beside exact reasoning; and what hiding did to φ's answer, against what it did to θ's."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.copies.asking import STANCES
from analysis.copies.scoring import EXACT
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, interval_line, label
from analysis.probes.copies.hiding import HIDING, SEEN, SLOPE, UNSEEN
from analysis.questions.survey import REASONER

LINES = (
    ("oracle", EXACT, GREEN, "exact reasoning in θ's place"), ("mind", "", BLUE, "the mind"),
    ("oracle", REASONER, ORANGE, "exact reasoning in φ's place"),
)  # fmt: skip
TRAINED = 2  # the deepest that training asks
WHEN = {SEEN: "φ could see that θ was away", UNSEEN: "φ could not see it"}


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "copies": skill by depth, where there are questions enough; "copies_hidden": a point for each question."""
    skilled = [row for row in document["rows"] if row["skill"] is not None]
    mine = [one for one in document["movements"] if one["contender"] == "mind"]
    drawn = {"copies": _depths(skilled)} if any(row["kind"] == "mind" for row in skilled) else {}
    return drawn | ({"copies_hidden": _hidden(document, mine)} if mine else {})


def _depths(rows: Sequence[dict]) -> Figure:
    stances = [stance for stance in STANCES if any(row["stance"] == stance for row in rows)]
    figure, panels = canvas(_title(rows), len(stances), (4.6 * len(stances) + 0.4, 4.9), share="y")
    for axes, stance in zip(panels, stances, strict=True):
        _panel(axes, [row for row in rows if row["stance"] == stance], stance)
    panels[0].set_ylabel("skill, with 95% interval")
    named = {str(line.get_label()): line for axes in panels for line in axes.lines}
    lines = {words: line for words, line in named.items() if not words.startswith("_")}
    keys = figure.legend(handles=[*lines.values()], loc="outside lower left", ncols=3, frameon=False, fontsize=10)
    for key, line in zip(keys.get_texts(), lines.values(), strict=True):
        key.set(color=line.get_color(), fontweight="bold")
    return figure


def _title(rows: Sequence[dict]) -> str:
    mine = {row["depth"]: row["skill"] for row in rows if row["kind"] == "mind" and row["stance"] == STANCES[0]}
    if TRAINED not in mine:
        return "What a copy expects of a copy, by depth"
    deeper = " and ".join(f"{mine[depth]:.2f}" for depth in sorted(mine) if depth > TRAINED)
    beyond = f";\n{deeper} at depths that were never trained" if deeper else ""
    return f"What will a copy of me do, pretending to be me? Skill {mine[TRAINED]:.2f}{beyond}"


def _panel(axes: Axes, rows: Sequence[dict], stance: str) -> None:
    for kind, contender, color, words in LINES:
        own = [row for row in rows if row["kind"] == kind and contender in (row["contender"], "")]
        if own:
            interval_line(axes, [row["depth"] for row in own], own, "skill", color)
            axes.lines[-1].set_label(words)
    deepest = max(row["depth"] for row in rows)
    axes.axhline(0, color=GREY, linewidth=1, linestyle="--", zorder=1)
    axes.annotate(
        "the best shortcut", (0.02, 0), xycoords=("axes fraction", "data"), xytext=(0, 4), textcoords="offset points",
        color=GREY, fontsize=9,
    )  # fmt: skip
    if deepest > TRAINED:
        axes.axvspan(TRAINED + 0.5, deepest + 0.3, color=GREY, alpha=0.12, linewidth=0, zorder=0)
        label(axes, TRAINED + 0.5, 1.06, "never trained", GREY, dx=4, fontweight="normal", fontsize=9)
    axes.set_xticks(sorted({row["depth"] for row in rows}))
    axes.set_xlim(0.7, deepest + 0.3)
    axes.set_ylim(top=1.12)
    axes.set_xlabel("depth: 2 is “θ pretending to be me”")
    axes.set_title({"predict": "predict θ …", "behave": "behave as θ …"}[stance], fontsize=11, color=BLACK)


def _hidden(document: Mapping[str, Any], points: Sequence[dict]) -> Figure:
    slope = {
        row["condition"]: row["value"]
        for row in document["interventions"]
        if (row["intervention"], row["figure"], row["contender"]) == (HIDING, SLOPE, "mind")
    }
    conditions = [how for how in (SEEN, UNSEEN) if any(one["condition"] == how for one in points)]
    figure, panels = canvas(_moral(slope), len(conditions), (4.6 * len(conditions) + 0.4, 5.0), share="both")
    for axes, how in zip(panels, conditions, strict=True):
        own = [one for one in points if one["condition"] == how]
        axes.plot((-1, 1), (-1, 1), color=GREY, linewidth=1, linestyle="--", zorder=1)
        across, up = ([one[who] for one in own] for who in ("theta", "phi"))
        axes.scatter(across, up, s=16, color=BLUE, alpha=0.55, linewidths=0)
        axes.set_title(WHEN[how], fontsize=11, color=BLACK)
        axes.set(xlim=(-0.9, 0.9), ylim=(-0.9, 0.9), aspect="equal", xlabel="change in θ's own answer")
    label(panels[0], 0.55, 0.55, "as θ does", GREY, dx=-4, dy=14, fontweight="normal", ha="right")
    panels[0].set_ylabel("change in what φ expects of θ")
    return figure


def _moral(slope: Mapping[str, float | None]) -> str:
    seen = slope.get(SEEN)
    if seen is None:
        return "φ was hidden from θ"
    tail = ";\nwhere it could not know, it expects the same as before" if slope.get(UNSEEN) == 0 else ""
    return f"Hidden from θ, φ expects θ to know less of it (slope {seen:.2f}){tail}"
