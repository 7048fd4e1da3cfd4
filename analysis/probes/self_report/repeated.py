"""Fidelity repeated with tastes permuted: the same questions about the same episodes, every colour some places on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from agents.answer import Reasoned
from agents.world import type_space
from analysis.contenders.fitting import Fitted, fit
from analysis.contenders.permuted import Permuted
from analysis.probes.probe import NEGATIVE, POSITIVE, Contender, Mind
from analysis.questions.sampling import Cell, Draw, Sampling
from analysis.questions.survey import Survey, conduct, put
from analysis.scores.fidelity import Scores, training_episodes
from worlds import Episode

PLACES = (1, 2)  # how far on the colours are moved
PERMUTED = "tastes permuted"
JUDGED: Cell = ("behave", 1)
SAMPLING = Sampling(questions=96, stances=("behave",), depths=(1, 2), weights=(1, 1))
TRAINING_EPISODES = 48
Values = Sequence[float | None]


def called(one: Any, places: int) -> str:
    """Whom a row is about where the colours were moved."""
    return f"{one.name}, {PERMUTED} by {places}"


def repeats(mind: Mind) -> list[Permuted]:
    """The mind, asked with every permutation of tastes that keeps the space of types."""
    return [Permuted(mind, places, called(mind, places)) for places in PLACES]


def ask(place: int, episode: Episode, mind: Mind, blind: Sequence[Contender], agents: int) -> Survey:
    """The questions "behave as" of an episode's first agents, put to the mind and what is left of it, permuted too."""
    asked = [one for one in Draw(episode, SAMPLING).asked() if one.query.agent < agents]
    controls = [Permuted(one, PLACES[0], called(one, PLACES[0])) for one in (Reasoned(type_space(episode)), *blind)]
    return put(place, episode, asked, [mind, *repeats(mind)], controls)


def fitted(settings: dict) -> dict[Cell, Fitted]:
    """The shortcuts, fitted on such questions in training episodes of a run's settings."""
    return fit(conduct(training_episodes(settings, TRAINING_EPISODES), sampling=SAMPLING))


def rows(scores: Scores) -> Iterator[dict[str, Any]]:
    """The rows of the fidelity table, which also say how far the colours were moved."""
    for cell in scores.survey.cells():
        for row in scores.rows(cell):
            *_, moved = row["contender"].rpartition(f", {PERMUTED} by ")
            yield {**row, "about": None, "permuted": int(moved) if moved.isdigit() else 0}


def skills(scores: Scores, blind: Sequence[Contender]) -> Iterator[tuple[str, str, Values]]:
    """(contender, kind of control, skill with its interval), with tastes permuted."""
    kinds = {f"{Reasoned.name}, {PERMUTED} by {PLACES[0]}": POSITIVE}
    kinds |= {called(one, PLACES[0]): NEGATIVE for one in blind}
    for row in scores.rows(JUDGED, names=list(kinds)):
        name = row["contender"].removesuffix(f", {PERMUTED} by {PLACES[0]}")
        yield name, kinds[row["contender"]], tuple(row[key] for key in ("skill", "skill_low", "skill_high"))


def changes(scores: Scores, mind: str) -> Iterator[tuple[Cell, int, tuple[float, float, float]]]:
    """By how much skill changes with tastes permuted: the questions are the same, so the errors are paired."""
    for cell in scores.survey.cells():
        some = np.flatnonzero(scores.survey.within(cell) & scores.keep)
        best = scores.error[scores.fitted[cell].best][some][:, None]
        for places in PLACES:
            less = (scores.error[mind] - scores.error[f"{mind}, {PERMUTED} by {places}"])[some][:, None]
            value, low, high = (float(one[0]) for one in scores.bootstrap.ratio(less, best, some))
            yield cell, places, (value, low, high)
