"""AdamW (Loshchilov and Hutter 2019) in numpy, for experiments whose networks are small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BETAS, TINY = (0.9, 0.98), 1e-8


class AdamW:
    """Moves some layers in place; decay: of weights, as a share of the rate."""

    def __init__(self, layers: Sequence[np.ndarray], decay: float = 0.0):
        self.layers, self.decay, self.steps = layers, decay, 0
        self._mean, self._square = ([np.zeros_like(one) for one in layers] for _ in range(2))

    def step(self, slopes: Sequence[np.ndarray], rate: float) -> None:
        """One step along the gradients of what is to become less."""
        self.steps += 1
        for layer, slope, m, v in zip(self.layers, slopes, self._mean, self._square, strict=True):
            m += (1 - BETAS[0]) * (slope - m)
            v += (1 - BETAS[1]) * (slope**2 - v)
            by = m / (1 - BETAS[0] ** self.steps) / (np.sqrt(v / (1 - BETAS[1] ** self.steps)) + TINY)
            layer -= rate * (by + self.decay * layer)
