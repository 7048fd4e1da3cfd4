"""variance: the same two gradients from roll-outs that are drawn, act by act, as a check of what is worked out."""

from __future__ import annotations

import numpy as np

from analysis.just_ask.variance.design import Ground, Policy


def noise(gradient: np.ndarray) -> float:
    """Of drawn gradients (n, d): the trace of their covariance over the square of their mean's length."""
    return float(gradient.var(0).sum() / (gradient.mean(0) ** 2).sum())


def drawn(
    ground: Ground, policy: Policy, horizon: int, begun: np.ndarray, draws: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of as many roll-outs (draws, d), supervised and of the policy, where one begins by chances (b,)."""
    (_, own, expert), away, told = policy, ground.slopes(policy), []
    for acting in (expert, own):
        scene = ground.start[generator.choice(len(begun), size=draws, p=begun)]
        gradient, reward = np.zeros((draws, away.shape[-1])), np.zeros(draws)
        for _ in range(horizon):
            act, label = (_act(chances[scene], generator) for chances in (acting, expert))
            gradient, reward = gradient + away[scene, act], reward + (act == label)
            scene = ground.after[scene, act]
        told.append(gradient if acting is expert else gradient * reward[:, None])
    return told[0], told[1]


def _act(chances: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One act of each row (n, a) of chances."""
    dice = generator.random((len(chances), 1))
    return np.minimum((chances.cumsum(1) <= dice).sum(1), chances.shape[1] - 1)
