"""Agent-steps a second of population episodes, log written: 24 agents who reason about one another, 64 steps.

The world near-far: 36 types, a new role every 8 steps, more than a third of all agent-steps at depth 1 and
more than a quarter at depth 2, counting the first phase, in which everybody is itself. The peers are parts of
the same work: the episodes without their log, and those where everybody is itself. Beside it, the same of the world
blind: 50 types with five senses, eight moves, all fruits of a kind counting; and both with a quarter of the agents
strangers. Compiling is not timed.
"""

import tempfile
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
from measure import best_rate, tell

from agents.orchard.drawing_strangers import StrangersConfig
from agents.orchard.presets import preset
from agents.orchard.rollout import RunConfig, rollout
from agents.population import PopulationConfig
from agents.recording import record
from worlds import Episode

EPISODES = 32
NESTED = PopulationConfig(switch=8, depth_share=(0.3, 0.4, 0.3))
NATIVE = PopulationConfig(switch=8, depth_share=(1.0, 0.0, 0.0))
NEAR_FAR = RunConfig(*preset("near-far", {"agents": 24, "steps": 64})[:2], population=NESTED)
ROOM = {"height": 10, "width": 10, "fruits": 7}  # for 24 agents
BLIND = RunConfig(*preset("blind", {"agents": 24, "steps": 64, **ROOM})[:2], population=NESTED)

STRANGERS = StrangersConfig(0.25)


def main() -> None:
    """Measures recording and its parts."""
    for run in (NEAR_FAR, BLIND):
        check_depths(play(run, NESTED))
    peers = {
        "without the log": _rate(NEAR_FAR, NESTED),
        "everybody as itself, without the log": _rate(NEAR_FAR, NATIVE),
        "a quarter of them strangers": _recorded(replace(NEAR_FAR, strangers=STRANGERS)),
        "blind": _recorded(BLIND),
        "blind, a quarter strangers": _recorded(replace(BLIND, strangers=STRANGERS)),
        "blind, without the log": _rate(BLIND, NESTED),
        "blind, everybody as itself, without log": _rate(BLIND, NATIVE),
    }
    tell("population, 24 agents", _recorded(NEAR_FAR), "agent-steps", peers)


def play(run: RunConfig, population: PopulationConfig) -> list[Episode]:
    """The episodes that are timed."""
    return rollout(run.orchard, population, run.policy, run.seed, run.split, 0, EPISODES)


def check_depths(episodes: list[Episode]) -> None:
    """Fails unless the episodes are as deep as the figure claims."""
    depth = np.array([[[len(chain) for chain in row] for row in episode.role] for episode in episodes])
    assert (depth == 1).mean() > 1 / 3
    assert (depth == 2).mean() > 1 / 4


def _recorded(run: RunConfig) -> float:
    with tempfile.TemporaryDirectory() as home:
        fresh = (Path(home) / str(k) for k in count())
        return best_rate(lambda: record(run, next(fresh), EPISODES, threads=1)["agent_steps"], repeats=12)


def _rate(run: RunConfig, population: PopulationConfig) -> float:
    return best_rate(lambda: sum(episode.action.size for episode in play(run, population)), repeats=12)


if __name__ == "__main__":
    main()
