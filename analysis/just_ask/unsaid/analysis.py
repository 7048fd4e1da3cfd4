"""How much farther from do everybody is on wishes that training never says than on others of the same form."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.just_ask.asking import DO, NO_WISH, episodes
from analysis.just_ask.experiment import minds, row
from analysis.just_ask.unsaid.design import FORMS, Two, twos_of
from analysis.just_ask.unsaid.thresholds import EFFECT, WIDTH
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control, some
from analysis.scores.intervals import Bounded, mean
from analysis.scores.measures import divergence
from worlds import Episode

NARROW = "clones what is not said, made up"


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}; a row for each form and contender, whose `told` says whether its interval is narrow."""
    asked, place = minds(trial), {form: [] for form in FORMS}  # type: ignore[var-annotated]
    nats: dict[tuple[str, str], list[np.ndarray]] = {}
    for where, seed, episode in episodes(trial):
        twos = list(twos_of(episode, trial.design, seed))
        for name, answers in _answers(episode, twos, asked).items():
            away = divergence(_rows(twos, DO), answers).reshape(-1, 2)
            for two, one in zip(twos, away, strict=True):
                nats.setdefault((two.form, name), []).append(one)
        for two in twos:
            place[two.form].append(where)
    at = {form: np.array(some(place[form], f"no two wishes of the form {form} can come true")) for form in FORMS}
    found = {key: _figures(np.array(away), at[key[0]]) for key, away in nats.items()}
    kinds = {DO: "oracle", NO_WISH: "shortcut", NARROW: "control"}
    judged = [(NARROW, POSITIVE), (DO, NEGATIVE), (NO_WISH, NEGATIVE)]
    return {
        "rows": [
            row(name, kinds.get(name, "mind"), len(at[form]), figures, form=form, told=_narrow(figures["gap"]))
            for (form, name), figures in found.items()
        ],
        "controls": [
            control(f"{form}: {name}", kind, *found[form, name]["gap"], EFFECT)
            for form in FORMS
            for name, kind in judged
        ],
    }


def _answers(episode: Episode, twos: list[Two], asked: list[Any]) -> dict[str, np.ndarray]:
    """What everybody answers to both wishes of each two, (2 · twos, actions). NARROW answers do where training says the
    wish, and clones where it does not."""
    if not twos:
        return {}
    do, clone = (_rows(twos, name) for name in (DO, NO_WISH))
    unsaid = np.arange(len(do)) % 2 == 1
    questions = [question for two in twos for question in two.questions]
    made = {one.name: one.answer(episode, questions) for one in asked}
    return {**made, DO: do, NO_WISH: clone, NARROW: np.where(unsaid[:, None], clone, do)}


def _rows(twos: list[Two], name: str) -> np.ndarray:
    """(2 · twos, actions): do, or a shortcut, of both wishes of each two."""
    every = [one for two in twos for one in two.exact]
    told = [(one.probabilities or {}) if name == DO else one.shortcuts[name] for one in every]
    return np.array([list(one.values()) for one in told])


def _figures(away: np.ndarray, place: np.ndarray) -> dict[str, Bounded]:
    said, unsaid = away.T
    return {"said": mean(said, place), "held_out": mean(unsaid, place), "gap": mean(unsaid - said, place)}


def _narrow(ends: Bounded) -> bool | None:
    _, low, high = ends
    return None if low is None or high is None else high - low <= 2 * WIDTH
