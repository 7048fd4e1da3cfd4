"""Where no exact answer to a wish is at hand, and what then is told of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from worlds import FunhouseError

ROLLOUTS = 10_000  # that are played for an estimate


class Inexact(FunhouseError):
    """No exact answer to a wish is at hand; roll-outs may estimate one."""


class Estimate(NamedTuple):
    """What came of a wish in so many roll-outs of the stated behaviours."""

    first: np.ndarray  # (actions,) int64: how often each act was the first
    kept: np.ndarray  # (actions,) int64: how often, where the wish came true

    @property
    def rollouts(self) -> int:
        """How many were played."""
        return int(self.first.sum())

    @property
    def chance(self) -> float:
        """The share in which the wish came true."""
        return float(self.kept.sum() / self.first.sum())

    @property
    def do(self) -> np.ndarray:
        """(actions,): of the first acts, where the wish came true; all 0 where it never did."""
        return self.kept / max(self.kept.sum(), 1)

    @property
    def error(self) -> float:
        """The standard error of the chance; where the wish came true always or never, as if it had once done else."""
        count = self.rollouts
        share = min(max(self.chance, 1 / (count + 1)), count / (count + 1))
        return float(np.sqrt(share * (1 - share) / count))

    @property
    def errors(self) -> np.ndarray:
        """(actions,): the standard errors of do."""
        return np.sqrt(self.do * (1 - self.do) / max(self.kept.sum(), 1))
