"""scaling, peak: least squares on random features, with and without a ridge."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.just_ask.scaling.design import RIDGES, Scenes

NEARLY_NONE = 1e-10  # of the largest singular value: what is smaller is taken for 0


class Errors(NamedTuple):
    """The mean squared distance from the exact chances, on scenes that nothing was learned from."""

    ridgeless: float
    ridge: float  # with that of RIDGES which is best on other scenes


def errors(learned: Scenes, chosen: Scenes, held_out: Scenes, width: int, generator: np.random.Generator) -> Errors:
    """Of the acts of some scenes, regressed on `width` random features; the ridge is `chosen` on others."""
    inward = generator.normal(size=(learned.x.shape[1], width)) / learned.x.shape[1] ** 0.5
    shift = generator.normal(size=width)

    def features(x: np.ndarray) -> np.ndarray:
        return np.maximum(x @ inward + shift, 0.0) * (2 / width) ** 0.5

    left, size, right = np.linalg.svd(features(learned.x), full_matrices=False)
    base = learned.y.mean(0)
    inner = left.T @ (learned.y - base)
    chosen_by, held_out_by = (features(one.x) @ right.T for one in (chosen, held_out))

    def error(scenes: Scenes, by: np.ndarray, weight: np.ndarray) -> float:
        told = base + by @ (weight[:, None] * inner)
        return float(((told - scenes.chances) ** 2).sum(1).mean())

    kept = size > NEARLY_NONE * size[0]
    none = np.where(kept, 1 / np.where(kept, size, 1.0), 0.0)
    ridges = [size / (size**2 + ridge) for ridge in RIDGES]
    best = min(ridges, key=lambda weight: error(chosen, chosen_by, weight))
    return Errors(error(held_out, held_out_by, none), error(held_out, held_out_by, best))
