"""How often inference comes to what optimisation comes to, and how near a training's wandering is to a posterior."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.just_ask.asking import episodes
from analysis.just_ask.experiment import row
from analysis.just_ask.inference.design import regression
from analysis.just_ask.inference.thresholds import CLOSE, EXACT, FASTER, RATE, SHARE, SLIP
from analysis.just_ask.returns.design import replies
from analysis.probes.probe import NEGATIVE, POSITIVE, Row, Trial, control
from analysis.scores.intervals import Bounded, mean
from worlds import Episode


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked: both statements are of what is exact."""
    every: dict[int, list[Episode]] = {}
    for _, seed, episode in episodes(trial):
        every.setdefault(seed, []).append(episode)
    made = [*_control(every), *_learning(every)]
    return {
        "rows": [one for one, _ in made],
        "controls": [verdict for _, verdict in made],
    }


def _control(every: dict[int, list[Episode]]) -> list[tuple[Row, Row]]:
    """Whether acting by the posterior does as well as the best acts, of every wish."""
    told = []
    for slip in (0.0, SLIP):
        found = [(seed, one.best - one.asked) for seed, some in every.items() for e in some for one in replies(e, slip)]
        place, gap = np.array(found).T
        name = f"acts slip, {slip:g} of them" if slip else "acts are sure"
        effect = mean((np.abs(gap) <= EXACT).astype(float), place.astype(int))
        told.append(_told("control", name, POSITIVE if not slip else NEGATIVE, len(gap), effect, SHARE))
    return told


def _learning(every: dict[int, list[Episode]]) -> list[tuple[Row, Row]]:
    """How near the covariance of a training is to the one that is predicted."""
    told = []
    for times in (1, FASTER):
        close = []
        for seed, some in every.items():
            made, rate = regression(some), RATE * times
            predicted, came = made.predicted(rate), made.wandered(rate, np.random.default_rng(seed))
            close.append(1 - np.linalg.norm(came - predicted) / np.linalg.norm(predicted))
        effect = mean(np.array(close), np.arange(len(close)))
        kind = POSITIVE if times == 1 else NEGATIVE
        told.append(_told("learning", f"gradient descent, rate {rate:g}", kind, len(close), effect, CLOSE))
    return told


def _told(of: str, name: str, kind: str, count: int, effect: Bounded, threshold: float) -> tuple[Row, Row]:
    """A row, and the control that it is."""
    told = row(name, "oracle" if kind == POSITIVE else "control", count, {"agreement": effect}, of=of)
    return told, control(f"{of}: {name}", kind, *effect, threshold)
