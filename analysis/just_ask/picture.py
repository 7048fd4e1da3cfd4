"""The picture of an experiment: everybody's figure with its interval, the mind's on top, and what counts as heeding."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREY, ORANGE, canvas
from analysis.just_ask.asking import NO_WISH
from analysis.probes.probe import one_of

COLOURS = {"mind": BLUE, "shortcut": ORANGE, "oracle": BLACK}  # of kinds; all others are grey
LEAST, MOST = -1.0, 1.5  # what lies left of it is a number at the edge; an interval that goes on beyond is cut off
OVERVIEW = {  # figures that are 1 where one acts by the exact answer, and what is asked for
    "returns": ("success", "collect exactly so many fruits"),
    "goals": ("success", "end in a place"),
    "style": ("share", ""),
}
NOT_WHO = ("contender", "kind", "questions", "kept", "told")  # keys of rows that do not part one panel from another


def picture(
    document: Mapping[str, Any], figure: str, words: str, lines: Sequence[float], keys: Sequence[str]
) -> Figure:
    """One figure of a document's rows, called `words` on the axis, and dashed `lines`; a panel for each value of what
    rows are told by, `keys`, beside who answers, in which a mind is asked, if one is in any."""
    by = [key for key in keys if key not in NOT_WHO]
    panels: dict[str, list[Mapping[str, Any]]] = {}
    for row in document["rows"]:
        panels.setdefault(" ".join(str(row[key]) for key in by), []).append(row)
    asked = {name: rows for name, rows in panels.items() if any(row["kind"] == "mind" for row in rows)}
    panels = asked or panels
    most = max(map(len, panels.values()))
    drawn, axes = canvas(_title(document, figure), 1, (8.2, 1.1 + (0.34 * most + 0.75) * len(panels)), rows=len(panels))
    for one, (name, rows) in zip(axes, panels.items(), strict=True):
        ordered = sorted(rows, key=lambda row: list(COLOURS).index(row["kind"]) if row["kind"] in COLOURS else 9)
        for y, row in enumerate(ordered):
            _dot(one, y, row[figure], COLOURS.get(row["kind"], GREY))
        for line in lines:
            one.axvline(line, color=BLACK, linewidth=1, linestyle="--", zorder=1)
        one.set_yticks(range(len(ordered)), [_who(row) for row in ordered], fontsize=9.5)
        one.set_ylim(len(ordered) - 0.4, -0.6)
        one.set_xlabel(words)
        if name:
            one.set_title(name, loc="left", fontsize=11)
    left, right = (pick(one.get_xlim()[end] for one in axes) for end, pick in ((0, min), (1, max)))
    for one in axes:
        one.set_xlim(left, right)
    return drawn


def _dot(axes: Any, y: int, value: Sequence[float | None], color: str) -> None:
    """A value with its interval."""
    at, low, high = value
    if at is None or at < LEAST:
        words = "undefined" if at is None else f"◂ {at:.2f}"
        axes.annotate(words, (0.01, y), xycoords=("axes fraction", "data"), color=color, fontsize=9, va="center")
        return
    if low is not None and high is not None:
        axes.plot([max(low, LEAST), min(high, max(MOST, at))], [y, y], color=color, linewidth=2.2)
    axes.plot(at, y, marker="o", color=color)


def _who(row: Mapping[str, Any]) -> str:
    return "the mind" if row["kind"] == "mind" else row["contender"]


def _title(document: Mapping[str, Any], figure: str) -> str:
    """What the mind comes to, in the order of the panels."""
    name = document["experiment"]
    told = [row for row in document["rows"] if row["kind"] == "mind" and row[figure][0] is not None]
    if not told:
        return f"{name}: what is exact"
    return f"{name}: the mind {', '.join(f'{row[figure][0]:.2f}' for row in told)}"


def overview(documents: Sequence[Mapping[str, Any]]) -> Figure | None:
    """The mind beside who clones and who knows, in the experiments whose figure is 1 where one acts by the exact
    answer; None where a mind was asked in none of them."""
    told = []
    for document in documents:
        figure, words = OVERVIEW.get(document["experiment"], ("", ""))
        for row in document["rows"]:
            if figure and row["kind"] == "mind":
                alike = {name: row[name] for name in ("axis", "acts") if name in row}
                nobody = one_of(document["rows"], contender=NO_WISH, **alike)
                told.append((row.get("axis", words), row[figure], nobody[figure]))
    if not told:
        return None
    drawn, (axes,) = canvas(_finding([mind for _, mind, _ in told]), 1, (8.2, 1.6 + 0.42 * len(told)))
    for y, (_, mind, nobody) in enumerate(told):
        _dot(axes, y, nobody, ORANGE)
        _dot(axes, y, mind, BLUE)
    axes.axvline(1, color=BLACK, linewidth=1.5)
    axes.set_yticks(range(len(told)), [words for words, *_ in told])
    axes.set_ylim(len(told) - 0.4, -0.6)
    for x, words, color in ((0.0, "nobody is asked", ORANGE), (0.5, "the mind is asked", BLUE), (1.0, "exact", BLACK)):
        style = {"ha": "center", "fontsize": 10, "fontweight": "bold"}
        axes.text(x, 1.03, words, style, color=color, transform=axes.get_xaxis_transform())
    axes.set_xlabel("how often it comes true, or how much of a style is shown")
    return drawn


def _finding(values: Sequence[Sequence[float | None]]) -> str:
    least, *_, most = sorted(value[0] or 0.0 for value in (*values, *values))
    return f"Just asked, the mind brings about {least:.2f} to {most:.2f} of what can be"
