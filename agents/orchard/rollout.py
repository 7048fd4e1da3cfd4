"""Episodes in which agents act out their roles, all of them scripted.

An episode is a function of the run's settings and its own index alone, so batches and threads change nothing.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from agents.orchard.live_episode import Match
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from worlds import Episode, OrchardConfig

__all__ = ["RunConfig", "play", "play_all", "play_with_chances", "rollout"]


def play(run: RunConfig, index: int) -> Episode:
    """One episode of a run."""
    return play_with_chances(run, index)[0]


def play_with_chances(run: RunConfig, index: int) -> tuple[Episode, np.ndarray]:
    """One episode, and the chances (t, n, actions) float64 from which its actions were drawn."""
    match = Match(run, index)
    match.play(run.orchard.steps)
    return match.episode(), match.chance


def play_all(run: RunConfig, indices: Sequence[int], threads: int = 1) -> list[Episode]:
    """Some episodes of a run, in that order, played on as many threads."""
    if threads == 1:
        return [play(run, index) for index in indices]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(partial(play, run), indices))


def rollout(
    config: OrchardConfig,
    population: PopulationConfig,
    policy: PolicyConfig,
    seed: int,
    split: str,
    first: int,
    count: int,
    threads: int = 1,
) -> list[Episode]:
    """The episodes first, ..., first + count - 1 of a run of agents who follow their types."""
    return play_all(RunConfig(config, policy, population, seed, split), range(first, first + count), threads)
