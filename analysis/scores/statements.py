"""What was said of others, or of oneself: how much was told rightly, how surely, and whether what was stated was so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from agents.registry import type_space
from analysis.scores.describe import BINS, PRIOR, Subject, losses
from analysis.scores.intervals import Bounded, EpisodeBootstrap, less, share
from analysis.scores.traits import trait_values
from worlds import Episode


class Said(NamedTuple):
    """What was said in one episode of some subjects, by one way of asking."""

    about: str  # who is described
    words: str  # what the asked agent has been told
    episode: Episode
    asked: Sequence[Subject]
    stated: dict[str, np.ndarray]  # by contender: (q, v), the probability of each value of each trait


@dataclass(frozen=True)
class Statements:
    """What some contenders said of q subjects by one way of asking; v over all values of all traits."""

    episode: np.ndarray  # q int
    seed: np.ndarray  # q int
    held_out: np.ndarray  # q bool: of a type that training never holds
    stated: dict[str, np.ndarray]  # by contender: q v probability
    loss: dict[str, np.ndarray]  # by contender: (q,) nats on all true traits
    true: np.ndarray  # q v bool

    @classmethod
    def of(cls, pages: Sequence[tuple[int, int, Said]]) -> Statements:
        """Of the place, the seed and what was said in each episode; the uniform prior is a contender everywhere."""
        space = type_space(pages[0][2].episode)
        values, counts = trait_values(space), [len(said.asked) for *_, said in pages]
        place, seed = (np.repeat([page[k] for page in pages], counts) for k in (0, 1))
        own = [space.index(said.episode.agents[one.who].type) for *_, said in pages for one in said.asked]
        true = values.T[own].astype(bool)
        stated = {name: np.concatenate([said.stated[name] for *_, said in pages]) for name in pages[0][2].stated}
        stated[PRIOR] = np.repeat(values.mean(1)[None], len(own), 0)
        loss = {name: np.sum(list(losses(table, true, space).values()), axis=0) for name, table in stated.items()}
        return cls(place, seed, space.held_out[own], stated, loss, true)

    @cached_property
    def bootstrap(self) -> EpisodeBootstrap:
        """The resamples of the episodes that all intervals share."""
        return EpisodeBootstrap(self.episode)

    def nats(self, name: str, less: str = "", within: np.ndarray | bool = True) -> Bounded:
        """The mean log loss of a contender, or by how much it lies above another's, over some subjects (q,) bool."""
        return self._share(self.loss[name] - (self.loss[less] if less else 0.0), np.ones(len(self.true)), within)

    def resolved(self, name: str, within: np.ndarray | bool = True) -> Bounded:
        """1 - loss / the prior's, over some subjects (q,) bool: the share of what was open that is told rightly."""
        return less(self._share(self.loss[name], self.loss[PRIOR], within))

    def _share(self, part: np.ndarray, whole: np.ndarray, within: np.ndarray | bool) -> Bounded:
        return share(self.bootstrap, part, whole, np.flatnonzero(np.ones(len(part), bool) & within))

    def miscalibrated(self, name: str) -> Bounded:
        """The calibration error. It is never negative: with few statements chance alone makes some of it."""
        bins = self._binned(name)  # 3 e b
        rows = [np.einsum("re,eb->rb", self.bootstrap.times, part) for part in bins]
        drawn = np.abs(rows[1] - rows[0]).sum(1) / rows[2].sum(1)
        stated, right, count = bins.sum(1)
        low, high = np.percentile(drawn, [self.bootstrap.tail, 100 - self.bootstrap.tail])
        return float(np.abs(right - stated).sum() / count.sum()), float(low), float(high)

    def curve(self, name: str) -> list[dict]:
        """How often what was stated was so, with its interval, bin by bin."""
        stated, right, count = self._binned(name)
        rows, every = [], np.arange(self.bootstrap.episodes)
        bootstrap = EpisodeBootstrap(every)
        for b in np.flatnonzero(count.sum(0)).tolist():
            value, low, high = (float(x[0]) for x in bootstrap.ratio(right[:, [b]], count[:, [b]], every))
            mean = float(stated[:, b].sum() / count[:, b].sum())
            rows.append({"stated": mean, "right": value, "low": low, "high": high, "count": int(count[:, b].sum())})
        return rows

    def _binned(self, name: str) -> np.ndarray:
        """(3, e, bins): in each episode and bin the sums of what was stated, of what was so, and of one."""
        stated, values = self.stated[name].ravel(), self.true.shape[1]
        place = np.minimum((stated * BINS).astype(int), BINS - 1)
        cell = np.repeat(self.bootstrap.member, values) * BINS + place
        columns = (stated, self.true.ravel().astype(float), np.ones(len(stated)))
        shape = (self.bootstrap.episodes, BINS)
        return np.array([np.bincount(cell, one, np.prod(shape)).reshape(shape) for one in columns])
