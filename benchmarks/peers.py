"""Other multi-agent worlds stepped with random actions; those that are not installed are left out.

pip install magent2 mpe2 multigrid lbforaging
"""

import importlib
import warnings
from collections.abc import Callable

import numpy as np
from measure import best_rate

STEPS = 64


def measure_peers() -> dict[str, float]:
    """Agent-steps a second of each peer that is installed, observations built, by its name."""
    warnings.simplefilter("ignore")  # theirs, about themselves
    rates = {}
    for name, (package, build) in PEERS.items():
        try:
            module = importlib.import_module(package)
        except ImportError:
            continue
        rates[name] = best_rate(build(module), repeats=20)
    return rates


def stepper(env) -> Callable[[], int]:
    """Work for `best_rate`: steps of a PettingZoo Parallel environment, begun anew when an episode ends."""
    env.reset(seed=0)
    rng = np.random.default_rng(0)
    rows = [{a: int(rng.integers(env.action_space(a).n)) for a in env.possible_agents} for _ in range(STEPS)]

    def work() -> int:
        done = 0
        for row in rows:
            if not env.agents:
                env.reset()
            alive = env.agents
            done += len(alive)
            env.step(row if len(alive) == len(row) else {agent: row[agent] for agent in alive})
        return done

    return work


def _multigrid(envs) -> Callable[[], int]:
    """Sixteen agents with 7 x 7 views in an empty room, through its own dictionary API."""
    env = envs.EmptyEnv(size=16, agents=16, max_steps=10**9)
    env.reset(seed=0)
    rows = [dict(enumerate(row)) for row in np.random.default_rng(0).integers(0, 3, (STEPS, 16)).tolist()]

    def work() -> int:
        for row in rows:
            env.step(row)
        return STEPS * 16

    return work


def _foraging(_) -> Callable[[], int]:
    """Three foragers who see the whole field."""
    gymnasium = importlib.import_module("gymnasium")
    env = gymnasium.make("Foraging-10x10-3p-3f-v3", disable_env_checker=True, max_episode_steps=10**9).unwrapped
    rows = np.random.default_rng(0).integers(0, 6, (STEPS, 3)).tolist()
    env.reset(seed=0)

    def work() -> int:
        for row in rows:
            if env.step(row)[2]:
                env.reset()
        return STEPS * 3

    return work


PEERS: dict[str, tuple[str, Callable]] = {
    "magent2 battle, 12 agents": (
        "magent2.environments.battle_v4",
        lambda game: stepper(game.parallel_env(map_size=16)),
    ),
    "magent2 gather, 495 agents": (
        "magent2.environments.gather_v5",
        lambda game: stepper(game.parallel_env()),
    ),
    "multigrid, 16 agents": ("multigrid.envs", _multigrid),
    "mpe2 simple_spread, 16 agents": (
        "mpe2.simple_spread_v3",
        lambda game: stepper(game.parallel_env(N=16)),
    ),
    "lbforaging, 3 agents": ("lbforaging", _foraging),
}
