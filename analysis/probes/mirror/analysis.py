"""Who takes the image for itself: controls, figures, tables and pictures of what told.py makes of the answers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Answerer
from analysis.contenders.contingency import CONTINGENCY, FLOOR, LAG, ContingencyTest, LagCorrelation, Recogniser
from analysis.contenders.controls import PLANNER
from analysis.figures.picture import BLUE, GREEN, ORANGE, PURPLE, canvas
from analysis.probes import panels
from analysis.probes.contenders import REASONER, Exact, Planner
from analysis.probes.mirror import design as glass
from analysis.probes.mirror.design import COLOURS, FORESEEN, LIVE, TWIN, Design, Mirror
from analysis.probes.mirror.thresholds import AT, SHOWN, WASHED
from analysis.probes.mirror.told import AS_IMAGE, BLIND, FIGURES, NEXT, WASHING, WHICH, Told
from analysis.probes.probe import BASELINE, NEGATIVE, POSITIVE, Document, Row, Subject, Trial, control
from analysis.probes.shift import bounds, flat
from analysis.probes.tables import pivot
from worlds.drawing.frame import Frame
from worlds.drawing.render import image

RECOGNITION, ANTICIPATION, MARK = "recognition", "anticipation", "mark"  # effects
MIND = "mind"
JUDGED_AS = {CONTINGENCY: POSITIVE, PLANNER: NEGATIVE, LAG: BASELINE}
WHO = {
    MIND: (BLUE, "the mind of near-far"), "mirrorless mind": (BLUE, "the mirrorless mind"),
    "mirrored mind": (PURPLE, "the mirrored mind"), REASONER: (ORANGE, "exact reasoner,\nno notion of mirrors"),
    CONTINGENCY: (GREEN, "contingency agent"),
}  # fmt: skip
WORDS = {
    "live": "live\nmirror", "replay": "replay of\nanother time", "other": "another\nagent",
    "left-right": "left-right\nchanged", "colours": "colours\nchanged", "wall": "blank wall",
    glass.SEEN: "marked, seen\nin the mirror", glass.SHAM: "sham mark", glass.ON_OTHER: "mark on\nanother",
    glass.NO_MIRROR: "marked,\nno mirror", glass.FELT: "marked and\nfeels it",
}  # fmt: skip
FOUND = {
    RECOGNITION: "asked to behave as its mirror image, {} behaves as itself",
    ANTICIPATION: "{} knows what its live image will do",
    MARK: "{} washes off a mark that it sees only in the mirror",
}


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}."""
    test, lag = Recogniser(ContingencyTest()), Recogniser(LagCorrelation())
    scripted: dict[str, Answerer] = {REASONER: Exact(), CONTINGENCY: test, LAG: lag, PLANNER: Planner(FLOOR)}
    others: dict[str, Answerer] = {}
    for which, other in trial.subject.marks.items():
        others |= _minds(other, f"{which} ")
    marks = replace(trial.design, marks=True)
    plain = Told(_minds(trial.subject) | scripted, trial.design).images(trial, 0)
    among = Told({**others, REASONER: Exact()}, marks).images(trial, 1)
    wash = Told(others | scripted, marks).washing(trial, 2)
    asked = [(plain, name) for name in plain.everybody] + [(among, name) for name in others]
    effects = {
        RECOGNITION: {name: told.recognition(name) for told, name in asked},
        ANTICIPATION: {name: told.anticipation(name) for told, name in asked},
        MARK: {name: wash.mark(name) for name in wash.everybody},
    }
    found = [(f"{name}: {what}", name, value) for what, values in effects.items() for name, value in values.items()]
    kinds = {name: NEGATIVE if name.endswith(BLIND) else JUDGED_AS.get(name) for _, name, _ in found}
    return {
        "rows": [row for told in (plain, among, wash) for row in told.rows()],
        "controls": [control(words, kind, *value, SHOWN) for words, name, value in found if (kind := kinds[name])],
        "figures": [
            {"name": words, **flat({"value": value}), "goal": None, "reached": None}
            for words, name, value in found if name.endswith(MIND)
        ],
    }  # fmt: skip


def _minds(subject: Subject, before: str = "") -> dict[str, Answerer]:
    """A mind, and what is left of it without its own actions."""
    blind = [one for one in subject.blanked if one.name == BLIND]
    return {before + MIND: subject.mind} | {before + one.name: one for one in blind}


def tables(document: Document) -> list[Table]:
    """Nats from oneself, and from what the image will do, by condition and step; which one is taken for oneself;
    washing by condition and step. In worlds with marks nobody has one but in the last; the reasoner is in both."""
    parts: dict[str, list[Row]] = {readout: [] for readout in FIGURES}
    for row in document["rows"]:
        among = ", among marks" if row["marks"] and row["contender"] == REASONER and row["readout"] != WASHING else ""
        if row["readout"] != AS_IMAGE or not row["contender"].endswith((BLIND, PLANNER)):
            parts[row["readout"]].append({**row, "contender": row["contender"] + among})
    titles = (
        "nats from the answer as oneself to the answer as the image",
        "nats from what the image will do to what is expected of it",
        "how often the live image is taken for oneself, and not this one",
        "the chance of washing",
    )
    left = ("condition", "contender")
    return [
        pivot(title, rows, left[:1], "contender", FIGURES[readout], 0)
        if readout == WHICH
        else pivot(title, rows, left, "observed", FIGURES[readout])
        for title, (readout, rows) in zip(titles, parts.items(), strict=True)
    ]


def draw(document: Document) -> dict[str, Figure]:
    """ "mirror": as the image against as oneself; "mirror_next": what the image is expected to do; "mirror_mark": the
    chance of washing; "mirror_room": what is seen."""
    own = [row for row in document["rows"] if row["contender"] in WHO]
    shown = [row for row in own if row["readout"] == AS_IMAGE and row["contender"] != "mirrorless mind"]
    shown = [row for row in shown if row["contender"] != REASONER or not row["marks"]]  # it is asked in both worlds
    following = [row for row in own if row["readout"] == NEXT and row["marks"]]
    mirror, (over, by) = canvas(_title(document, RECOGNITION), 1, (13.6, 8.4), rows=2)
    _over_time(over, [row for row in shown if row["condition"] == LIVE])
    over.set_ylim(bottom=0)
    panels.titled(over, "", "steps before the live mirror", "nats from as myself to as the image")
    panels.legend(over, [over], fontsize=11)
    _by_condition(by, [row for row in shown if row["observed"] == AT])
    by.set_ylabel(f"the same after {AT} steps")
    foreseen, places = canvas(_title(document, ANTICIPATION), 2, (9.6, 4.6), share="y")
    for axes, condition in zip(places, FORESEEN, strict=True):
        _over_time(axes, [row for row in following if row["condition"] == condition])
        panels.titled(axes, WORDS[condition].replace("\n", " "), "steps before it")
    places[0].set_ylim(bottom=0)  # both are drawn by now, and share the axis
    places[0].set_ylabel("nats from what it will do, with 95% interval")
    panels.legend(places[1], places[1:], fontsize=11)
    mark, (washed,) = canvas(_title(document, MARK), size=(8.4, 4.6))
    _by_condition(washed, [row for row in own if row["readout"] == WASHING and row["observed"] == WASHED])
    washed.set_ylabel("chance of washing")
    mark.legend(*washed.get_legend_handles_labels(), loc="outside lower left", ncols=2, frameon=False)
    return {"mirror": mirror, "mirror_next": foreseen, "mirror_mark": mark, "mirror_room": _room()}


def _room() -> Figure:
    """One moment of one episode, under three conditions."""
    mirror = Mirror(Design(), Design().run(0, "test"), 0)
    title = "The same agent at the same moment, and who stands behind the glass"
    figure, places = canvas(title, 3, (9.0, 3.7))
    for axes, condition in zip(places, (LIVE, COLOURS, TWIN), strict=True):
        axes.imshow(image(Frame.of(mirror.episode(condition), AT)), interpolation="nearest")
        panels.titled(axes, WORDS.get(condition, condition).replace("\n", " "))
        axes.set_axis_off()
    return figure


def _title(document: Document, what: str) -> str:
    """Which minds show an effect."""
    figures = [one for one in document["figures"] if one["name"].endswith(what)]
    shown = [one["name"].removesuffix(f": {what}") for one in figures if (one["low"] or 0) >= SHOWN]
    said = FOUND[what].format(f"the {' and the '.join(shown)}" if shown else "no mind")
    return said[0].upper() + said[1:]


def _over_time(axes: Axes, rows: Sequence[Row]) -> None:
    """A line for each contender, over the steps that it has spent before the mirror."""
    panels.over_counts(axes, _by_contender(rows), FIGURES[rows[0]["readout"]])


def _by_condition(axes: Axes, rows: Sequence[Row]) -> None:
    """Bars of every contender over each condition."""
    conditions, figure = list(dict.fromkeys(row["condition"] for row in rows)), FIGURES[rows[0]["readout"]]
    series = [(words, color, [bounds(row, figure) for row in own]) for words, color, own in _by_contender(rows)]
    panels.grouped(axes, [WORDS.get(one, one.replace(" ", "\n")) for one in conditions], series)


def _by_contender(rows: Sequence[Row]) -> panels.Lines:
    """The rows of everybody who is drawn and has some."""
    found = {name: [row for row in rows if row["contender"] == name] for name in WHO}
    return [(WHO[name][1], WHO[name][0], own) for name, own in found.items() if own]
