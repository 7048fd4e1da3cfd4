"""How far everybody is from do on wishes of two clauses, and how much nearer than the best shortcut: skill."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.just_ask.asking import DO, FILTERED, NO_WISH, Exact, episodes
from analysis.just_ask.clauses.design import asked_of
from analysis.just_ask.clauses.thresholds import FAR, SKILL
from analysis.just_ask.experiment import minds, row
from analysis.just_ask.returns.filtering import Filtered
from analysis.probes.probe import Trial, controls, some
from analysis.questions.wished import AnotherWish
from analysis.scores.intervals import EpisodeBootstrap, less, mean, share
from analysis.scores.measures import divergence, total_variation

SHORTCUTS = (NO_WISH, "clause 1 alone", "clause 2 alone", "product of the clauses", FILTERED)


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Raises FunhouseError where no wish is left that no shortcut answers."""
    asked, truth, said, place = minds(trial), [], {}, []  # type: ignore[var-annotated]
    others = [*asked, *map(AnotherWish, asked), AnotherWish(Exact()), Filtered()]
    for number, seed, episode in episodes(trial):
        for question, exact in asked_of(episode, trial.design, seed):
            do = np.array(list((exact.probabilities or {}).values()))
            answers = {one.name: one.answer(episode, [question])[0] for one in others} | {DO: do}
            answers |= {name: _row(exact.shortcuts.get(name), do) for name in SHORTCUTS[:-1]}
            truth.append(do)
            place.append(number)
            for name, answer in answers.items():
                said.setdefault(name, []).append(answer)
    real, told = np.array(truth), {name: np.array(rows) for name, rows in said.items()}
    far = np.all([total_variation(real, told[name]) > FAR for name in SHORTCUTS], axis=0)
    rows, where = some(np.flatnonzero(far), "every wish is answered by some shortcut"), np.array(place)
    error = {name: divergence(real, answers) for name, answers in told.items()}
    best = min(SHORTCUTS, key=lambda name: error[name][rows].sum())
    bootstrap = EpisodeBootstrap(where)

    def skill(name: str):
        return less(share(bootstrap, error[name], error[best], rows))

    names = [one.name for one in asked]
    kinds = {DO: "oracle"} | dict.fromkeys(SHORTCUTS, "shortcut") | dict.fromkeys(names, "mind")
    negative = [name for name in told if name != DO and name not in names]
    return {
        "rows": [
            row(
                name, kinds.get(name, "control"), len(real),
                {"nats": mean(error[name], where), "skill": skill(name)}, kept=len(rows), best=best,
            )
            for name in told
        ],
        "controls": controls(skill, SKILL, [DO], negative),
    }  # fmt: skip


def _row(chances: dict[str, float] | None, do: np.ndarray) -> np.ndarray:
    """A shortcut's answer; one that says nothing, since a clause alone leaves it nothing, says all alike."""
    return np.full(len(do), 1 / len(do)) if chances is None else np.array(list(chances.values()))
