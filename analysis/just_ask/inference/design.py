"""inference: wishes of the experiment returns, and a regression on what the same episodes hold.

The regression: at every step of lone agents' episodes, from how near the nearest fruit of each kind is to how many will
yet be eaten. Its loss is quadratic, so that all that is claimed of stochastic gradient descent can be computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.just_ask.asking import Lone
from worlds import Episode

DISCOUNT = 0.7  # of a step of walking, in what is regressed on
CHAINS, STEPS = 512, 4000  # trainings side by side, and how long each is watched, once it has forgotten where it began
FORGOTTEN = 5  # times 1 / (rate · the smallest curvature)


@dataclass(frozen=True)
class Design(Lone):
    """What is asked."""

    episodes: int = 10


class Regression(NamedTuple):
    """Rows x (n, d), of variance 1 and a constant, and what is to be told of each, y (n,)."""

    x: np.ndarray
    y: np.ndarray

    @property
    def curvature(self) -> np.ndarray:
        """(d, d) of half the mean squared error."""
        return self.x.T @ self.x / len(self.x)

    @property
    def best(self) -> np.ndarray:
        """(d,): the least squares."""
        return np.linalg.lstsq(self.x, self.y, rcond=None)[0]

    def predicted(self, rate: float) -> np.ndarray:
        """(d, d): the covariance that Mandt, Hoffman and Blei (2017) predict of the weights of a training whose steps
        see one row each: A Σ + Σ A = rate · C, A the curvature and C the covariance of the rows' gradients at the best
        weights."""
        gradient, eye = self.x * (self.x @ self.best - self.y)[:, None], np.eye(len(self.best))
        noise = rate * gradient.T @ gradient / len(self.x)
        both = np.kron(self.curvature, eye) + np.kron(eye, self.curvature)
        return np.linalg.solve(both, noise.ravel()).reshape(noise.shape)

    def wandered(self, rate: float, generator: np.random.Generator) -> np.ndarray:
        """(d, d): the same as it comes out, of CHAINS trainings that begin at the best weights."""
        weights = np.tile(self.best, (CHAINS, 1))
        forget = int(FORGOTTEN / (rate * np.linalg.eigvalsh(self.curvature)[0]))
        total = np.zeros((len(self.best), len(self.best)))
        for step in range(forget + STEPS):
            row = generator.integers(len(self.x), size=CHAINS)
            x = self.x[row]
            weights -= rate * x * ((x * weights).sum(1) - self.y[row])[:, None]
            if step >= forget:
                away = weights - self.best
                total += away.T @ away
        return total / (STEPS * CHAINS)


def regression(episodes: Sequence[Episode]) -> Regression:
    """What is regressed, of episodes of one agent each."""
    x = np.concatenate([_nearness(one) for one in episodes])
    x = (x - x.mean(0)) / x.std(0)
    left = [(one.fruit >= 0).sum((1, 2)) for one in episodes]
    y = np.concatenate([count - count[-1] for count in left]).astype(float)
    return Regression(np.concatenate([x, np.ones((len(x), 1))], 1), (y - y.mean()) / y.std())


def _nearness(episode: Episode) -> np.ndarray:
    """(t, kinds): DISCOUNT to the power of the distance to the nearest fruit of each kind, 0 where none is left."""
    kinds = np.arange(episode.config.kinds)[:, None]
    there = episode.fruit.reshape(episode.steps, 1, -1) == kinds  # t kinds cells
    near = DISCOUNT ** episode.geometry.distance[episode.cell[:, 0]].astype(float)
    return np.where(there, near[:, None], 0.0).max(-1)
