"""The two tables, the controls and the figures; analysis/probes/stranger/__init__.py says what they mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from agents.answer import Answerer
from analysis.controls import PLANNER
from analysis.fidelity import Scores, training_episodes
from analysis.fitting import Fitted, fit
from analysis.intervals import or_none
from analysis.measures import divergence
from analysis.probes.probe import BASELINE, BLIND, NEGATIVE, POSITIVE, Bounded, Progress, Settings, Subject, control
from analysis.probes.stranger.episodes import HELD_OUT, HIDDEN, WITHIN, Design, asked_of, meetings, own
from analysis.questions import Cell
from analysis.shortcuts import COPY, FULL_INFORMATION, IGNORANT
from analysis.survey import REASONER, Survey, bound, put
from worlds import Episode, FunhouseError

CELL: Cell = ("behave", 1)
DEFINITION, STRANGER = "definition", "stranger"  # what a row is against
AT = 32  # steps observed, where gain and skill are judged
FROM = 8  # steps observed from which a curve is held against the reasoner's
GAIN, SKILL, BEYOND = 0.5, 0.75, 0.10  # the thresholds: see analysis/probes/stranger/__init__.py
TRAINING_EPISODES = 48
_OF_SKILL = ("skill", "skill_low", "skill_high", "unfiltered_skill", "kept_excess_nats")


@dataclass(frozen=True)
class Met:
    """Everything asked about one kind of stranger."""

    stranger: str
    seed: np.ndarray  # (q,) int: the evaluation seed of each question
    against: dict[str, Scores]  # "stranger", and within the type space "definition"

    def at(self, observed: int) -> np.ndarray:
        """(q,) bool: the questions with that many steps observed."""
        return self.against[STRANGER].survey.observed == observed


def measure(
    subject: Subject,
    settings: Settings | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
) -> dict[str, Any]:
    """{"rows", "controls", "figures", "seeds"}, JSON values only.

    A figure: name, stranger, value with its interval, goal (null where none is set), reached, and by_seed where each
    evaluation seed has one of its own. Raises FunhouseError where nobody saw a stranger often enough to be asked.
    """
    settings, design = settings or Settings(), design or Design()
    mind, blind = subject.mind, [one for one in subject.blanked if one.name in BLIND]
    tell = _counted(design, settings, progress)
    fitted = {hidden: _fitted(design, hidden, settings) for hidden in {one == HIDDEN for one in design.strangers}}
    all_met = []
    for stranger in design.strangers:
        pages: list[tuple[Survey, np.ndarray]] = []
        seeds: list[int] = []
        for seed, episode in _episodes(design, stranger, settings, subject):
            if asked := asked_of(episode, design):
                pages.append((put(len(pages), episode, asked, [mind], blind), own(episode, stranger, asked)))
                seeds += [seed] * len(asked)
            tell()
        all_met.append(_met(stranger, pages, np.array(seeds), fitted[stranger == HIDDEN]))
    return {
        "rows": [row for met in all_met for row in _rows(met, design)],
        "controls": [one for met in all_met if met.stranger == HELD_OUT for one in _controls(met, blind)],
        "figures": [one for met in all_met for one in _figures(met, mind.name, design)],
        "seeds": list(settings.all_seeds),
    }


def _episodes(design: Design, stranger: str, settings: Settings, subject: Subject) -> Iterator[tuple[int, Episode]]:
    """(seed, episode), seed by seed."""
    for seed in settings.all_seeds:
        for episode in meetings(design, stranger, seed, settings, subject.players, subject.checkpoint):
            yield seed, episode


def _counted(design: Design, settings: Settings, progress: Progress | None) -> Callable[[], None]:
    """What is called after each episode, and tells how many there have been."""
    total = sum(design.episodes(stranger, settings) for stranger in design.strangers) * settings.seeds
    done = count(1)
    return lambda: progress(next(done), total) if progress else None


def _fitted(design: Design, hidden: bool, settings: Settings) -> dict[Cell, Fitted]:
    """The shortcuts, fitted on the same questions about types that training sees, in training episodes."""
    stranger = HIDDEN if hidden else HELD_OUT
    made = training_episodes(design.run(stranger, settings.seed, "train").to_dict(), TRAINING_EPISODES)
    orchards = (episode for episode in made if isinstance(episode, Episode))
    asked = [(episode, found) for episode in orchards if (found := asked_of(episode, design))]
    return fit(bound([put(place, *pair) for place, pair in enumerate(asked)]))


def _met(stranger: str, pages: Sequence[tuple[Survey, np.ndarray]], seed: np.ndarray, fitted: dict) -> Met:
    """Scores against the definition and, the reasoner being a contender then, against the stranger itself."""
    if not pages:
        raise FunhouseError(f"nobody saw the stranger '{stranger}' often enough", remedy="ask for more episodes")
    definition = Scores.of(bound([page for page, _ in pages]), fitted)
    answer = {**definition.survey.answer, REASONER: definition.survey.truth}
    if stranger not in WITHIN:
        answer.pop(FULL_INFORMATION)  # there is no type that it truly has
    truth = np.concatenate([row for _, row in pages])
    survey = replace(definition.survey, truth=truth, answer=answer)
    error = {name: divergence(truth, said) for name, said in answer.items()}
    itself = Scores(survey, definition.keep, fitted, error)
    return Met(stranger, seed, {STRANGER: itself} | ({DEFINITION: definition} if stranger in WITHIN else {}))


def _rows(met: Met, design: Design) -> Iterator[dict[str, Any]]:
    for against, scores in met.against.items():
        for observed in design.observed:
            for row in scores.rows(CELL, met.at(observed)):
                if against == STRANGER:  # the shortcuts, and which questions they miss, are the definition's
                    row |= dict.fromkeys(_OF_SKILL) | {"reason": "skill is measured against the definition"}
                yield {**row, "stranger": met.stranger, "observed": observed, "against": against}


def _gain(met: Met, contender: str, rows: np.ndarray) -> Bounded:
    """(value, low, high): the share of what there was to learn that was learned, over some questions."""
    scores = met.against[STRANGER]
    learned, nothing = (scores.error[name][rows][:, None] for name in (contender, IGNORANT))
    value, low, high = (float(one[0]) for one in scores.bootstrap.ratio(learned, nothing, rows))
    return or_none(1 - value), or_none(1 - high), or_none(1 - low)


def _controls(met: Met, blind: Sequence[Answerer]) -> list[dict[str, Any]]:
    kinds = {REASONER: POSITIVE, **{one.name: NEGATIVE for one in blind}, PLANNER: NEGATIVE, COPY: BASELINE}
    rows = np.flatnonzero(met.at(AT))
    return [
        control(name, kind, *_gain(met, name, rows), None if kind == BASELINE else GAIN) for name, kind in kinds.items()
    ]


def _figures(met: Met, mind: str, design: Design) -> Iterator[dict[str, Any]]:
    """What the mind came to, and whether that is what it should reach."""
    here = met.at(AT)
    by_seed = [_gain(met, mind, np.flatnonzero(here & (met.seed == seed)))[0] for seed in np.unique(met.seed)]
    yield _figure("gain", met, _gain(met, mind, np.flatnonzero(here)), None) | {"by_seed": by_seed}
    yield _figure("nats beyond the reasoner", met, _beyond(met, mind, design), BEYOND, most=True)
    if DEFINITION in met.against:
        row = next(iter(met.against[DEFINITION].rows(CELL, here, [mind])), None)
        values = tuple(row[key] for key in ("skill", "skill_low", "skill_high")) if row else (None, None, None)
        yield _figure("skill", met, values, SKILL)


def _figure(name: str, met: Met, values: Sequence, goal: float | None, most: bool = False) -> dict[str, Any]:
    """One figure; goals are set for held-out strangers alone."""
    value, low, high = values
    goal = goal if met.stranger == HELD_OUT else None
    reached = None if goal is None or value is None else bool(value <= goal if most else value >= goal)
    return {
        "name": name, "stranger": met.stranger, "value": value, "low": low, "high": high,
        "goal": goal, "reached": reached, "by_seed": None,
    }  # fmt: skip


def _beyond(met: Met, mind: str, design: Design) -> Bounded:
    """(value, low, high): the mind's excess less the reasoner's, where it is largest from FROM steps observed on."""
    scores, found = met.against[STRANGER], []
    for observed in (k for k in design.observed if k >= FROM):
        rows = np.flatnonzero(met.at(observed))
        more = (scores.error[mind] - scores.error[REASONER])[rows][:, None]
        found.append(tuple(float(one[0]) for one in scores.bootstrap.ratio(more, np.ones_like(more), rows)))
    value, low, high = max(found, default=(np.nan, np.nan, np.nan))
    return or_none(value), or_none(low), or_none(high)


def figure_of(document: Mapping[str, Any], name: str, stranger: str) -> dict[str, Any]:
    """One figure of the probe's document."""
    return next(one for one in document["figures"] if (one["name"], one["stranger"]) == (name, stranger))
