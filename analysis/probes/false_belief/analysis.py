"""By how much a fruit's going shifts what is expected of Bo, and how that fits what Bo really does.

A *shift* is a difference of two answers: missed, or watched, less "as it was"; *what watching changes* is watched less
missed. Rows have `condition` and, of a retentive Bo, `dose`: how many steps ago it saw the cell, and how far the cell
lies beyond its sight, or that a wall hides it. The *leak* is the share of an answer's own shift for a Bo that watched
which it also shows for one that missed it (0: none; 1: Bo knows whatever I know).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from agents.orchard.rollout import play
from analysis.figures.picture import GREY, canvas
from analysis.probes import panels
from analysis.probes.contenders import TRUE, answerers, asked_in, judges
from analysis.probes.false_belief import design as fruits
from analysis.probes.false_belief.design import AWAY, FORGETFUL, IRRELEVANT, POOLED, RETENTIVE, SECOND
from analysis.probes.false_belief.thresholds import SHOWN, STILL
from analysis.probes.orchard import types_of
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure, one_of, some
from analysis.probes.shift import Shifts, flat, slope
from analysis.probes.tables import beside, lines
from analysis.scores.intervals import Bounded
from analysis.scores.measures import total_variation

KEPT, MISSED, WATCHED = range(3)  # the worlds of a case
DOSES = {
    "ago": {(1, 1): "1 step ago", (2, 3): "2-3 steps ago", (4, 7): "4-7 steps ago"},
    "beyond": {(0, 0): "behind a wall", (1, 1): "1 beyond sight", (2, 2): "2 beyond sight", (3, 99): "3+ beyond sight"},
}
CONDITIONS = {
    RETENTIVE: "Bo remembers\nand cares", FORGETFUL: "Bo forgets", IRRELEVANT: "Bo does\nnot care",
    SECOND: "Bo pretending\nto be Cy",
}  # fmt: skip


class Sheet(Shifts):
    """The cases, and what everybody expects in each of their worlds.

    Raises FunhouseError where no fruit ever goes behind anybody's back.
    """

    def __init__(self, trial: Trial):
        super().__init__(trial, some([*self._asked(trial)], "nobody ever missed what somebody else saw"))
        self.held_out = np.array([held_out for _, held_out in self.cases])
        self.pooled = self.rows(*POOLED)

    @staticmethod
    def _asked(trial: Trial) -> Iterator[tuple]:
        for place, seed, _, index in trial.places({"": trial.design.episodes}):
            episode = play(trial.design.run(seed, trial.settings.split), index)
            space = types_of(episode)
            for case in fruits.Search(episode, trial.design).cases():
                held_out = bool(space.held_out[space.index(episode.agents[case.who].type)])
                said = asked_in(fruits.worlds_of(episode, case), case.question(episode), answerers(trial))
                yield place, seed, (case, held_out), said

    def rows(self, *conditions: str) -> np.ndarray:
        """(r,) int: the cases of some conditions."""
        return np.flatnonzero([case.condition in conditions for case, _ in self.cases])

    def groups(self) -> Iterator[tuple[str, str | None, np.ndarray]]:
        """(condition, dose, rows): pooled, and so about held-out types; every condition; of a retentive Bo, by dose."""
        yield "pooled", None, self.pooled
        yield "pooled, held-out types", None, self.pooled[self.held_out[self.pooled]]
        yield from ((condition, None, self.rows(condition)) for condition in (*POOLED, SECOND, AWAY))
        for dose, bands in DOSES.items():
            for (low, high), words in bands.items():
                of = [q for q in self.rows(RETENTIVE) if low <= getattr(self.cases[q][0], dose) <= high]
                yield RETENTIVE, words, np.array(of, int)

    def watching(self, name: str, rows: np.ndarray) -> Bounded:
        """The correlation of what watching changes, predicted with real."""
        return self.correlation(name, rows, (WATCHED, MISSED))

    def moved(self, name: str, rows: np.ndarray) -> Bounded:
        """The correlation of the shifts from "as it was", missed and watched together."""
        return self.correlation(name, rows, (MISSED, KEPT), (WATCHED, KEPT))

    def slope(self, name: str, rows: np.ndarray) -> Bounded:
        """That of what watching changes, predicted, on what it really does."""
        said, real = (self.shift(one, WATCHED, MISSED) for one in (name, TRUE))
        return slope(self.bootstrap, said, real, rows)

    def leak(self, name: str, rows: np.ndarray) -> Bounded:
        """The share of its own shift for a Bo that watched which it also shows for one that missed it."""
        return slope(self.bootstrap, self.shift(name, MISSED), self.shift(name, WATCHED), rows)

    def size(self, name: str, world: int, rows: np.ndarray) -> float | None:
        """The mean shift from "as it was", in total variation."""
        shift = self.shift(name, world)
        return float(total_variation(shift, np.zeros_like(shift))[rows].mean()) if len(rows) else None


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}; raises FunhouseError where no fruit ever goes behind anybody's back."""
    sheet = Sheet(trial)
    return {
        "rows": [_row(sheet, name, kind, *group) for name, kind in sheet.kinds.items() for group in sheet.groups()],
        "controls": controls(lambda name: sheet.watching(name, sheet.pooled), SHOWN, *judges(trial)),
        "figures": list(_figures(sheet, sheet.mind)),
    }


def _row(sheet: Sheet, name: str, kind: str, condition: str, dose: str | None, rows: np.ndarray) -> Row:
    sizes = {
        f"{said}_{words}": sheet.size(who, world, rows)
        for said, who in (("real", TRUE), ("said", name))
        for words, world in (("watched", WATCHED), ("missed", MISSED))
    }
    return {
        "stance": "predict", "depth": 2 if condition == SECOND else 1, "contender": name, "kind": kind,
        "condition": condition, "dose": dose, "questions": len(rows),
        "moved_to": sum(sheet.cases[row][0].goal is not None for row in rows), **sizes,
        **flat({key: getattr(sheet, key)(name, rows) for key in ("watching", "moved", "slope", "leak")}),
    }  # fmt: skip


def _figures(sheet: Sheet, mind: str) -> Iterator[Row]:
    watching, retentive, away = partial(sheet.watching, mind), sheet.rows(RETENTIVE), sheet.rows(AWAY)
    by_seed = sheet.by_seed(watching, sheet.pooled)
    yield figure("what watching changes, correlation", watching(sheet.pooled), SHOWN, by_seed=by_seed)
    yield figure("shifts from as it was, correlation", sheet.moved(mind, sheet.pooled), SHOWN)
    yield figure("what watching changes, slope", sheet.slope(mind, retentive))
    yield figure("leak", sheet.leak(mind, retentive))
    yield figure("second order, correlation", watching(sheet.rows(SECOND)))
    still = max(sheet.largest(mind, away, world) or 0.0 for world in (MISSED, WATCHED))
    yield figure("largest shift where Ada was away", (still, None, None), STILL, reached=at_most)


def tables(document: Document) -> list[Table]:
    """By condition and dose: by how much the answers shift (mean total variation), and how that fits what is real."""
    rows = [row for row in beside(document["rows"]) if row["questions"]]
    groups = [*dict.fromkeys((row["condition"], row["dose"]) for row in rows)]
    rows.sort(key=lambda row: groups.index((row["condition"], row["dose"])))
    left = ("condition", lambda row: ", ".join(filter(None, (row["condition"], row["dose"])))), "contender"
    shifts = ("real_missed", "said_missed", "real_watched", "said_watched")
    right = (("cases", lambda row: str(row["questions"])), *shifts, "watching", "moved", "slope", "leak")
    return [lines("by how much a fruit's going shifts the answer", rows, left, right)]


def draw(document: Document) -> dict[str, Figure]:
    """ "false_belief": mean shifts by condition, and the correlations of everybody who must, or must not, show it."""
    main, leak = document["figures"][0], one_of(document["figures"], name="leak")
    told = "The mind expects Bo to act on what Bo saw: its shift correlates {:.2f} with the real one;\n"
    told += "a move that Bo missed gets through at {:.0%} (100%: Bo knows whatever I know)"
    title = panels.finding(told, [main["value"], leak["value"]], "A fruit moved behind Bo's back")
    picture, (missed, watched, shown) = canvas(title, 3, (13.5, 5.2))
    missed.sharey(watched)
    mind = one_of(document["rows"], kind="mind")["contender"]
    said = panels.rows_of(document["rows"], panels.EXACT, panels.MIND, panels.KNOWS_ALL)
    bars = [("real", GREY, said[1][2], "real"), *((*one, "said") for one in said)]
    for axes, world in ((missed, "missed"), (watched, "watched")):
        series = [
            (
                words,
                color,
                [(one_of(own, condition=one, dose=None)[f"{whose}_{world}"], None, None) for one in CONDITIONS],
            )
            for words, color, own, whose in bars
        ]
        panels.grouped(axes, [*CONDITIONS.values()], series)
        panels.titled(axes, f"Bo {world} the move")
    missed.set_ylim(bottom=0)  # both are drawn by now, and share the axis
    missed.set_ylabel("shift from the world where nothing moved\n(mean total variation)")
    picture.legend(*missed.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False)
    panels.verdicts(shown, [{**main, "name": mind}, *document["controls"]], SHOWN)
    panels.titled(shown, "Watched less missed", f"correlation with truth; dashed: {SHOWN}")
    return {"false_belief": picture}
