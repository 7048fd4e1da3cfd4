"""Small episodes and small minds that the tests of this floor share."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch

from agents import PolicyConfig, PopulationConfig, RunConfig, TypeSpace
from agents.orchard.rollout import rollout
from tom.filter.network import Network
from tom.filter.vocabulary import Vocabulary
from tom.mind import MYSELF, Mind
from tom.training.settings import NetworkConfig
from worlds import OrchardConfig


class ShortLog(list):
    """Episodes in memory, read as a log is."""

    def __init__(self, config: dict, episodes: list):
        super().__init__(episodes)
        self.config, self.mark, self.path = config, "0" * 64, Path("memory")
        self.world, self.split = "orchard", config["split"]

    def batch(self, indices) -> list:
        return [self[i] for i in indices]


@lru_cache(maxsize=8)
def short_log(agents: int = 5, steps: int = 24, count: int = 4, roles: str = "announced") -> ShortLog:
    """A few episodes of a small orchard."""
    run = RunConfig(OrchardConfig(agents=agents, steps=steps, roles=roles), PolicyConfig(), PopulationConfig(), seed=3)
    episodes = rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, count)
    return ShortLog(run.to_dict(), episodes)


@lru_cache(maxsize=2)
def untrained_mind(compares: bool = False) -> Mind:
    """A mind with random weights, in float32 so that equal answers are equal to many digits."""
    log, vocabulary = short_log(), Vocabulary()
    space = TypeSpace(OrchardConfig.from_dict(log.config["orchard"]), PolicyConfig.from_dict(log.config["policy"]))
    torch.manual_seed(0)
    size = NetworkConfig(len(vocabulary), tuple(map(len, space.traits.values())), width=32, heads=4, library=16)
    size = replace(size, myself=vocabulary.encode(MYSELF) if compares else ())
    return Mind(Network(size), vocabulary, log.config)
