"""Exact reasoning that knows how far it can be trusted: a temperature and a share of the base rate, fitted on training.

What an agent does from its own percepts is known to another only as far as that one's own go. The reasoner's
prediction is exact for them, and yet too sure of itself, or not sure enough, of what is done. Two numbers put that
right on average: they are those under which actions drawn from the truth of training questions are likeliest.
"""

from typing import NamedTuple

import numpy as np

from analysis.scores.measures import divergence, mixture_weights, sharpened

REASONER, CALIBRATED = "reasoner", "reasoner, calibrated"
HOTTEST = 8.0  # the temperature lies between its reciprocal and itself
NARROWED = 12  # times the interval around the best temperature is made smaller, each time by the golden section
_GOLDEN = (5**0.5 - 1) / 2


class Calibration(NamedTuple):
    """How a prediction is put right: p^(1 / temperature), normalised, mixed with a share of the base rate."""

    temperature: float
    share: float

    def of(self, answer: np.ndarray, base: np.ndarray) -> np.ndarray:
        """The answers put right, (q, a); base: the base rate there, (q, a)."""
        return (1 - self.share) * sharpened(answer, self.temperature) + self.share * base


def calibrate(truth: np.ndarray, answer: np.ndarray, base: np.ndarray) -> Calibration:
    """The likeliest calibration of answers, where actions are drawn from the truth; all (q, a)."""

    def at(temperature: float) -> tuple[float, Calibration]:
        weight = mixture_weights(truth, [sharpened(answer, temperature), base])
        found = Calibration(temperature, float(weight[1]))
        return float(divergence(truth, found.of(answer, base)).sum()), found

    grid = np.geomspace(1 / HOTTEST, HOTTEST, 9)
    tried = [at(float(temperature)) for temperature in grid]
    best = min(range(len(grid)), key=lambda place: tried[place][0])
    low, high = np.log(grid[max(best - 1, 0)]), np.log(grid[min(best + 1, len(grid) - 1)])
    for _ in range(NARROWED):
        step = _GOLDEN * (high - low)
        colder, hotter = (at(float(np.exp(one))) for one in (high - step, low + step))
        tried += [colder, hotter]
        low, high = (low, low + step) if colder[0] <= hotter[0] else (high - step, high)
    return min(tried)[1]
