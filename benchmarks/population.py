"""Agent-steps a second of population episodes, log written: 24 agents who reason about one another, 64 steps.

The default world: 36 types, a new role every 8 steps, more than a third of all agent-steps at depth 1 and
more than a quarter at depth 2, counting the first phase, in which everybody is itself. The peers are parts of
the same work: the episodes without their log, and those where everybody is itself. Compiling is not timed.
"""

import tempfile
from itertools import count
from pathlib import Path

import numpy as np
from measure import best_rate, tell

from agents.orchard.rollout import RunConfig, rollout
from agents.population import PopulationConfig
from agents.recording import record
from worlds import Episode, OrchardConfig

EPISODES = 32
NESTED = PopulationConfig(switch=8, depth_share=(0.3, 0.4, 0.3))
NATIVE = PopulationConfig(switch=8, depth_share=(1.0, 0.0, 0.0))
RUN = RunConfig(OrchardConfig(agents=24, steps=64), population=NESTED)


def main() -> None:
    """Measures recording and its parts."""
    check_depths(play(NESTED))
    with tempfile.TemporaryDirectory() as home:
        fresh = (Path(home) / str(k) for k in count())
        rate = best_rate(lambda: record(RUN, next(fresh), EPISODES, threads=1)["agent_steps"], repeats=12)
    peers = {"without the log": NESTED, "everybody as itself, without the log": NATIVE}
    tell("population, 24 agents", rate, "agent-steps", {name: _rate(who) for name, who in peers.items()})


def play(population: PopulationConfig) -> list[Episode]:
    """The episodes that are timed."""
    return rollout(RUN.orchard, population, RUN.policy, RUN.seed, RUN.split, 0, EPISODES)


def check_depths(episodes: list[Episode]) -> None:
    """Fails unless the episodes are as deep as the figure claims."""
    depth = np.array([[[len(chain) for chain in row] for row in episode.role] for episode in episodes])
    assert (depth == 1).mean() > 1 / 3
    assert (depth == 2).mean() > 1 / 4


def _rate(population: PopulationConfig) -> float:
    return best_rate(lambda: sum(episode.action.size for episode in play(population)), repeats=12)


if __name__ == "__main__":
    main()
