"""How far the answer as the image is from the answer as oneself, what is expected of the image, and who washes."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, canvas, ends, interval_line, label
from analysis.probes.mirror.contenders import CONTINGENCY
from analysis.probes.mirror.effects import ANTICIPATION, AT, MARK, RECOGNITION, THRESHOLD
from analysis.probes.mirror.episodes import COLOURS, LIVE, REPLAY, TWIN, Design, Mirror
from analysis.probes.mirror.marked import FELT, JUDGED, NO_MIRROR, ON_OTHER, SEEN, SHAM
from analysis.probes.mirror.measure import AS_IMAGE, MIND, NEXT, WASHING
from analysis.questions.survey import REASONER
from worlds.drawing.render import image
from worlds.drawing.scene import Scene

SHOWN = (LIVE, COLOURS, TWIN)  # in the picture of the room
MIRROR, MIRRORED = "mirror mind", "mirrored mind"
LINES = (
    (MIND, BLUE, "the reference mind"), (MIRRORED, PURPLE, "the mirrored mind"),
    (REASONER, ORANGE, "exact reasoner,\nno notion of mirrors"), (CONTINGENCY, GREEN, "contingency agent"),
)  # fmt: skip
IN_MARKS = ((MIRROR, BLUE, "the mirror mind"), *LINES[1:])
WORDS = {
    "live": "live mirror", "replay": "replay of another time", "twin": "twin", "other": "another agent",
    "imitator": "imitator", "left-right": "left and right changed", "colours": "colours changed", "wall": "blank wall",
}  # fmt: skip
MARKED = {
    SEEN: "marked, seen in the mirror", SHAM: "sham mark", ON_OTHER: "mark on another", NO_MIRROR: "marked, no mirror",
    FELT: "marked and feels it",
}  # fmt: skip


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "mirror": as the image against as oneself; "mirror_next": what the image is expected to do; "mirror_mark": the
    chance of washing; "mirror_room": what is seen."""
    return {
        "mirror": _recognition(document), "mirror_next": _next(document), "mirror_mark": _washing(document),
        "mirror_room": _room(),
    }  # fmt: skip


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
    rows = [row for row in document["rows"] if row["readout"] == AS_IMAGE and not _twice(row)]
    figure, (over, by) = canvas(_title(document), 2, (12.4, 5.6))
    live = [row for row in rows if row["condition"] == LIVE]
    _over_time(over, live, LINES, "from_myself")
    over.set_xlabel("steps before the live mirror")
    over.set_ylabel("nats from as myself to as the image, with 95% interval")
    _legend(over)
    _dots(by, [row for row in rows if row["observed"] == AT], LINES, "from_myself", WORDS)
    by.set_xlabel(f"the same after {AT} steps, by what is behind the glass")
    return figure


def _twice(row: Mapping[str, Any]) -> bool:
    """Whether a row is the exact reasoner's among marks, who stands in the picture as it is without."""
    return bool(row["marks"]) and row["contender"] == REASONER


def _next(document: Mapping[str, Any]) -> Figure:
    """What the minds that know marks, and the reasoner in their place, expect of the image."""
    rows = [row for row in document["rows"] if row["readout"] == NEXT and row["marks"]]
    asked = {row["contender"] for row in rows}
    lines = [line for line in IN_MARKS if line[0] in asked]
    shown = " and the ".join(_showing(document, ANTICIPATION))
    title = f"The {shown} knows what its live image will do" if shown else "No mind knows what its live image will do"
    figure, panels = canvas(title, 2, (9.6, 4.6), share="y")
    for axes, condition in zip(panels, (LIVE, REPLAY), strict=True):
        _over_time(axes, [row for row in rows if row["condition"] == condition], lines, "foreseen")
        axes.set_title(WORDS[condition], fontsize=11, color=BLACK)
        axes.set_xlabel("steps before it")
    panels[0].set_ylabel("nats from what it will do, with 95% interval")
    _legend(panels[1])
    return figure


def _over_time(axes: Axes, rows: Sequence[dict], lines: Sequence[tuple], figure: str) -> None:
    """A line for each contender, over the steps that it has spent before the mirror."""
    counts = sorted({row["observed"] for row in rows})
    for name, color, words in lines:
        own = [row for row in rows if row["contender"] == name]
        if own:
            interval_line(axes, [counts.index(row["observed"]) for row in own], own, figure, color)
            axes.lines[-1].set_label(words)
    axes.set_xticks(range(len(counts)), [str(count) for count in counts])
    axes.set_ylim(bottom=0)


def _legend(axes: Axes) -> None:
    """The names of the lines, in their colours."""
    for text, line in zip(axes.legend(frameon=False, fontsize=11).get_texts(), axes.lines, strict=True):
        text.set(color=line.get_color(), fontweight="bold")


def _showing(document: Mapping[str, Any], what: str) -> list[str]:
    """The minds that show an effect."""
    figures = [one for one in document["figures"] if one["name"].endswith(what)]
    return [one["name"].removesuffix(f": {what}") for one in figures if (one["low"] or 0) >= THRESHOLD]


def _title(document: Mapping[str, Any]) -> str:
    if shown := _showing(document, RECOGNITION):
        return f"Asked to behave as its mirror image, the {' and the '.join(shown)} behaves as itself"
    return "Asked to behave as its mirror image, no mind behaves as itself"


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
    asked = {row["contender"] for row in rows}
    lines = [line for line in IN_MARKS if line[0] in asked]
    figure, (axes,) = canvas(_mark_title(document), size=(8.4, 4.6))
    _dots(axes, rows, lines, "wash", MARKED)
    axes.set_xlim(-0.03, 1.4)
    axes.set_xticks((0, 0.25, 0.5, 0.75, 1))
    axes.set_xlabel("chance of washing, with 95% interval")
    for place, (_, color, words) in enumerate(lines):
        label(axes, 1.02, 0.9 * place, words, color, dx=4)
    axes.tick_params(colors=BLACK)
    return figure


def _mark_title(document: Mapping[str, Any]) -> str:
    if shown := _showing(document, MARK):
        return f"The {' and the '.join(shown)} washes off a mark that it sees only in the mirror"
    return "No mind washes off a mark that it sees only in the mirror"
