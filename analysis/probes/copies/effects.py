"""What an intervention did: one row for each figure, with its interval over episodes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from agents.answer import Answerer, Question
from analysis.probes.probe import Bounded
from analysis.scores.intervals import EpisodeBootstrap, or_none
from analysis.scores.measures import total_variation
from worlds import Episode

ITSELF = "θ itself"  # who answers, beside those who answer for φ
MOVED, LARGEST = "moved", "largest change"  # mean total variation; of any probability


def effect(
    intervention: str, condition: str, contender: str, figure: str, values: Bounded, questions: int
) -> dict[str, Any]:
    """One row: which intervention, under which condition, whose answers, and what of them."""
    value, low, high = values
    return {
        "intervention": intervention, "condition": condition, "contender": contender, "figure": figure,
        "value": value, "low": low, "high": high, "questions": questions,
    }  # fmt: skip


def change(answerer: Answerer, was: Episode, then: Episode, question: Question) -> np.ndarray:
    """(a,): an answer in the world as it is then, minus the same in the world as it was."""
    before, after = (answerer.answer(world, [question])[0] for world in (was, then))
    return after - before


def movement(
    intervention: str, condition: str, contender: str, moved: np.ndarray, episode: np.ndarray
) -> Iterator[dict[str, Any]]:
    """Rows of how far answers moved, (q, a): on average, and at most in any probability."""
    size = total_variation(moved, np.zeros_like(moved))
    largest = float(np.abs(moved).max()) if len(moved) else None
    yield effect(intervention, condition, contender, MOVED, mean(size, episode), len(moved))
    yield effect(intervention, condition, contender, LARGEST, (largest, None, None), len(moved))


def mean(value: np.ndarray, episode: np.ndarray) -> Bounded:
    """The mean of (q,) figures and its interval over the episodes (q,) that they belong to."""
    return ratio(value, np.ones(len(value)), episode)


def ratio(above: np.ndarray, below: np.ndarray, episode: np.ndarray) -> Bounded:
    """Σ above / Σ below, (q,) each, with its interval over episodes; None where it is undefined."""
    if not len(above):
        return None, None, None
    found = EpisodeBootstrap(episode).ratio(above[:, None], below[:, None], np.arange(len(above)))
    value, low, high = (or_none(float(part[0])) for part in found)
    return value, low, high
