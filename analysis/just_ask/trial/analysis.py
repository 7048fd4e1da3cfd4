"""How often whoever was shown a demonstration succeeds, try after try; and how an operator that improves goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from analysis.just_ask.experiment import row, shown
from analysis.just_ask.trial.design import Acting, Lives, bayes, born, by_act, improved
from analysis.just_ask.trial.learned import DEMONSTRATORS, LEVELS, asked, experience, improving, retrying
from analysis.just_ask.trial.thresholds import GENERATIONS, OF_BAYES, RISE
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control
from analysis.scores.intervals import Bounded, mean, ratio

RETRIAL, ITERATED = "retrial", "iterated"
TRIES = 6  # one after the other
BAYES, BY_ACT, NETWORK, SOURCE = "Bayes", "Bayes, act by act", "network", "demonstrator"
ALONE, NO_DEMONSTRATION = "network, demonstration alone", "network, tries alone"
MISTOLD = "network, rewards of another"
OPERATOR, EXACT, UNORDERED = "operator", "exact operator", "operator, shown in no order"
BEST, ONCE = "best that was shown", "operator asked once, likeliest acts"
KIND = {BAYES: "oracle", BY_ACT: "oracle", EXACT: "oracle", NETWORK: "network", OPERATOR: "network"}
KIND |= {MISTOLD: "control", UNORDERED: "control"}
JUDGED = {
    RETRIAL: {BAYES: POSITIVE, MISTOLD: NEGATIVE, ALONE: NEGATIVE, NO_DEMONSTRATION: NEGATIVE},
    ITERATED: {EXACT: POSITIVE, UNORDERED: NEGATIVE},
}
EFFECT = {RETRIAL: (2, "share", OF_BAYES), ITERATED: (GENERATIONS, "rise", RISE)}  # at which step, what, how much of it
Key = tuple[str, str, int]
Found = dict[Key, np.ndarray]  # by part, contender and step (n,): whether, or how often, it succeeds


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked. Of *retrial* step is the try, of *iterated* the generation, 0 being what
    it begins from; success: how often; share: of what Bayes has at that try; rise: above the best that was shown;
    shown: whether this is enough, at the second try and the last generation.
    Intervals are over seeds, each with lives and trainings of its own."""
    found: dict[Key, list[float]] = {}
    count = 0
    for seed in trial.watched(trial.seeds, len(trial.seeds)):
        count += trial.count(trial.design.episodes)
        for key, succeeded in _found(trial, seed).items():
            found.setdefault(key, []).append(float(np.mean(succeeded)))
    every = {key: np.array(values) for key, values in found.items()}
    rows = [_row(key, every, count) for key in every]
    judged = [(of, name, kind) for of, them in JUDGED.items() for name, kind in them.items()]
    return {"rows": rows, "controls": [_judged(every, *one) for one in judged]}


def _judged(every: Mapping[Key, np.ndarray], of: str, name: str, kind: str) -> dict[str, Any]:
    """The control that is judged by the second try, or by the last generation."""
    step, figure, least = EFFECT[of]
    value, low, high = _figures((of, name, step), every)[figure]
    return control(f"{of}: {name}", kind, value, low, high, least)


def _row(key: Key, every: Mapping[Key, np.ndarray], count: int) -> dict[str, Any]:
    (of, name, step), figures = key, _figures(key, every)
    judged, figure, least = EFFECT[of]
    told = shown(figures[figure], least) if step == judged else "–"
    return row(name, KIND.get(name, "shortcut"), count, figures, of=of, step=step, shown=told)


def _figures(key: Key, every: Mapping[Key, np.ndarray]) -> dict[str, Bounded]:
    of, _, step = key
    if of == RETRIAL:
        return {"success": mean(every[key]), "share": ratio(every[key], every[RETRIAL, BAYES, max(step, 1)])}
    return {"success": mean(every[key]), "rise": mean(every[key] - every[ITERATED, BEST, 0])}


def _found(trial: Trial, seed: int) -> Found:
    """Both parts of a seed."""
    words, rounds = trial.settings.split.encode(), trial.design.rounds
    lives = partial(born, trial.count(trial.design.episodes))
    dice = partial(np.random.default_rng, [seed, *words])
    return dict(_tried(seed, rounds, lives, dice)) | dict(_iterated(seed, rounds, lives, dice))


def _tried(seed: int, rounds: int, lives: Any, dice: Any) -> Iterator[tuple[Key, np.ndarray]]:
    """One try after the other; each contender in the same lives, with the same demonstrations."""
    layers = retrying(seed, rounds)
    contenders: dict[str, tuple[Acting, bool]] = {
        BAYES: (bayes, False),
        BY_ACT: (by_act, False),
        NETWORK: (asked(layers), False),
        ALONE: (asked(layers, ends=False), False),
        NO_DEMONSTRATION: (asked(layers, acts=False), False),
        MISTOLD: (asked(retrying(seed, rounds, mistold=True)), True),
    }
    for name, (acting, mistold) in contenders.items():
        generator = dice()
        one: Lives = lives(generator, mistold)
        succeeded = one.watch(DEMONSTRATORS[one.task], generator)
        if name == BAYES:
            yield (RETRIAL, SOURCE, 0), succeeded
        for step in range(1, TRIES + 1):
            yield (RETRIAL, name, step), one.attempt(acting(one), generator)


def _iterated(seed: int, rounds: int, lives: Any, dice: Any) -> Iterator[tuple[Key, np.ndarray]]:
    """One generation after the other, each made of what the one before did; the first of the clumsiest."""
    operator = improving(seed, rounds)
    unordered = improving(seed, rounds, ordered=False)
    contenders: dict[str, Acting] = {
        EXACT: improved,
        OPERATOR: asked(operator, sure=False),
        UNORDERED: asked(unordered, sure=False),
        ONCE: asked(operator),
    }
    one: Lives = lives(dice())
    yield (ITERATED, BEST, 0), experience(one, LEVELS[-1, one.task], dice())
    for name, acting in contenders.items():
        generator = dice()
        one = lives(generator)
        succeeded = experience(one, LEVELS[0, one.task], generator)
        if name == EXACT:
            yield (ITERATED, "clumsiest that was shown", 0), succeeded
        for step in range(1, 2 if name == ONCE else GENERATIONS + 1):
            yield (ITERATED, name, step), experience(one, acting(one), generator)
