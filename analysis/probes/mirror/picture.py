"""How far the answer as the image is from the answer as oneself, and who washes."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, ends, interval_line, label
from analysis.probes.mirror.contenders import CONTINGENCY
from analysis.probes.mirror.episodes import COLOURS, LIVE, TWIN, Design, Mirror
from analysis.probes.mirror.marked import FELT, JUDGED, NO_MIRROR, ON_OTHER, SEEN, SHAM
from analysis.probes.mirror.measure import AS_IMAGE, AT, MARKS, MIND, RECOGNISED, WASHED, WASHING
from analysis.survey import REASONER
from worlds.render import image
from worlds.scene import Scene

SHOWN = (LIVE, COLOURS, TWIN)  # in the picture of the room
LINES = (
    (MIND, BLUE, "the mind"), (REASONER, ORANGE, "exact reasoner,\nno notion of mirrors"),
    (CONTINGENCY, GREEN, "contingency agent"),
)  # fmt: skip
WORDS = {
    "live": "live mirror", "replay": "replay of another time", "twin": "twin", "other": "another agent",
    "imitator": "imitator", "left-right": "left and right changed", "colours": "colours changed", "wall": "blank wall",
}  # fmt: skip
MARKED = {
    SEEN: "marked, seen in the mirror", SHAM: "sham mark", ON_OTHER: "mark on another", NO_MIRROR: "marked, no mirror",
    FELT: "marked and feels it",
}  # fmt: skip


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """"mirror": as the image against as oneself; "mirror_mark": the chance of washing; "mirror_room": what is seen."""
    return {"mirror": _recognition(document), "mirror_mark": _washing(document), "mirror_room": _room()}


def _room() -> Figure:
    """One moment of one episode, under three conditions."""
    design = Design()
    mirror = Mirror(design, design.run(0, "test"), 0)
    title = "The same agent at the same moment, and who stands behind the glass"
    figure, panels = canvas(title, len(SHOWN), (9.0, 3.7))
    for axes, condition in zip(panels, SHOWN, strict=True):
        axes.imshow(image(Scene.of(mirror.episode(condition), AT)), interpolation="nearest")
        axes.set_title(WORDS[condition], fontsize=11, color=BLACK)
        axes.set_axis_off()
    return figure


def _recognition(document: Mapping[str, Any]) -> Figure:
    rows = [row for row in document["rows"] if row["readout"] == AS_IMAGE]
    figure, (over, by) = canvas(_title(document), 2, (12.4, 5.6))
    live = [row for row in rows if row["condition"] == LIVE]
    counts = sorted({row["observed"] for row in live})
    for name, color, words in LINES:
        own = [row for row in live if row["contender"] == name]
        interval_line(over, [counts.index(row["observed"]) for row in own], own, "from_myself", color)
        over.lines[-1].set_label(words)
    over.set_xticks(range(len(counts)), [str(count) for count in counts])
    over.set_xlabel("steps before the live mirror")
    over.set_ylabel("nats from as myself to as the image, with 95% interval")
    over.set_ylim(bottom=0)
    for text, line in zip(over.legend(frameon=False, fontsize=11).get_texts(), over.lines, strict=True):
        text.set(color=line.get_color(), fontweight="bold")
    _dots(by, [row for row in rows if row["observed"] == AT], LINES, "from_myself", WORDS)
    by.set_xlabel(f"the same after {AT} steps, by what is behind the glass")
    return figure


def _title(document: Mapping[str, Any]) -> str:
    figure = next(one for one in document["figures"] if one["name"] == "recognition")
    if (figure["low"] or 0) >= RECOGNISED:
        return "Asked to behave as its mirror image, the mind behaves as itself"
    return "Asked to behave as its mirror image, the mind knows what the image's acts tell, and no more"


def _dots(axes: Axes, rows: Sequence[dict], lines: Sequence[tuple], figure: str, words: Mapping[str, str]) -> None:
    """A line of dots for each condition, with intervals; one colour for each contender."""
    conditions = list(dict.fromkeys(row["condition"] for row in rows))
    for place, (name, color, _) in enumerate(lines):
        own = [row for row in rows if row["contender"] == name]
        for row in own:
            height = conditions.index(row["condition"]) + 0.22 * (place - (len(lines) - 1) / 2)
            axes.plot(ends(row, figure), [height, height], color=color, linewidth=1.6, alpha=0.6)
            axes.plot(row[figure], height, "o", color=color, markersize=5)
    axes.set_yticks(range(len(conditions)), [words.get(one, one) for one in conditions])
    axes.set_ylim(len(conditions) - 0.5, -0.5)
    axes.set_xlim(left=min(0, axes.get_xlim()[0]))
    axes.grid(axis="x", color=GREY, alpha=0.25)


def _washing(document: Mapping[str, Any]) -> Figure:
    rows = [row for row in document["rows"] if row["readout"] == WASHING and row["observed"] == JUDGED]
    mine = next((one for one in document["figures"] if one["name"] == "mark"), None)
    asked = {row["contender"] for row in rows}
    lines = [line for line in ((f"{MARKS} {MIND}", BLUE, "the mirror mind"), *LINES[1:]) if line[0] in asked]
    figure, (axes,) = canvas(_mark_title(mine), size=(8.4, 4.2))
    _dots(axes, rows, lines, "wash", MARKED)
    axes.set_xlim(-0.03, 1.4)
    axes.set_xticks((0, 0.25, 0.5, 0.75, 1))
    axes.set_xlabel("chance of washing, with 95% interval")
    for place, (_, color, words) in enumerate(lines):
        label(axes, 1.02, 0.9 * place, words, color, dx=4)
    axes.tick_params(colors=BLACK)
    return figure


def _mark_title(mine: Mapping[str, Any] | None) -> str:
    if mine is None or mine["value"] is None:
        return "Who washes off a mark that it sees only in the mirror"
    if (mine["low"] or 0) >= WASHED:
        return "The mind washes off a mark that it sees only in the mirror"
    return f"A mark seen only in the mirror moves the mind's washing by {mine['value']:.2f}"
