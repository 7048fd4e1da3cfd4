"""A small network that imitates lone agents, and how it learns: AdamW on the cross-entropy of the acts that were drawn.

It reads what lies on the cells around where each act leads, and who acts, all raw; what a thing is worth to whom is
its own to find out. Three layers, the same for every act: a thing on a cell, times who acts -> `channels`; all cells
around -> `hidden`, rectified; one odd. All is float32, and a function of the generator.

Axes: n scenes, a acts, w cells of a window, k things that may lie on a cell, p values of who acts, c channels,
h hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analysis.just_ask.adamw import AdamW

FULL = 0.5  # the share of the steps at the full rate, which then falls to nearly 0


class Seen(NamedTuple):
    """What a network is told of some scenes."""

    around: np.ndarray  # (n, a, w, k) float32: what lies on the cells around where each act leads
    who: np.ndarray  # (n, p) float32


class Training(NamedTuple):
    """How a network is trained; chosen on validation."""

    steps: int = 700
    batch: int = 64
    rate: float = 0.02
    decay: float = 0.5  # of weights, as a share of the rate
    look: int = 50  # steps between two looks at how far it is from the truth
    channels: int = 6
    hidden: int = 32


TRAINING = Training()


class Network(NamedTuple):
    """Its layers."""

    thing: np.ndarray  # (k, c)
    gate: np.ndarray  # (p, c)
    cell: np.ndarray  # (w c, h)
    own: np.ndarray  # (p, h)
    shift: np.ndarray  # (h,)
    last: np.ndarray  # (h,)

    def chances(self, seen: Seen) -> np.ndarray:
        """(n, a): how likely each act is."""
        return softmax(self._passed(seen)[-1])

    def slopes(self, seen: Seen, act: np.ndarray) -> Network:
        """The gradient of the mean cross-entropy of acts (n,) int, with regard to each layer."""
        (n, a), (_, c) = seen.around.shape[:2], self.thing.shape
        flat, gate, worth, inner, odds = self._passed(seen)
        wrong = softmax(odds)
        wrong[np.arange(n), act] -= 1
        wrong = wrong.reshape(-1) / np.float32(n)
        back = wrong[:, None] * self.last * (inner > 0)
        by_scene = back.reshape(n, a, -1).sum(1)
        each = flat.transpose(0, 2, 1) @ (back @ self.cell.T).reshape(n, -1, c)  # n k c
        return Network(
            np.einsum("nkc,nc->kc", each, gate),
            seen.who.T @ np.einsum("nkc,kc->nc", each, self.thing),
            worth.T @ back,
            seen.who.T @ by_scene,
            by_scene.sum(0),
            wrong @ inner,
        )

    def _passed(self, seen: Seen) -> tuple[np.ndarray, ...]:
        """What lies around (n, a w, k), gates (n, c), worths (n a, w c), the hidden layer (n a, h), odds (n, a)."""
        n, a, w, k = seen.around.shape
        flat, gate = seen.around.reshape(n, a * w, k), seen.who @ self.gate
        worth = (flat @ (self.thing * gate[:, None])).reshape(n * a, -1)
        inner = worth @ self.cell
        inner += np.repeat(seen.who @ self.own + self.shift, a, 0)
        np.maximum(inner, 0, out=inner)
        return flat, gate, worth, inner, (inner @ self.last).reshape(n, a)


def network(training: Training, seen: Seen, generator: np.random.Generator) -> Network:
    """One whose weights are drawn; the last are small, so that all acts are nearly as likely."""
    (_, _, w, k), p, c, h = seen.around.shape, seen.who.shape[1], training.channels, training.hidden
    drawn = [
        generator.normal(size=(k, c)),
        generator.normal(0.5, 0.5, (p, c)),
        generator.normal(0, 0.1, (w * c, h)),
        generator.normal(0, 0.1, (p, h)),
        np.zeros(h),
        generator.normal(0, 0.1 * (2 / h) ** 0.5, h),
    ]
    return Network(*(layer.astype(np.float32) for layer in drawn))


def learned(
    training: Training,
    drawn: Callable[[int], tuple[Seen, np.ndarray]],
    far: Callable[[Network], float],
    generator: np.random.Generator,
) -> Network:
    """A network as it was at the look, the beginning among them, at which it was the least `far` from the truth.
    `drawn` gives so many scenes, and their acts (n,)."""
    seen, act = drawn(training.batch)
    made = network(training, seen, generator)
    optimiser = AdamW(made, training.decay)
    least, kept = far(made), _copied(made)
    for step in range(1, training.steps + 1):
        rate = training.rate * min(1.0, (1 - step / training.steps) / FULL + 0.02)
        optimiser.step(made.slopes(seen, act), rate)
        if step % training.look == 0 and (now := far(made)) < least:
            least, kept = now, _copied(made)
        seen, act = drawn(training.batch)
    return kept


def _copied(made: Network) -> Network:
    return Network(*(layer.copy() for layer in made))


def softmax(odds: np.ndarray) -> np.ndarray:
    """Chances (n, a) of odds (n, a), in logarithms."""
    odds = np.exp(odds - odds.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)
