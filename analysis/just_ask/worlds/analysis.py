"""How many steps it takes who has to find out in which world it is, beside who knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.just_ask.experiment import row
from analysis.just_ask.worlds.design import Acting, Lives, believing, born, knows, lived
from analysis.just_ask.worlds.learned import anew, asked, learned
from analysis.just_ask.worlds.thresholds import LIMIT
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control
from analysis.scores.intervals import mean, ratio

KNOWS, FILTER, NETWORK = "who knows the way", "Bayes filter", "network"
BLANKED, SHOWN, MEMORYLESS = "network, history blanked", "network, shown who knows", "no memory"
DELUDED = "filter, own acts as evidence"
ANEW = (1, 10, 100, 1000)  # episodes of Q-learning in the world itself
KIND = {KNOWS: "oracle", FILTER: "oracle", NETWORK: "network", BLANKED: "control", DELUDED: "control"}
JUDGED = {FILTER: POSITIVE, NETWORK: POSITIVE, BLANKED: NEGATIVE, MEMORYLESS: NEGATIVE, DELUDED: NEGATIVE}
EXACT: dict[str, Acting] = {
    KNOWS: knows,
    FILTER: believing(lambda lives: lives.outcomes),
    DELUDED: believing(lambda lives: lives.outcomes + lives.acts),
    MEMORYLESS: believing(lambda lives: np.zeros_like(lives.outcomes)),
}


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked. steps: to the goal; more: than who knows the way; regret: that as a
    multiple of the filter's. Intervals are over seeds, each with lives and trainings of its own."""
    took: dict[str, list[np.ndarray]] = {}
    for seed in trial.watched(trial.seeds, len(trial.seeds)):
        for name, steps in _lived(seed, trial.count(trial.design.episodes), trial.settings.split):
            took.setdefault(name, []).append(steps)
    every = {name: np.array(steps, float).mean(1) for name, steps in took.items()}  # a seed is one training
    more = {name: steps - every[KNOWS] for name, steps in every.items()}
    rows = [
        row(name, KIND.get(name, "shortcut"), sum(map(len, took[name])), {
            "steps": mean(steps), "more": mean(more[name]), "regret": ratio(more[name], more[FILTER]),
        })
        for name, steps in every.items()
    ]  # fmt: skip
    found = [control(name, kind, *ratio(more[FILTER], more[name]), 1 / LIMIT) for name, kind in JUDGED.items()]
    return {"rows": rows, "controls": found}


def _lived(seed: int, count: int, split: str) -> Iterator[tuple[str, np.ndarray]]:
    """(e,): the steps of each contender in the same lives, of which no network was shown any."""
    beginnings = born(count, np.random.default_rng([seed, *split.encode()]))
    layers = {own: learned(seed, own) for own in (True, False)}
    networks = {NETWORK: asked(layers[True]), SHOWN: asked(layers[False]), BLANKED: asked(layers[True], history=False)}
    for name, acting in (EXACT | networks).items():
        lives = Lives(beginnings.start, beginnings.goal, beginnings.way)
        yield name, lived(lives, acting, np.random.default_rng([seed, 1, *split.encode()])).took  # all have one luck
    generator = np.random.default_rng([seed, 2, *split.encode()])
    for episodes, took in zip(ANEW, anew(beginnings, ANEW, generator), strict=True):
        yield f"Q-learning there, {episodes} episode{'s' * (episodes > 1)}", took
