"""How near the answers come to a stranger, by the steps that it was watched: rows against two truths, and the gain.

Rows have the keys of the fidelity table and `stranger`, `observed` (k) and `against`, which tells two tables apart:

- "definition", for strangers within the type space: against the stated reasoner's answer, with the shortcuts and skill
- "stranger", for all: against what the stranger itself would do in the asked agent's body, on what it perceives there.
  The exact reasoner is a contender here, and it errs: its types hold no wall follower
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from analysis.contenders.controls import PLANNER
from analysis.contenders.fitting import Fitted, fit
from analysis.contenders.shortcuts import FULL_INFORMATION, IGNORANT, LAST_ACTION
from analysis.figures.picture import BLACK, GREY, canvas
from analysis.probes import panels
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure, some
from analysis.probes.shift import bounds
from analysis.probes.stranger.design import HELD_OUT, HIDDEN, WITHIN, Design, asked_of, meetings, own
from analysis.probes.stranger.thresholds import AT, BEYOND, FROM, GAIN, SKILL
from analysis.probes.tables import beside, pivot
from analysis.questions.sampling import Cell
from analysis.questions.survey import REASONER, Survey, bound, put
from analysis.scores.fidelity import Scores, training_episodes
from analysis.scores.intervals import NONE, Bounded, less, share
from analysis.scores.measures import divergence

CELL: Cell = ("behave", 1)
DEFINITION, STRANGER = "definition", "stranger"  # what a row is against
TRAINING_EPISODES = 48
OF_SKILL = ("skill", "skill_low", "skill_high", "unfiltered_skill", "kept_excess_nats")
WORDS = {
    "held-out": "a type never met", "astar": "A* fruit collector", "wall-follower": "wall follower",
    "random": "random walker", "noisy": "noisy copy of a type", "hidden-roles": "a type never met, roles hidden",
}  # fmt: skip
ACROSS = 3  # panels in a row
Page = tuple[Survey, np.ndarray, int]  # what was asked and answered in an episode, the stranger's own answers, the seed


@dataclass(frozen=True)
class Met:
    """Everything asked about one kind of stranger."""

    stranger: str
    seed: np.ndarray  # (q,) int: the evaluation seed of each question
    against: dict[str, Scores]  # "stranger", and within the type space "definition"

    @classmethod
    def of(cls, stranger: str, pages: Sequence[Page], fitted: dict[Cell, Fitted]) -> "Met":
        """Scores against the definition and, the reasoner being a contender then, against the stranger itself."""
        some(pages, f"nobody saw the stranger '{stranger}' often enough")
        definition = Scores.of(bound([page for page, *_ in pages]), fitted)
        answer = {**definition.survey.answer, REASONER: definition.survey.truth}
        if stranger not in WITHIN:
            answer.pop(FULL_INFORMATION)  # there is no type that it truly has
        truth = np.concatenate([rows for _, rows, _ in pages])
        error = {name: divergence(truth, said) for name, said in answer.items()}
        survey = replace(definition.survey, truth=truth, answer=answer)
        against = {STRANGER: Scores(survey, definition.keep, fitted, error)}
        seeds = np.concatenate([np.full(len(rows), seed) for _, rows, seed in pages])
        return cls(stranger, seeds, against | ({DEFINITION: definition} if stranger in WITHIN else {}))

    def at(self, observed: int) -> np.ndarray:
        """(q,) bool: the questions with that many steps observed."""
        return self.against[STRANGER].survey.observed == observed

    def gain(self, name: str, within: np.ndarray | bool = True) -> Bounded:
        """The share of what there was to learn that was learned, where judged, and over some questions (q,) bool."""
        scores = self.against[STRANGER]
        rows = np.flatnonzero(self.at(AT) & within)
        return less(share(scores.bootstrap, scores.error[name], scores.error[IGNORANT], rows))

    def beyond(self, mind: str, design: Design) -> Bounded:
        """The mind's excess less the reasoner's, where it is largest from FROM steps observed on."""
        scores = self.against[STRANGER]
        more, ones = scores.error[mind] - scores.error[REASONER], np.ones(len(self.seed))
        every = [np.flatnonzero(self.at(observed)) for observed in design.observed if observed >= FROM]
        found = [share(scores.bootstrap, more, ones, rows) for rows in every]
        return max([one for one in found if one[0] is not None], default=NONE)


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "figures"}. Figures also say `stranger`.

    Raises FunhouseError where nobody saw a stranger often enough to be asked.
    """
    design, mind = trial.design, trial.mind
    fitted = {hidden: _fitted(trial, hidden) for hidden in {one == HIDDEN for one in design.strangers}}
    pages: dict[str, list[Page]] = {stranger: [] for stranger in design.strangers}
    total = sum(trial.count(design.count(stranger)) for stranger in design.strangers) * len(trial.seeds)
    drawn = ((stranger, seed) for stranger in design.strangers for seed in trial.seeds)
    episodes = ((*one, episode) for one in drawn for episode in meetings(trial, *one))
    for stranger, seed, episode in trial.watched(episodes, total):
        if asked := asked_of(episode, design):
            page = put(len(pages[stranger]), episode, asked, [mind], trial.blind)
            pages[stranger].append((page, own(episode, stranger, asked), seed))
    every = [Met.of(stranger, found, fitted[stranger == HIDDEN]) for stranger, found in pages.items()]
    who = [REASONER], [*trial.blinded, PLANNER], [LAST_ACTION]
    held_out = [met for met in every if met.stranger == HELD_OUT]
    return {
        "rows": [row for met in every for row in _rows(met, design)],
        "controls": [one for met in held_out for one in controls(met.gain, GAIN, *who)],
        "figures": [one for met in every for one in _figures(met, mind.name, design)],
    }


def _fitted(trial: Trial, hidden: bool) -> dict[Cell, Fitted]:
    """The shortcuts, fitted on the same questions about types that training sees, in training episodes."""
    run = trial.design.run(HIDDEN if hidden else HELD_OUT, trial.settings.seed, "train")
    orchards = training_episodes(run.to_dict(), TRAINING_EPISODES)
    asked = [(episode, found) for episode in orchards if (found := asked_of(episode, trial.design))]
    return fit(bound([put(place, *pair) for place, pair in enumerate(asked)]))


def _rows(met: Met, design: Design) -> Iterator[Row]:
    for against, scores in met.against.items():
        for observed in design.observed:
            for row in scores.rows(CELL, met.at(observed)):
                if against == STRANGER:  # the shortcuts, and which questions they miss, are the definition's
                    row |= dict.fromkeys(OF_SKILL) | {"reason": "skill is measured against the definition"}
                yield {**row, "stranger": met.stranger, "observed": observed, "against": against}


def _figures(met: Met, mind: str, design: Design) -> Iterator[Row]:
    """What the mind came to, and whether that is what it should reach; goals are set for held-out strangers alone."""
    beyond, skill = (goal if met.stranger == HELD_OUT else None for goal in (BEYOND, SKILL))
    by_seed = [met.gain(mind, met.seed == seed)[0] for seed in np.unique(met.seed)]
    yield figure("gain", met.gain(mind), by_seed=by_seed, stranger=met.stranger)
    more = met.beyond(mind, design)
    yield figure("nats beyond the reasoner", more, beyond, reached=at_most, stranger=met.stranger)
    if DEFINITION in met.against:
        rows = met.against[DEFINITION].rows(CELL, met.at(AT), [mind])
        yield figure("skill", bounds(rows[0], "skill") if rows else NONE, skill, stranger=met.stranger)


def tables(document: Document) -> list[Table]:
    """Excess against the stranger for every kind of stranger; skill, for those within the type space."""
    rows = beside(document["rows"], LAST_ACTION)
    nats = [row for row in rows if row["against"] == STRANGER]
    skill = [row for row in rows if row["against"] == DEFINITION and row["kind"] == "mind"]
    parts = (
        (nats, "excess_nats", "nats from what the stranger would do"), (skill, "skill", "skill against the definition")
    )  # fmt: skip
    return [pivot(title, own, ("stranger", "contender"), "observed", key) for own, key, title in parts if own]


def draw(document: Document) -> dict[str, Figure]:
    """ "stranger": nats from what the stranger would do, a panel with a scale of its own for each kind of stranger."""
    rows = [row for row in document["rows"] if row["against"] == STRANGER]
    strangers = [*dict.fromkeys(row["stranger"] for row in rows)]
    across = min(ACROSS, len(strangers))
    down = -(-len(strangers) // across)
    figure, places = canvas(_title(document), across, (3.9 * across + 0.4, 3.1 * down + 1.3), rows=down)
    for axes in places[len(strangers) :]:
        axes.set_axis_off()
    for axes, stranger in zip(places, strangers, strict=False):
        own = [row for row in rows if row["stranger"] == stranger]
        drawn = panels.rows_of(own, ("has seen nothing", GREY, IGNORANT), panels.EXACT, panels.MIND)
        panels.over_counts(axes, drawn, "excess_nats")
        panels.titled(axes, WORDS.get(stranger, stranger))
        axes.set_ylim(bottom=0)
    panels.legend(figure, places[:1], loc="outside lower right", ncols=3, fontsize=11)
    figure.supxlabel("steps at which it had seen the stranger act", x=0.02, ha="left", fontsize=11, color=BLACK)
    figure.supylabel("nats from what the stranger would do, with 95% interval", fontsize=11, color=BLACK)
    return {"stranger": figure}


def _title(document: Document) -> str:
    gains = [one for one in document["figures"] if one["name"] == "gain"]
    told = f"Watching {WORDS[gains[0]['stranger']]} act {AT} times teaches the mind {{:.0%}} of what there is to learn"
    misled = [WORDS[one["stranger"]] for one in gains if (one["high"] or 0) < 0]
    told += f";\nwatching these misleads it: {', '.join(misled)}" if misled else ""
    return panels.finding(told, [gains[0]["value"]], "To behave as a stranger")
