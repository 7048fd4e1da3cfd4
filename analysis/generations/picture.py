"""Skill by generation: a panel for each thing scored, a line for each arm."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.picture import BLACK, BLUE, GREY, ORANGE, canvas, ends, interval_line, label
from analysis.generations.measure import ANCESTOR, ARMS, CELLS, COPIES, SCRIPTED, START
from analysis.generations.tables import WORDS, key_of

COLORS = {SCRIPTED: ORANGE, COPIES: BLUE}
ACROSS, DOWN = 5, 2
ASKED = {("predict", 1): "predict θ", ("predict", 2): "predict θ as me", ("behave", 2): "behave as θ as me"}
OF_SCRIPTED = {
    ("behave", 1): "behave as Y", ("behave", 2): "behave as Y as Z", ("predict", 1): "predict Y",
    ("predict", 2): "predict Y as Z",
}  # fmt: skip


def draw(document: Mapping[str, Any]) -> dict[str, Figure]:
    """ "generations": skill by generation, of both arms."""
    rows = [row for row in document["rows"] if row["contender"] == "mind"]
    figure, panels = canvas(_title(document), ACROSS, (15, 7.4), rows=DOWN)
    cells = [(about, *cell) for about, own in CELLS.items() for cell in own]
    places = [axes for k, axes in enumerate(panels) if k != ACROSS - 1]  # the corner is for the names of the lines
    for axes, key in zip(places, cells, strict=True):
        _panel(axes, key, [row for row in rows if key_of(row) == key and row["skill"] is not None])
    _names(panels[ACROSS - 1])
    figure.supxlabel("generation", fontsize=11, color=BLACK)
    figure.supylabel("skill, with 95% interval (0: the best shortcut, 1: the truth)", fontsize=11, color=BLACK)
    return {"generations": figure}


def _panel(axes: Axes, key: tuple[str, str, int], rows: Sequence[dict]) -> None:
    about, cell = key[0], key[1:]
    asked = OF_SCRIPTED[cell] if about == SCRIPTED else ASKED[cell]
    axes.set_title(f"{WORDS[about]}\n{asked}", fontsize=11, color=BLACK)
    for arm in ARMS[::-1]:
        own = [row for row in rows if row["arm"] in (START, arm)]
        if own:
            interval_line(axes, [row["generation"] for row in own], own, "skill", COLORS[arm])
    if not rows:
        label(axes, 0.5, 0.5, "too few questions", GREY, dx=0, ha="center", fontweight="normal")
        return
    axes.set_xticks(sorted({row["generation"] for row in rows}))
    low, high = (pick(ends(row, "skill")[end] for row in rows) for pick, end in ((min, 0), (max, 1)))
    middle, half = (low + high) / 2, max(0.1, 0.6 * (high - low))  # no scale so fine that noise looks like a finding
    axes.set_ylim(middle - half, middle + half)
    axes.locator_params(axis="y", nbins=5)


def _names(axes: Axes) -> None:
    """The names of the lines, where there is no panel."""
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for height, arm, words in ((0.7, COPIES, "brought up among copies\nof the generation before"),
                               (0.4, SCRIPTED, "the same training among\nscripted agents only")):  # fmt: skip
        axes.plot([0, 0.12], [height, height], color=COLORS[arm], linewidth=2.2, marker="o")
        label(axes, 0.12, height, words, COLORS[arm], dx=8, fontsize=11)


def _title(document: Mapping[str, Any]) -> str:
    """What living with copies brought beyond the same training, of predicting copies and scripted agents at depth 2."""
    between = [row for row in document["differences"] if (row["arm"], row["beside"]) == (COPIES, SCRIPTED)]
    last = max((row["generation"] for row in between), default=0)
    told = {key_of(row): row for row in between if row["generation"] == last}
    about = told.get((ANCESTOR, "predict", 2)), told.get((SCRIPTED, "predict", 2))
    if any(row is None or row["skill_low"] is None for row in about):
        return "Skill by generation"
    said = " and ".join(_said(row, word) for row, word in zip(about, ("copies", "scripted agents"), strict=True) if row)
    what = "growing up among copies, not scripted agents, changes skill"
    return f"By generation {last}, {what}\nat predicting, at depth 2, {said}"


def _said(row: Mapping[str, Any], word: str) -> str:
    clear = row["skill_low"] > 0 or row["skill_high"] < 0
    return f"{word} by {row['skill']:+.3f}{'' if clear else ' (not clear of 0)'}"
