"""scaling, late: a network that learns the wheel's arithmetic from half of all pairs.

Two layers with squares between them are enough for sums modulo a prime (Gromov 2023), with weights that are waves;
it takes long to find them, and a list of all pairs that were shown is found much sooner.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.just_ask.adamw import AdamW
from analysis.just_ask.scaling.design import DECAY, HIDDEN, LOOK, RATE, STEPS
from analysis.just_ask.scaling.thresholds import ACCURACY, KINDS


class Learned(NamedTuple):
    """A training: the steps at which ACCURACY was reached, None: never; and (step, of shown, of others) at looks."""

    shown: int | None
    others: int | None
    curve: list[tuple[int, float, float]]

    @property
    def later(self) -> float:
        """How many times later others are answered than those that were shown; 0 where they never are."""
        return self.others / self.shown if self.others and self.shown else 0.0


class Wheel:
    """Every pair of kinds, in an order of its own; `shown` of them are learned from. Float32."""

    def __init__(self, seed: int):
        generator = np.random.default_rng(seed)
        order = generator.permutation(KINDS**2)
        self.mine, self.theirs = np.divmod(order, KINDS)
        self.answer = (2 * self.theirs - self.mine) % KINDS
        self.shown, eye = len(order) // 2, np.eye(KINDS, dtype=np.float32)
        self._pair = np.concatenate([eye[self.mine], eye[self.theirs]], 1)[: self.shown].T.copy()  # (2 kinds, shown)
        self._right = eye[self.answer[: self.shown]]
        self.first = generator.normal(size=(2 * KINDS, HIDDEN)).astype(np.float32) / np.float32(2**0.5)
        self.last = generator.normal(size=(HIDDEN, KINDS)).astype(np.float32) / np.float32(HIDDEN**0.5)

    def sums(self, rows: slice) -> np.ndarray:
        """(n, hidden): what is squared, of some pairs."""
        return self.first[self.mine[rows]] + self.first[KINDS + self.theirs[rows]]

    def accuracy(self, odds: np.ndarray, rows: slice) -> float:
        """The share of pairs for which the right answer has the highest odds (n, kinds)."""
        return float((odds.argmax(1) == self.answer[rows]).mean())

    def slopes(self) -> tuple[float, list[np.ndarray]]:
        """The accuracy on what is shown, and the gradients of the cross-entropy with regard to both layers."""
        rows = slice(self.shown)
        sums = self.sums(rows)
        odds = sums**2 @ self.last
        wrong = np.exp(odds - odds.max(1, keepdims=True))
        wrong = (wrong / wrong.sum(1, keepdims=True) - self._right) / self.shown
        back = 2 * sums * (wrong @ self.last.T)
        return self.accuracy(odds, rows), [self._pair @ back, (sums**2).T @ wrong]


def learned(seed: int, decay: float = DECAY) -> Learned:
    """A training by AdamW on all shown pairs at once, which ends when others are answered too, or after STEPS."""
    wheel = Wheel(seed)
    optimiser = AdamW([wheel.first, wheel.last], decay)
    shown, others, curve = None, None, []
    for step in range(1, STEPS + 1):
        right, slopes = wheel.slopes()
        shown = step if shown is None and right >= ACCURACY else shown
        if step == 1 or step % LOOK == 0:
            rest = slice(wheel.shown, None)
            curve.append((step, right, wheel.accuracy(wheel.sums(rest) ** 2 @ wheel.last, rest)))
            if curve[-1][2] >= ACCURACY and shown:
                others = step
                break
        optimiser.step(slopes, RATE)
    return Learned(shown, others, curve)
