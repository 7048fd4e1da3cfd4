"""A plain network, rectified layers one after the other. Axes: n scenes, d inputs, a acts; float32."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analysis.just_ask.learner import softmax

Layers = list[np.ndarray]  # by layer its weights (in, out) and its shifts (out,), one after the other


def network(sizes: Sequence[int], generator: np.random.Generator) -> Layers:
    """Weights drawn for layers of these sizes; the last ones are small, so that all acts are as likely."""
    layers: Layers = []
    for number, (inward, outward) in enumerate(pairwise(sizes), 2):
        size = (2 / inward) ** 0.5 * (0.1 if number == len(sizes) else 1.0)
        layers += [generator.normal(0, size, (inward, outward)).astype(np.float32), np.zeros(outward, np.float32)]
    return layers


def chances(layers: Layers, x: np.ndarray) -> np.ndarray:
    """(n, a): how likely each act is in scenes (n, d)."""
    return softmax(forwards(layers, x)[-1])


def slopes(layers: Layers, x: np.ndarray, act: np.ndarray) -> Layers:
    """The gradient of the mean cross-entropy of acts (n,) int in scenes (n, d), with regard to each of the layers."""
    passed = forwards(layers, x)
    back = softmax(passed.pop())
    back[np.arange(len(act)), act] -= 1
    return backwards(layers, passed, back / np.float32(len(act)))


def forwards(layers: Layers, x: np.ndarray) -> list[np.ndarray]:
    """What goes into each layer, and the odds that come out of the last."""
    passed = [x]
    for number in range(0, len(layers), 2):
        came = passed[-1] @ layers[number] + layers[number + 1]
        passed.append(np.maximum(came, 0) if number + 2 < len(layers) else came)
    return passed


def backwards(layers: Layers, passed: list[np.ndarray], back: np.ndarray) -> Layers:
    """The gradient with regard to each of the layers, of what goes into each, and of the gradient of the odds."""
    found: Layers = []
    for weight, inward in zip(layers[-2::-2], passed[::-1], strict=True):
        found += [back.sum(0), inward.T @ back]
        back = (back @ weight.T) * (inward > 0)
    return found[::-1]
