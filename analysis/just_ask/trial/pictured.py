"""The picture of *trial*: how often a task is done, try after try, and generation after generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, label
from analysis.just_ask.lines import through
from analysis.just_ask.trial import analysis as told
from analysis.just_ask.trial.analysis import ITERATED, RETRIAL
from analysis.probes.probe import one_of

TRIED = {
    told.BAYES: (BLACK, "exact Bayes", 8),
    told.NETWORK: (BLUE, "network", -8),
    told.NO_DEMONSTRATION: (GREEN, "no demonstration", 0),
    told.ALONE: (ORANGE, "tries not told", 8),
    told.MISTOLD: (GREY, "told of another's", -8),
}
GONE_ON = {
    told.EXACT: (BLACK, "exact operator", 0),
    told.OPERATOR: (BLUE, "learned operator", 0),
    told.UNORDERED: (GREY, "shown in no order", 0),
}


def pictured(document: Mapping[str, Any]) -> Figure:
    """Two panels."""
    drawn, (tries, generations) = canvas(_finding(document), 2, (11.6, 4.8), share="y")
    for axes, of, lines in ((tries, RETRIAL, TRIED), (generations, ITERATED, GONE_ON)):
        rows = [row for row in document["rows"] if row["of"] == of]
        for name, (color, words, dy) in lines.items():
            x, y = through(axes, rows, name, "success", color, by="step")
            label(axes, x[-1], y[-1], words, color, dy=dy, fontsize=9)
        axes.set_xticks(x)
        axes.set_xlim(x[0] - 0.2, x[-1] * 1.35)
        axes.set_ylim(0, 1.03)
    for axes, of, name, words in (
        (tries, RETRIAL, told.SOURCE, "the demonstrator"), (generations, ITERATED, told.BEST, "the best that was shown")
    ):  # fmt: skip
        at = one_of(document["rows"], of=of, contender=name)["success"][0]
        axes.axhline(at, color=GREY, linewidth=1.3, linestyle="--", zorder=1)
        axes.annotate(words, (axes.get_xlim()[1], at), (0, -11), textcoords="offset points", ha="right",
                      color=GREY, fontsize=9)  # fmt: skip
    tries.set_title("share of tasks done", loc="left", fontsize=11)
    tries.set_xlabel("try, after one demonstration")
    generations.set_xlabel("generation, each made of what the last did")
    return drawn


def _finding(document: Mapping[str, Any]) -> str:
    rows = document["rows"]
    second = one_of(rows, of=RETRIAL, contender=told.NETWORK, step=2)["share"][0]
    last = max((row for row in rows if row["contender"] == told.OPERATOR), key=lambda row: row["step"])
    rise = f"{'' if last['shown'] == 'yes' else 'hardly '}improves past what it was shown"
    return f"trial: the second try is {second:.2f} of exact Bayes's; a learned operator {rise}"
