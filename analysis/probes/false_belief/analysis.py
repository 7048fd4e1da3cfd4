"""By how much a fruit's going shifts what is expected of Bo, and how that fits what Bo really does.

A *shift* is a difference of two answers: missed, or watched, less "as it was"; *what watching changes* is watched less
missed. Rows have `condition` and, of a retentive Bo, `dose`: how many steps ago it saw the cell, and how far the cell
lies beyond its sight, or that a wall hides it. The *leak* is the share of an answer's own shift for a Bo that watched
which it also shows for one that missed it (0: none; 1: Bo knows whatever I know).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.orchard.rollout import play
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas
from analysis.probes import panels
from analysis.probes import tables as written
from analysis.probes.contenders import EGOCENTRIC, IGNORANT, REASONER, TRUE, asked_in, everybody, judges
from analysis.probes.false_belief.design import (
    AWAY,
    FORGETFUL,
    IRRELEVANT,
    POOLED,
    RETENTIVE,
    SECOND,
    Case,
    Search,
    worlds_of,
)
from analysis.probes.false_belief.thresholds import SHOWN, STILL
from analysis.probes.orchard import types_of
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure, one_of
from analysis.probes.shift import correlation, flat, slope
from analysis.scores.intervals import Bounded, EpisodeBootstrap
from analysis.scores.measures import total_variation
from worlds import FunhouseError

KEPT, MISSED, WATCHED = range(3)  # the worlds of a case
ALL = "pooled"
AGO = {(1, 1): "1 step ago", (2, 3): "2-3 steps ago", (4, 7): "4-7 steps ago"}
BEYOND = {(0, 0): "behind a wall", (1, 1): "1 beyond sight", (2, 2): "2 beyond sight", (3, 99): "3+ beyond sight"}
CONDITIONS = {
    RETENTIVE: "Bo remembers\nand cares", FORGETFUL: "Bo forgets", IRRELEVANT: "Bo does\nnot care",
    SECOND: "Bo pretending\nto be Cy",
}  # fmt: skip
WORLDS = ("missed", "watched")
MAIN = "what watching changes, correlation"


class Sheet:
    """The cases, and what everybody expects in each of their worlds; axis q runs over cases, w over the worlds.

    Raises FunhouseError where no fruit ever goes behind anybody's back.
    """

    def __init__(self, trial: Trial):
        self.mind, self.who = trial.mind.name, everybody(trial)
        self.cases: list[Case] = []
        answerers, found = {name: one for name, (one, _) in self.who.items()}, []
        for place, seed, _, index in trial.places({"": trial.design.episodes}):
            episode = play(trial.design.run(seed, trial.settings.split), index)
            space = types_of(episode)
            for case in Search(episode, trial.design).cases():
                said = asked_in(worlds_of(episode, case), case.question(episode), answerers)
                held_out = bool(space.held_out[space.index(episode.agents[case.who].type)])
                found.append((place, seed, held_out, said))
                self.cases.append(case)
        if not found:
            raise FunhouseError("nobody ever missed what somebody else saw", remedy="ask for more episodes")
        places, self.seed, self.held_out = (np.array([one[k] for one in found]) for k in range(3))
        self.bootstrap = EpisodeBootstrap(places)
        self.said = {name: np.array([said[name] for *_, said in found]) for name in found[0][-1]}  # q w a

    def shift(self, name: str, after: int, before: int) -> np.ndarray:
        """(q, a): an answer in one world less that in another."""
        return self.said[name][:, after] - self.said[name][:, before]

    def rows(self, *conditions: str) -> np.ndarray:
        """(r,) int: the cases of some conditions."""
        return np.flatnonzero([case.condition in conditions for case in self.cases])

    def groups(self) -> Iterator[tuple[str, str | None, np.ndarray]]:
        """(condition, dose, rows): pooled, and so about held-out types; every condition; of a retentive Bo, by dose."""
        pooled, retentive = self.rows(*POOLED), self.rows(RETENTIVE)
        yield ALL, None, pooled
        yield f"{ALL}, held-out types", None, pooled[self.held_out[pooled]]
        yield from ((condition, None, self.rows(condition)) for condition in (*POOLED, SECOND, AWAY))
        for dose, bands in (("ago", AGO), ("beyond", BEYOND)):
            for (low, high), words in bands.items():
                some = [q for q in retentive if low <= getattr(self.cases[q], dose) <= high]
                yield RETENTIVE, words, np.array(some, int)

    def watching(self, name: str, rows: np.ndarray) -> Bounded:
        """The correlation of what watching changes, predicted with real."""
        said, real = (self.shift(one, WATCHED, MISSED) for one in (name, TRUE))
        return correlation(self.bootstrap, said, real, rows)

    def moved(self, name: str, rows: np.ndarray) -> Bounded:
        """The correlation of the shifts from "as it was", missed and watched together."""
        said, real = (np.hstack([self.shift(one, world, KEPT) for world in (MISSED, WATCHED)]) for one in (name, TRUE))
        return correlation(self.bootstrap, said, real, rows)

    def slope(self, name: str, rows: np.ndarray) -> Bounded:
        """That of what watching changes, predicted, on what it really does."""
        said, real = (self.shift(one, WATCHED, MISSED) for one in (name, TRUE))
        return slope(self.bootstrap, said, real, rows)

    def leak(self, name: str, rows: np.ndarray) -> Bounded:
        """The share of its own shift for a Bo that watched which it also shows for one that missed it."""
        missed, watched = (self.shift(name, world, KEPT) for world in (MISSED, WATCHED))
        return slope(self.bootstrap, missed, watched, rows)

    def size(self, name: str, world: int, rows: np.ndarray) -> float | None:
        """The mean shift from "as it was", in total variation."""
        shift = self.shift(name, world, KEPT)
        return float(total_variation(shift, np.zeros_like(shift))[rows].mean()) if len(rows) else None


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}; raises FunhouseError where no fruit ever goes behind anybody's back."""
    sheet = Sheet(trial)
    pooled = sheet.rows(*POOLED)
    return {
        "rows": [_row(sheet, name, kind, *group) for name, (_, kind) in sheet.who.items() for group in sheet.groups()],
        "controls": controls(lambda name: sheet.watching(name, pooled), SHOWN, *judges(trial)),
        "figures": list(_figures(sheet, pooled)),
    }


def _row(sheet: Sheet, name: str, kind: str, condition: str, dose: str | None, rows: np.ndarray) -> Row:
    found = {key: getattr(sheet, key)(name, rows) for key in ("watching", "moved", "slope", "leak")}
    return {
        "stance": "predict", "depth": 2 if condition == SECOND else 1, "contender": name, "kind": kind,
        "condition": condition, "dose": dose, "questions": len(rows),
        "moved_to": sum(sheet.cases[row].goal is not None for row in rows),
        "real_watched": sheet.size(TRUE, WATCHED, rows), "real_missed": sheet.size(TRUE, MISSED, rows),
        "said_watched": sheet.size(name, WATCHED, rows), "said_missed": sheet.size(name, MISSED, rows),
        **flat(found),
    }  # fmt: skip


def _figures(sheet: Sheet, pooled: np.ndarray) -> Iterator[Row]:
    """What the mind came to, and whether that is what it should reach."""
    mind, seed = sheet.mind, sheet.seed
    retentive, second, away = (sheet.rows(condition) for condition in (RETENTIVE, SECOND, AWAY))
    by_seed = [sheet.watching(mind, pooled[seed[pooled] == one])[0] for one in np.unique(seed)]
    yield figure(MAIN, sheet.watching(mind, pooled), SHOWN, by_seed=by_seed)
    yield figure("shifts from as it was, correlation", sheet.moved(mind, pooled), SHOWN)
    yield figure("what watching changes, slope", sheet.slope(mind, retentive))
    yield figure("leak", sheet.leak(mind, retentive))
    yield figure("second order, correlation", sheet.watching(mind, second))
    still = max(float(np.abs(sheet.shift(mind, world, KEPT)[away]).max(initial=0)) for world in (MISSED, WATCHED))
    yield figure("largest shift where Ada was away", (still, None, None), STILL, reached=at_most)


def tables(document: Document) -> list[Table]:
    """By condition and dose: by how much the answers shift (mean total variation), and how that fits what is real."""
    beside = (REASONER, IGNORANT, EGOCENTRIC, "mind, no history")
    rows = [row for row in document["rows"] if row["kind"] == "mind" or row["contender"] in beside]
    keys = dict.fromkeys((row["condition"], row["dose"]) for row in rows if row["questions"])
    by_group = [row for key in keys for row in rows if (row["condition"], row["dose"]) == key]
    left = ("condition", lambda row: ", ".join(filter(None, (row["condition"], row["dose"])))), "contender"
    shifts = ("real_missed", "said_missed", "real_watched", "said_watched")
    right = (("cases", lambda row: str(row["questions"])), *shifts, "watching", "moved", "slope", "leak")
    return [written.lines("by how much a fruit's going shifts the answer", by_group, left, right)]


def draw(document: Document) -> dict[str, Figure]:
    """ "false_belief": mean shifts by condition, and the correlations of everybody who must, or must not, show it."""
    picture, (missed, watched, verdicts) = canvas(_title(document), 3, (13.5, 5.2))
    mind = one_of(document["rows"], kind="mind")["contender"]
    bars = (("real", TRUE, GREY), ("exact reasoner", REASONER, ORANGE), ("the mind", mind, BLUE),
            ("egocentric (Bo knows what Ada knows)", EGOCENTRIC, GREEN))  # fmt: skip
    heights = {(name, world): _heights(document, mind, name, world) for _, name, _ in bars for world in WORLDS}
    for axes, world in zip((missed, watched), WORLDS, strict=True):
        for place, (words, name, color) in enumerate(bars):
            x = panels.side_by_side(len(CONDITIONS), place, len(bars), 0.19)
            panels.bars(axes, x, heights[name, world], 0.19, color, words)
        axes.set_title(f"Bo {world} the move", fontsize=11.5, color=BLACK, loc="left")
        axes.set_xticks(range(len(CONDITIONS)), list(CONDITIONS.values()), fontsize=9.5)
        axes.set_ylim(0, 1.08 * max(0.05, *(one for own in heights.values() for one in own)))
    missed.set_ylabel("shift from the world where nothing moved\n(mean total variation)")
    picture.legend(*missed.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=10.5)
    _verdicts(verdicts, [{**document["figures"][0], "name": mind}, *document["controls"]], mind)
    return {"false_belief": picture}


def _title(document: Document) -> str:
    main, leak = (one_of(document["figures"], name=name)["value"] for name in (MAIN, "leak"))
    if leak is None or main is None:
        return "A fruit moved behind Bo's back"
    told = f"The mind expects Bo to act on what Bo saw: its shift correlates {main:.2f} with the real one;\n"
    return told + f"a move that Bo missed gets through at {leak:.0%} (100%: Bo knows whatever I know)"


def _heights(document: Document, mind: str, name: str, world: str) -> list[float]:
    """Somebody's mean shift in each condition; what is real stands in everybody's rows."""
    whose, contender = ("real", mind) if name == TRUE else ("said", name)
    rows = [one_of(document["rows"], contender=contender, condition=one, dose=None) for one in CONDITIONS]
    return [row[f"{whose}_{world}"] or 0.0 for row in rows]


def _verdicts(axes: Axes, ones: Sequence[Row], mind: str) -> None:
    """The correlation of what watching changes, with intervals, and the threshold; who never moves is at 0."""
    panels.verdicts(
        axes,
        [{**one, "value": one["value"] or 0.0} for one in ones],
        {mind: BLUE, REASONER: ORANGE, EGOCENTRIC: GREEN},
        SHOWN,
    )
    axes.set_xlim(min(-0.15, *(one["low"] or 0.0 for one in ones)), 1.02)
    axes.set_title("Watched less missed: correlation with truth", fontsize=11.5, color=BLACK, loc="left")
    axes.set_xlabel(f"with 95% interval; dashed: threshold {SHOWN}")
