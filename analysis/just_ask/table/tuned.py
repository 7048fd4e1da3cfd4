"""table, fine-tuning: the hidden compass of the experiment worlds, and what somebody comes to who is put into a world.

Who asks is that experiment's network, of which compass it has to find out within the life. Who optimises has learned in
one simulator, where north is north, and goes on learning in the world that it is put into.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.just_ask.worlds.design import ACTS, Acting, Lives, believing, born, knows, lived
from analysis.just_ask.worlds.learned import anew as learned_anew
from analysis.just_ask.worlds.learned import asked, learned
from analysis.just_ask.worlds.learned import seen as told

WHERE = ACTS * ACTS  # where what is told of the place begins, after what is told of the history


def seen(lives: Lives) -> np.ndarray:
    """(e, d) float32: where one is, and which way the goal lies."""
    return told(lives, history=False)[:, WHERE:]


def at_random(lives: Lives) -> np.ndarray:
    """(e, a): who knows nothing."""
    return np.ones((len(lives.start), ACTS))


def asking(seed: int, rounds: int) -> Iterator[tuple[str, Acting]]:
    """Who asks, and the same without what has come of its acts."""
    layers = learned(seed, True, rounds)
    yield "domain randomisation", asked(layers)
    yield "history blanked", asked(layers, history=False)


def anew(budgets: Sequence[int], count: int, seed: int, split: str) -> Iterator[float]:
    """The share of Q-learning on a table that has lived so many times in each life's own world, goal and start."""
    lives = born(count, np.random.default_rng([seed, 3, *split.encode()]))

    def took(who: Acting) -> float:
        again = Lives(lives.start, lives.goal, lives.way)
        return float(lived(again, who, np.random.default_rng([seed, 4, *split.encode()])).took.mean())

    worst, least = took(at_random), took(knows)
    for steps in learned_anew(lives, budgets, np.random.default_rng([seed, 5, *split.encode()])):
        yield float((worst - steps.mean()) / (worst - least))


def exact() -> Iterator[tuple[str, Acting]]:
    """Who knows the way, and the Bayes filter."""
    yield "who knows", knows
    yield "Bayes filter", believing(lambda lives: lives.outcomes)


def share(acting: Acting, count: int, seed: int, split: str, way: int | None = None) -> float:
    """How much of the way from acts at random to who knows somebody comes, in lives that all have in common; way: which
    way north goes in all of them."""
    beginnings = born(count, np.random.default_rng([seed, *split.encode()]))
    ways = beginnings.way if way is None else np.full(count, way)

    def took(who: Acting) -> float:
        lives = Lives(beginnings.start, beginnings.goal, ways)
        return float(lived(lives, who, np.random.default_rng([seed, 1, *split.encode()])).took.mean())

    worst, one, least = took(at_random), took(acting), took(knows)
    return (worst - one) / (worst - least)
