"""Whether what it says of others is so, what it says of itself, and whether either hangs on the tastes."""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from agents import TypeSpace
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, dots, interval_line, label
from analysis.probes.self_report.statements import ANOTHERS, AS_ITSELF, BY_NAME, NOTHING, OTHERS, OWN, PRIOR
from analysis.scores.describe import POSTERIOR
from worlds import OrchardConfig

FEWEST = 30  # statements; points of fewer are left out
ASKED = {BY_NAME: "by its name,", AS_ITSELF: "as itself,"}


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "self_report": calibration about others, what is said of itself, and skill with tastes permuted."""
    figure, (others, itself, tastes) = canvas(_title(document), 3, (13.6, 4.9))
    _calibration(others, document["calibration"])
    _itself(itself, document["rows"])
    _permuted(tastes, document["rows"])
    return {"self_report": figure}


def _title(document: Mapping[str, Any]) -> str:
    value = {(one["name"], one["about"]): one["value"] for one in document["figures"]}
    off, exact = value["calibration error", OTHERS], value["calibration error of the posterior", OTHERS]
    told, misled = (_typical(_row(document["rows"], AS_ITSELF, words))[0] for words in (OWN, ANOTHERS))
    return (
        f"Of others, the mind's probabilities are off by {off:.3f} (the exact posterior's by {exact:.3f}).\n"
        f"Of itself, as itself, it gives the truth {told:.2f} told what it is, {misled:.2f} told what another is"
    )


def _calibration(axes: Axes, points: Sequence[Mapping[str, Any]]) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    names = dict.fromkeys(point["contender"] for point in points if point["about"] == OTHERS)
    for name in names:
        mind = name != POSTERIOR
        own = [
            dict(point)
            for point in points
            if (point["about"], point["contender"]) == (OTHERS, name) and point["count"] >= FEWEST
        ]
        if own:
            color = BLUE if mind else ORANGE
            interval_line(axes, [point["stated"] for point in own], own, "right", color)
            at = own[len(own) // 2]
            words = "the mind" if mind else "exact posterior"
            label(axes, at["stated"], at["right"], words, color, dx=-12 if mind else 12, dy=12 if mind else -14,
                  ha="right" if mind else "left")  # fmt: skip
    axes.set_xlabel("stated probability of another's trait", color=BLACK)
    axes.set_ylabel("how often it was so", color=BLACK)
    axes.set_title("of others", fontsize=11, color=BLACK)


def _itself(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    """The probability that it gives to its true traits: exp of the mean log, trait by trait."""
    lines = []
    for about, asked in ASKED.items():
        for words in (OWN, NOTHING, ANOTHERS):
            row = _row(rows, about, words)
            color = BLUE if about == BY_NAME else GREEN
            lines.append((f"{asked}\n{words}", *_typical(row), color))
    exact = _row(rows, BY_NAME, NOTHING, POSTERIOR)
    lines.insert(0, ("posterior\nof its acts", *_typical(exact), ORANGE))
    dots(axes, lines)
    knows_nothing, *_ = _typical(_row(rows, OTHERS, OWN, PRIOR))
    axes.axvline(knows_nothing, color=GREY, linewidth=1, linestyle="--", zorder=1)
    axes.annotate("knows nothing", (knows_nothing, 0.0), xycoords=("data", "axes fraction"), xytext=(3, 4),
                  textcoords="offset points", color=GREY, fontsize=9)  # fmt: skip
    axes.set_xlim(-0.05, 1.1)
    axes.set_xlabel("probability of a true trait (geometric mean)", color=BLACK)
    axes.set_title("of itself", fontsize=11, color=BLACK)


def _row(rows: Sequence[Mapping[str, Any]], about: str, words: str, contender: str = "") -> Mapping[str, Any]:
    """The row of a contender; of the mind, the first one, by default."""
    own = [row for row in rows if row["about"] == about and row["words"] == words]
    return next(row for row in own if contender in ("", row["contender"]))


def _typical(row: Mapping[str, Any]) -> tuple[float, float, float]:
    nats, low, high = (row[f"log_loss{end}"] for end in ("", "_low", "_high"))
    low, high = (nats, nats) if low is None or high is None else (low, high)
    traits = len(TypeSpace(OrchardConfig()).traits)  # the probe lives in the plain orchard
    return exp(-nats / traits), exp(-high / traits), exp(-low / traits)


def _permuted(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Skill of "behave as", the colours where they were and moved on."""
    lines = []
    for depth, words in ((1, "as Bo"), (2, "as Bo as Cy")):
        own = [row for row in rows if row["about"] is None and row["kind"] == "mind" and row["depth"] == depth]
        for row in own:
            if row["skill"] is not None:
                moved = f"colours moved on by {row['permuted']}" if row["permuted"] else "colours as they are"
                values = (row["skill"], row["skill_low"], row["skill_high"])
                lines.append((f"{words},\n{moved}", *values, BLUE if row["permuted"] else GREY))
    if lines:
        dots(axes, lines)
    axes.set_xlim(0, 1.08)
    axes.set_xlabel("skill: 0 the best shortcut, 1 the truth", color=BLACK)
    axes.set_title("with tastes permuted", fontsize=11, color=BLACK)
