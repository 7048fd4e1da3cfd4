"""What was said, scored: how much was told rightly, how surely, and whether any of it hangs on the tastes.

Rows have `about` (who is described), `words` (what the asked agent was told of itself), `resolved`, `log_loss`,
`over_posterior`, `calibration_error` with their intervals; or, of fidelity, the keys of its table and `permuted`, how
far on the colours were moved. Log loss is proper: who overstates pays for it; the posterior's is the most that acts can
tell. The calibration error is the mean distance between what was stated and how often it was so, over all values of all
traits, in ten bins. The prior is calibrated too, and says nothing: read it beside `resolved`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Reasoned
from agents.orchard.rollout import play
from agents.registry import type_space
from analysis.contenders.fitting import fit
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, dots, interval_line, label
from analysis.probes import panels
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure
from analysis.probes.self_report.design import (
    ANOTHERS,
    AS_ITSELF,
    BY_NAME,
    JUDGED,
    NO_ACTS,
    OTHERS,
    OWN,
    PERMUTED,
    PLACES,
    READER,
    SAMPLING,
    SHUFFLED,
    UNTOLD,
    Design,
    Said,
    behaviour,
    called,
    descriptions,
)
from analysis.probes.self_report.thresholds import (
    BEYOND,
    CALIBRATED,
    CERTAIN,
    CHANGE,
    ERROR,
    READ,
    RESOLVED,
    SKILLED,
)
from analysis.probes.shift import flat
from analysis.probes.tables import bounded, lines
from analysis.questions.survey import bound, conduct
from analysis.scores.describe import BINS, POSTERIOR, PRIOR, losses
from analysis.scores.fidelity import Scores, training_episodes
from analysis.scores.intervals import Bounded, EpisodeBootstrap, less, share
from analysis.scores.traits import trait_values

TRAINING_EPISODES = 48
FEWEST = 30  # statements; points of fewer are left out of the picture
ASKED = {BY_NAME: "by its name,", AS_ITSELF: "as itself,"}


@dataclass(frozen=True)
class Statements:
    """What some contenders said of q subjects by one way of asking; v over all values of all traits."""

    episode: np.ndarray  # q int
    seed: np.ndarray  # q int
    held_out: np.ndarray  # q bool: of a type that training never holds
    stated: dict[str, np.ndarray]  # by contender: q v probability
    loss: dict[str, np.ndarray]  # by contender: (q,) nats on all true traits
    true: np.ndarray  # q v bool

    @classmethod
    def of(cls, pages: Sequence[tuple[int, int, Said]]) -> Statements:
        """Of the place, the seed and what was said in each episode; the uniform prior is a contender everywhere."""
        space = type_space(pages[0][2].episode)
        values, counts = trait_values(space), [len(said.asked) for *_, said in pages]
        place, seed = (np.repeat([page[k] for page in pages], counts) for k in (0, 1))
        own = [space.index(said.episode.agents[one.who].type) for *_, said in pages for one in said.asked]
        true = values.T[own].astype(bool)
        stated = {name: np.concatenate([said.stated[name] for *_, said in pages]) for name in pages[0][2].stated}
        stated[PRIOR] = np.repeat(values.mean(1)[None], len(own), 0)
        loss = {name: np.sum(list(losses(table, true, space).values()), axis=0) for name, table in stated.items()}
        return cls(place, seed, space.held_out[own], stated, loss, true)

    @cached_property
    def bootstrap(self) -> EpisodeBootstrap:
        """The resamples of the episodes that all intervals share."""
        return EpisodeBootstrap(self.episode)

    def nats(self, name: str, less: str = "", within: np.ndarray | bool = True) -> Bounded:
        """The mean log loss of a contender, or by how much it lies above another's, over some subjects (q,) bool."""
        return self._share(self.loss[name] - (self.loss[less] if less else 0.0), np.ones(len(self.true)), within)

    def resolved(self, name: str, within: np.ndarray | bool = True) -> Bounded:
        """1 - loss / the prior's, over some subjects (q,) bool: the share of what was open that is told rightly."""
        return less(self._share(self.loss[name], self.loss[PRIOR], within))

    def _share(self, part: np.ndarray, whole: np.ndarray, within: np.ndarray | bool) -> Bounded:
        return share(self.bootstrap, part, whole, np.flatnonzero(np.ones(len(part), bool) & within))

    def miscalibrated(self, name: str) -> Bounded:
        """The calibration error. It is never negative: with few statements chance alone makes some of it."""
        bins = self._binned(name)  # 3 e b
        rows = [np.einsum("re,eb->rb", self.bootstrap.times, part) for part in bins]
        drawn = np.abs(rows[1] - rows[0]).sum(1) / rows[2].sum(1)
        stated, right, count = bins.sum(1)
        low, high = np.percentile(drawn, [self.bootstrap.tail, 100 - self.bootstrap.tail])
        return float(np.abs(right - stated).sum() / count.sum()), float(low), float(high)

    def curve(self, name: str) -> list[dict]:
        """How often what was stated was so, with its interval, bin by bin."""
        stated, right, count = self._binned(name)
        rows, every = [], np.arange(self.bootstrap.episodes)
        bootstrap = EpisodeBootstrap(every)
        for b in np.flatnonzero(count.sum(0)).tolist():
            value, low, high = (float(x[0]) for x in bootstrap.ratio(right[:, [b]], count[:, [b]], every))
            mean = float(stated[:, b].sum() / count[:, b].sum())
            rows.append({"stated": mean, "right": value, "low": low, "high": high, "count": int(count[:, b].sum())})
        return rows

    def _binned(self, name: str) -> np.ndarray:
        """(3, e, bins): in each episode and bin the sums of what was stated, of what was so, and of one."""
        stated, values = self.stated[name].ravel(), self.true.shape[1]
        place = np.minimum((stated * BINS).astype(int), BINS - 1)
        cell = np.repeat(self.bootstrap.member, values) * BINS + place
        columns = (stated, self.true.ravel().astype(float), np.ones(len(stated)))
        shape = (self.bootstrap.episodes, BINS)
        return np.array([np.bincount(cell, one, np.prod(shape)).reshape(shape) for one in columns])


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "calibration", "controls", "figures"}."""
    pages: dict[tuple[str, str], list[tuple[int, int, Said]]] = {}
    asked = []
    for place, seed, _, index in trial.places({"": trial.design.episodes}):
        episode = play(trial.design.run(seed, trial.settings.split), index)
        for one in descriptions(trial, seed, episode):
            pages.setdefault((one.about, one.words), []).append((place, seed, one))
        asked.append(behaviour(trial, place, episode))
    mind, said = trial.mind.name, {key: Statements.of(own) for key, own in pages.items()}
    made = training_episodes(trial.design.run(trial.settings.seed, "train").to_dict(), TRAINING_EPISODES)
    scores = Scores.of(bound(asked), fit(conduct(made, sampling=SAMPLING)))
    return {
        "rows": [*_rows(said), *_fidelity(scores)],
        "calibration": [
            {"about": about, "words": words, "contender": name, **point}
            for (about, words), one in said.items()
            for name in (mind, POSTERIOR)
            if name in one.stated
            for point in one.curve(name)
        ],
        "controls": _controls(trial, said, scores),
        "figures": [*_figures(said, mind), *_changes(scores, mind)],
    }


def _rows(said: dict[tuple[str, str], Statements]) -> Iterator[Row]:
    for (about, words), one in said.items():
        for name in one.stated:
            over = {"over_posterior": one.nats(name, POSTERIOR)} if POSTERIOR in one.stated else {}
            found = {"resolved": one.resolved(name), "log_loss": one.nats(name), **over}
            yield {
                "about": about, "words": words, "contender": name, "questions": len(one.true), "depth": None,
                **flat({**found, "calibration_error": one.miscalibrated(name)}),
            }  # fmt: skip


def _fidelity(scores: Scores) -> Iterator[Row]:
    """The rows of the fidelity table, which also say how far the colours were moved."""
    for cell in scores.survey.cells():
        for row in scores.rows(cell):
            *_, moved = row["contender"].rpartition(f", {PERMUTED} by ")
            yield {**row, "about": None, "permuted": int(moved) if moved.isdigit() else 0}


def _controls(trial: Trial, said: dict[tuple[str, str], Statements], scores: Scores) -> list[Row]:
    others, acts, blind = said[OTHERS, OWN], said[BY_NAME, UNTOLD], trial.blinded

    def sure(name: str) -> Bounded:
        return less(others.miscalibrated(name))

    def read(name: str) -> Bounded:
        return said[AS_ITSELF, OWN].resolved(name)

    def ignored(words: str) -> Bounded:
        return said[AS_ITSELF, words].resolved(trial.mind.name)

    def skill(name: str) -> Bounded:
        (row,) = scores.rows(JUDGED, names=[called(name, PLACES[0])])
        return row["skill"], row["skill_low"], row["skill_high"]

    shuffled = [SHUFFLED] if SHUFFLED in others.stated else []
    no_acts = [NO_ACTS] if NO_ACTS in acts.stated else []
    return [
        *controls(others.resolved, RESOLVED, [POSTERIOR], blind, words="others: {}"),
        *controls(sure, CALIBRATED, [POSTERIOR], shuffled, words="calibration: {}"),
        *controls(acts.resolved, RESOLVED, [POSTERIOR], no_acts, words="itself, from acts: {}"),
        *controls(read, READ, [READER], [], words="itself, from words: {}"),
        *controls(ignored, READ, [], [UNTOLD, ANOTHERS], words="itself, from words: mind, {}"),
        *controls(skill, SKILLED, [Reasoned.name], blind, words=f"{PERMUTED}: {{}}"),
    ]


def _figures(said: dict[tuple[str, str], Statements], mind: str) -> Iterator[Row]:
    for (about, words), one in said.items():
        goal = CERTAIN if (about, words) == (AS_ITSELF, OWN) else None
        seeds = [one.resolved(mind, one.seed == seed)[0] for seed in np.unique(one.seed)]
        yield figure("resolved", one.resolved(mind), goal, by_seed=seeds, about=f"{about}, {words}")
    others, beyond = said[OTHERS, OWN], "nats beyond the posterior"
    yield figure(beyond, others.nats(mind, POSTERIOR), BEYOND, reached=at_most, about=OTHERS)
    yield figure(f"{beyond}, held-out types", others.nats(mind, POSTERIOR, others.held_out), about=OTHERS)
    yield figure("calibration error", others.miscalibrated(mind), ERROR, reached=at_most, about=OTHERS)
    yield figure("calibration error of the posterior", others.miscalibrated(POSTERIOR), about=OTHERS)
    for places in PLACES:
        yield figure(f"nats lost, {PERMUTED} by {places}", others.nats(called(mind, places), mind), about=OTHERS)


def _changes(scores: Scores, mind: str) -> Iterator[Row]:
    """By how much skill changes with tastes permuted: the questions are the same, so the errors are paired."""
    for cell in scores.survey.cells():
        some, best = np.flatnonzero(scores.survey.within(cell) & scores.keep), scores.error[scores.fitted[cell].best]
        for places in PLACES:
            change = share(scores.bootstrap, scores.error[mind] - scores.error[called(mind, places)], best, some)
            name, about = f"change of skill, {PERMUTED} by {places}", f"{cell[0]}, depth {cell[1]}"
            yield figure(name, change, CHANGE, reached=lambda value, goal: abs(value) <= goal, about=about)


def tables(document: Document) -> list[Table]:
    """What was said of others and of oneself; then skill with tastes permuted."""
    said = [row for row in document["rows"] if row["about"]]
    skill = [row for row in document["rows"] if not row["about"] and row["kind"] in ("mind", "control")]
    figures = [(key, bounded(key)) for key in ("resolved", "over_posterior", "calibration_error")]
    left = ("about", ("the asked agent was", lambda row: row["words"]), "contender")
    question = ("question", lambda row: f"{row['stance']}, depth {row['depth']}")
    return [
        lines("what was said of others, and of oneself", said, left, figures, block=2),
        lines("skill with tastes permuted", skill, (question, "contender"), ("kept", ("skill", bounded("skill"))), 0),
    ]


def draw(document: Document) -> dict[str, Figure]:
    """ "self_report": calibration about others, what is said of itself, and skill with tastes permuted."""
    picture, (others, itself, tastes) = canvas(_title(document), 3, (13.6, 4.9))
    _calibration(others, document["calibration"])
    _itself(itself, document["rows"])
    _permuted(tastes, document["rows"])
    return {"self_report": picture}


def _title(document: Document) -> str:
    value = {(one["name"], one["about"]): one["value"] for one in document["figures"]}
    off, exact = value["calibration error", OTHERS], value["calibration error of the posterior", OTHERS]
    told, misled = (_typical(_row(document["rows"], AS_ITSELF, words))[0] for words in (OWN, ANOTHERS))
    return (
        f"Of others, the mind's probabilities are off by {off:.3f} (the exact posterior's by {exact:.3f}).\n"
        f"Of itself, as itself, it gives the truth {told:.2f} told what it is, {misled:.2f} told what another is"
    )


def _calibration(axes: Axes, points: Sequence[Row]) -> None:
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


def _itself(axes: Axes, rows: Sequence[Row]) -> None:
    """The probability that it gives to its true traits: exp of the mean log, trait by trait."""
    lines = []
    for about, asked in ASKED.items():
        for words in (OWN, UNTOLD, ANOTHERS):
            row = _row(rows, about, words)
            color = BLUE if about == BY_NAME else GREEN
            lines.append((f"{asked}\n{words}", *_typical(row), color))
    exact = _row(rows, BY_NAME, UNTOLD, POSTERIOR)
    lines.insert(0, ("posterior\nof its acts", *_typical(exact), ORANGE))
    dots(axes, lines)
    knows_nothing, *_ = _typical(_row(rows, OTHERS, OWN, PRIOR))
    panels.bound(axes, knows_nothing, "knows nothing")
    axes.set_xlim(-0.05, 1.1)
    axes.set_xlabel("probability of a true trait (geometric mean)", color=BLACK)
    axes.set_title("of itself", fontsize=11, color=BLACK)


def _row(rows: Sequence[Row], about: str, words: str, contender: str = "") -> Row:
    """The row of a contender; of the mind, the first one, by default."""
    own = [row for row in rows if row["about"] == about and row["words"] == words]
    return next(row for row in own if contender in ("", row["contender"]))


def _typical(row: Row) -> tuple[float, float, float]:
    nats, low, high = (row[f"log_loss{end}"] for end in ("", "_low", "_high"))
    low, high = (nats, nats) if low is None or high is None else (low, high)
    traits = len(Design().run(0, "test").space.traits)
    return exp(-nats / traits), exp(-high / traits), exp(-low / traits)


def _permuted(axes: Axes, rows: Sequence[Row]) -> None:
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
