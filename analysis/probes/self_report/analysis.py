"""What was said, scored: how much was told rightly, how surely, and whether any of it hangs on the tastes.

Rows have `about` (who is described), `words` (what the asked agent was told of itself), `resolved`, `log_loss`,
`over_posterior`, `calibration_error` with their intervals; or, of fidelity, the keys of its table and `permuted`, how
far on the colours were moved. Log loss is proper: who overstates pays for it; the posterior's is the most that acts can
tell. The calibration error is the mean distance between what was stated and how often it was so, over all values of all
traits, in ten bins. The prior is calibrated too, and says nothing: read it beside `resolved`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Reasoned
from agents.orchard.rollout import play
from analysis.contenders.fitting import fit
from analysis.figures.picture import BLUE, GREY, ORANGE, canvas
from analysis.probes import panels
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure, one_of
from analysis.probes.self_report import design as reports
from analysis.probes.self_report import thresholds
from analysis.probes.self_report.design import ANOTHERS, AS_ITSELF, OTHERS, OWN, PERMUTED, PLACES, UNTOLD, called
from analysis.probes.shift import bounds, flat
from analysis.probes.tables import bounded, lines
from analysis.questions.survey import bound, conduct
from analysis.scores.describe import POSTERIOR
from analysis.scores.fidelity import Scores, training_episodes
from analysis.scores.intervals import Bounded, less, share
from analysis.scores.statements import Said, Statements

TRAINING_EPISODES = 48
FEWEST = 30  # statements; points of fewer are left out of the picture


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "calibration", "controls", "figures"}."""
    pages: dict[tuple[str, str], list[tuple[int, int, Said]]] = {}
    asked = []
    for place, seed, _, index in trial.places({"": trial.design.episodes}):
        episode = play(trial.design.run(seed, trial.settings.split), index)
        for one in reports.descriptions(trial, seed, episode):
            pages.setdefault((one.about, one.words), []).append((place, seed, one))
        asked.append(reports.behaviour(trial, place, episode))
    mind, said = trial.mind.name, {key: Statements.of(own) for key, own in pages.items()}
    made = training_episodes(trial.design.run(trial.settings.seed, "train").to_dict(), TRAINING_EPISODES)
    scores = Scores.of(bound(asked), fit(conduct(made, sampling=reports.SAMPLING)))
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
    others, acts, blind = said[OTHERS, OWN], said[reports.BY_NAME, UNTOLD], trial.blinded
    shuffled, no_acts = (
        [name] if name in of.stated else [] for name, of in ((reports.SHUFFLED, others), (reports.NO_ACTS, acts))
    )

    def sure(name: str) -> Bounded:
        return less(others.miscalibrated(name))

    def ignored(words: str) -> Bounded:
        return said[AS_ITSELF, words].resolved(trial.mind.name)

    def skill(name: str) -> Bounded:
        return bounds(scores.rows(reports.JUDGED, names=[called(name, PLACES[0])])[0], "skill")

    return [
        *controls(others.resolved, thresholds.RESOLVED, [POSTERIOR], blind, words="others: {}"),
        *controls(sure, thresholds.CALIBRATED, [POSTERIOR], shuffled, words="calibration: {}"),
        *controls(acts.resolved, thresholds.RESOLVED, [POSTERIOR], no_acts, words="itself, from acts: {}"),
        *controls(said[AS_ITSELF, OWN].resolved, thresholds.READ, [reports.READER], [], words="itself, from words: {}"),
        *controls(ignored, thresholds.READ, [], [UNTOLD, ANOTHERS], words="itself, from words: mind, {}"),
        *controls(skill, thresholds.SKILLED, [Reasoned.name], blind, words=f"{PERMUTED}: {{}}"),
    ]


def _figures(said: dict[tuple[str, str], Statements], mind: str) -> Iterator[Row]:
    for (about, words), one in said.items():
        goal = thresholds.CERTAIN if (about, words) == (AS_ITSELF, OWN) else None
        seeds = [one.resolved(mind, one.seed == seed)[0] for seed in np.unique(one.seed)]
        yield figure("resolved", one.resolved(mind), goal, by_seed=seeds, about=f"{about}, {words}")
    others, beyond = said[OTHERS, OWN], "nats beyond the posterior"
    yield figure(beyond, others.nats(mind, POSTERIOR), thresholds.BEYOND, reached=at_most, about=OTHERS)
    yield figure(f"{beyond}, held-out types", others.nats(mind, POSTERIOR, others.held_out), about=OTHERS)
    yield figure("calibration error", others.miscalibrated(mind), thresholds.ERROR, reached=at_most, about=OTHERS)
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
            yield figure(name, change, thresholds.CHANGE, reached=lambda value, goal: abs(value) <= goal, about=about)


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
    value = {(one["name"], one["about"]): one["value"] for one in document["figures"]}
    told = "Of others, the mind's probabilities are off by {:.3f} (the exact posterior's by {:.3f}).\n"
    told += "Of itself, as itself, it resolves {:.2f} told what it is, {:.2f} told what another is"
    found = [value[name, OTHERS] for name in ("calibration error", "calibration error of the posterior")]
    found += [value["resolved", f"{AS_ITSELF}, {words}"] for words in (OWN, ANOTHERS)]
    picture, (others, itself, tastes) = canvas(panels.finding(told, found, "What it says of others"), 3, (14.6, 4.9))
    mind = one_of(document["rows"], about=None, kind="mind")["contender"]
    _calibration(others, [one for one in document["calibration"] if one["about"] == OTHERS], mind)
    own = [one for one in document["figures"] if one["name"] == "resolved" and one["about"] != f"{OTHERS}, {OWN}"]
    acts = {**one_of(document["controls"], name=f"itself, from acts: {POSTERIOR}"), "about": "posterior of its acts"}
    panels.verdicts(itself, [{**one, "name": one["about"]} for one in (acts, *own)], thresholds.READ)
    panels.titled(itself, "of itself", f"resolved: 0 knows nothing, 1 everything; dashed: {thresholds.READ}")
    skills = [
        {"name": _question(row), "value": row["skill"], "low": row["skill_low"], "high": row["skill_high"]}
        for row in document["rows"]
        if row["about"] is None and row["kind"] == "mind"
    ]
    panels.verdicts(tastes, skills, thresholds.SKILLED)
    panels.titled(tastes, "with tastes permuted", f"skill: 1 is the truth; dashed: {thresholds.SKILLED}")
    return {"self_report": picture}


def _calibration(axes: Axes, points: Sequence[Row], mind: str) -> None:
    shown = [point for point in points if point["count"] >= FEWEST]
    drawn = panels.rows_of(shown, ("exact posterior", ORANGE, POSTERIOR), ("the mind", BLUE, mind))
    panels.curves(axes, drawn, "right", lambda point: point["stated"])
    panels.legend(axes, [axes])
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    panels.titled(axes, "of others", "stated probability of another's trait", "how often it was so")


def _question(row: Row) -> str:
    moved = f"colours moved by {row['permuted']}" if row["permuted"] else "as it is"
    return f"{row['stance']}, depth {row['depth']}, {moved}"
