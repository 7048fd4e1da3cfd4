"""Accuracy against the steps observed: one panel for each kind of stranger, one line for each contender."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, ends, interval_line, label
from analysis.probes.stranger.measure import AT, DEFINITION, REASONER, STRANGER, figure_of
from analysis.shortcuts import IGNORANT

WORDS = {
    "held-out": "a type never met", "astar": "A* fruit collector", "wall-follower": "wall follower",
    "random": "random walker", "noisy": "noisy copy of a type", "hidden-roles": "a type never met, roles hidden",
}  # fmt: skip
ACROSS = 3  # panels in a row
LINES = (
    ("shortcut", IGNORANT, GREY, "has seen nothing"), ("oracle", REASONER, ORANGE, "exact reasoner"),
    ("mind", "", BLUE, "the mind"),
)  # fmt: skip


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "stranger": nats from the stranger's own distribution; "stranger_skill": skill, where there is a definition."""
    drawn = {"stranger": _distances(document)}
    skilled = [row for row in document["rows"] if row["against"] == DEFINITION and row["skill"] is not None]
    mine = [row for row in skilled if row["kind"] == "mind"]
    return drawn | ({"stranger_skill": _skills(mine)} if mine else {})


def _distances(document: Mapping[str, Any]) -> Figure:
    rows = [row for row in document["rows"] if row["against"] == STRANGER]
    strangers = list(dict.fromkeys(row["stranger"] for row in rows))
    counts = sorted({row["observed"] for row in rows})
    across = min(ACROSS, len(strangers))
    down = -(-len(strangers) // across)
    figure, panels = canvas(_title(document, strangers), across, (3.9 * across + 0.4, 3.1 * down + 1.3), rows=down)
    for axes in panels[len(strangers) :]:
        axes.set_axis_off()
    for axes, stranger in zip(panels, strangers, strict=False):
        _panel(axes, [row for row in rows if row["stranger"] == stranger], counts)
    lines = panels[0].lines
    keys = figure.legend(handles=lines, loc="outside lower right", ncols=len(lines), frameon=False, fontsize=11)
    for key, line in zip(keys.get_texts(), lines, strict=True):
        key.set(color=line.get_color(), fontweight="bold")
    figure.supxlabel("steps at which it had seen the stranger act", x=0.02, ha="left", fontsize=11, color=BLACK)
    figure.supylabel("nats from what the stranger would do, with 95% interval", fontsize=11, color=BLACK)
    return figure


def _title(document: Mapping[str, Any], strangers: Sequence[str]) -> str:
    first = figure_of(document, "gain", strangers[0])
    if first["value"] is None:
        return "To behave as a stranger"
    learned = f"{first['value']:.0%} of what there is to learn"
    told = f"Watching {WORDS[strangers[0]]} act {AT} times teaches the mind {learned}"
    gains = {one["stranger"]: one for one in document["figures"] if one["name"] == "gain"}
    misled = [WORDS[one] for one in strangers if (gains[one]["high"] or 0) < 0]
    return f"{told};\nwatching these misleads it: {', '.join(misled)}" if misled else told


def _panel(axes: Axes, rows: Sequence[dict], counts: Sequence[int]) -> None:
    """The lines of one stranger, on a scale of their own."""
    for kind, contender, color, words in LINES:
        own = [row for row in rows if row["kind"] == kind and contender in (row["contender"], "")]
        if own:
            interval_line(axes, [counts.index(row["observed"]) for row in own], own, "excess_nats", color)
            axes.lines[-1].set_label(words)
    stranger = rows[0]["stranger"]
    axes.set_title(WORDS.get(stranger, stranger), fontsize=11, color=BLACK)
    axes.set_xticks(range(len(counts)), [str(count) for count in counts])
    axes.set_ylim(0, 1.05 * max(ends(row, "excess_nats")[1] for row in rows if _drawn(row)))


def _drawn(row: Mapping[str, Any]) -> bool:
    return any(row["kind"] == kind and contender in (row["contender"], "") for kind, contender, *_ in LINES)


def _skills(rows: Sequence[dict]) -> Figure:
    """The mind's skill against the definition, a line for each stranger within the type space."""
    counts = sorted({row["observed"] for row in rows})
    told = min(rows, key=lambda row: (row["stranger"] != rows[0]["stranger"], abs(row["observed"] - AT)))
    title = f"Skill {told['skill']:.2f} after {told['observed']} steps of watching {WORDS[told['stranger']]}"
    figure, (axes,) = canvas(title)
    for stranger, color in zip(dict.fromkeys(row["stranger"] for row in rows), (BLUE, GREEN), strict=False):
        own = [row for row in rows if row["stranger"] == stranger]
        interval_line(axes, [counts.index(row["observed"]) for row in own], own, "skill", color)
        words = WORDS[stranger].replace(", ", ",\n")
        label(axes, counts.index(own[-1]["observed"]), own[-1]["skill"], words, color, dx=10)
    for height, words in ((1, "the truth"), (0, "the best shortcut")):
        axes.axhline(height, color=GREY, linewidth=1, linestyle="--", zorder=1)
        label(axes, 0, height, words, GREY, dx=0, dy=8, fontweight="normal")
    axes.set_ylim(min(-0.05, *(ends(row, "skill")[0] for row in rows)), 1.12)
    axes.set_xlim(-0.4, len(counts) + 0.6)
    axes.set_xticks(range(len(counts)), [str(count) for count in counts])
    axes.set_xlabel("steps at which it had seen the stranger act")
    axes.set_ylabel("skill, with 95% interval")
    return figure
