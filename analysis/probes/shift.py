"""Shifts: by what an answer moves when something is changed, held against what it should have moved by.

A shift is a difference of two distributions, so its entries sum to 0: a correlation over questions and actions is the
cosine of the two arrays. Arrays are (q, a) float64, questions by actions; intervals are over episodes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from analysis.probes.contenders import TRUE, everybody
from analysis.probes.probe import Trial, keys
from analysis.scores.intervals import NONE, Bounded, EpisodeBootstrap, or_none, share


class Shifts:
    """What everybody answered in some worlds of each case, which are one episode but for an edit: axis q over cases.

    found: of each case its episode's place, its seed, what it is, and by name the answers (w, a) in its w worlds.
    """

    def __init__(self, trial: Trial, found: Sequence[tuple[int, int, Any, Mapping[str, np.ndarray]]]):
        places, self.seed = (np.array([one[k] for one in found]) for k in range(2))
        self.mind, self.kinds = trial.mind.name, {name: kind for name, (_, kind) in everybody(trial).items()}
        self.cases = [one[2] for one in found]
        self.said = {name: np.array([one[3][name] for one in found]) for name in found[0][3]}  # q w a
        self.bootstrap = EpisodeBootstrap(places)

    def shift(self, name: str, after: int = 1, before: int = 0) -> np.ndarray:
        """(q, a): an answer in one world less that in another."""
        return self.said[name][:, after] - self.said[name][:, before]

    def correlation(self, name: str, rows: np.ndarray, *worlds: tuple[int, int]) -> Bounded:
        """Of an answer's shifts with the real ones, over some cases: to the first world of each pair from the other."""
        said, real = (np.hstack([self.shift(one, *pair) for pair in worlds or [(1, 0)]]) for one in (name, TRUE))
        return correlation(self.bootstrap, said, real, rows)

    def largest(self, name: str, rows: np.ndarray, after: int = 1, before: int = 0) -> float | None:
        """The largest change of any probability, over some cases."""
        return float(np.abs(self.shift(name, after, before)[rows]).max()) if len(rows) else None

    def by_seed(self, effect: Callable[[np.ndarray], Bounded], rows: np.ndarray) -> list[float | None]:
        """An effect over some cases, seed by seed."""
        return [effect(rows[self.seed[rows] == one])[0] for one in np.unique(self.seed)]


def correlation(bootstrap: EpisodeBootstrap, said: np.ndarray, real: np.ndarray, rows: np.ndarray) -> Bounded:
    """Of what was said with what is real, over the questions `rows`; undefined where either never moves."""
    if not len(rows):
        return NONE
    products = np.stack([(said * real).sum(1), (said**2).sum(1), (real**2).sum(1)], axis=1)[rows]
    totals = bootstrap.totals(products, rows)

    def cosine(total: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return total[..., 0] / np.sqrt(total[..., 1] * total[..., 2])

    return bounded(bootstrap, float(cosine(totals.sum(0))), cosine(bootstrap.times @ totals))


def slope(bootstrap: EpisodeBootstrap, said: np.ndarray, real: np.ndarray, rows: np.ndarray) -> Bounded:
    """Of what was said on what is real: 1 where the two are the same, 0 where nothing moves."""
    return share(bootstrap, (said * real).sum(1), (real**2).sum(1), rows)


def separation(bootstrap: EpisodeBootstrap, score: np.ndarray, so: np.ndarray, rows: np.ndarray) -> Bounded:
    """How well a score (q,) tells questions that are so, (q,) bool, from the others: the area under the ROC curve.

    The chance that one that is so has the higher score, ties counting half (Hanley & McNeil 1982).
    """
    if not len(rows):
        return NONE
    level = np.unique(score[rows], return_inverse=True)[1]
    weight = np.concatenate([np.ones((1, bootstrap.episodes)), bootstrap.times])[:, bootstrap.member[rows]]  # r q
    held = np.zeros((2, level.max() + 1, len(weight)))
    np.add.at(held, (so[rows].astype(int), level), weight.T)
    below = np.cumsum(held[0], axis=0) - held[0] / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        area = (held[1] * below).sum(0) / (held[0].sum(0) * held[1].sum(0))
    return bounded(bootstrap, area[0], area[1:])


def bounded(bootstrap: EpisodeBootstrap, value: float, drawn: np.ndarray) -> Bounded:
    """A figure with the interval of its resamples (r,)."""
    drawn = drawn[np.isfinite(drawn)]
    if bootstrap.episodes < 2 or not len(drawn) or not np.isfinite(value):
        return or_none(value), None, None
    low, high = np.percentile(drawn, [bootstrap.tail, 100 - bootstrap.tail])
    return or_none(value), float(low), float(high)


def flat(found: Mapping[str, Sequence[float | None]]) -> dict[str, float | None]:
    """Figures with their intervals as the keys of a row: {"slope": value, "slope_low": ..., "slope_high": ...}."""
    return {key: one for name, ones in found.items() for key, one in zip(keys(name), ones, strict=True)}


def bounds(row: Mapping[str, Any], figure: str = "value") -> Bounded:
    """A figure of a row with its interval."""
    value, low, high = (row[key] for key in keys(figure))
    return value, low, high
