"""Small episodes and small minds that the tests of this floor share."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch

from agents import PolicyConfig, PopulationConfig, RunConfig, TypeSpace
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from tom.filter.mind import FilterMind
from tom.filter.network import Network
from tom.filter.size import NetworkConfig
from tom.filter.vocabulary import Vocabulary
from tom.mind import Mind
from tom.size import Size
from tom.tokens import reader_of, words
from tom.transformer import Transformer
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


@lru_cache(maxsize=4)
def alone_log(count: int = 4, split: str = "train", switch: int = 12) -> ShortLog:
    """A few episodes of agents who are alone where nothing regrows, and of whom wishes are learned."""
    orchard, policy, population = PRESETS["blind"]
    orchard = replace(orchard, agents=1, fruits=1, kinds=4, steps=12, regrow=False)
    policy = replace(policy, weights=(1.0, 0.5, -0.5, -1.0))
    run = RunConfig(orchard, policy, replace(population, switch=switch), seed=3, split=split)
    episodes = rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, count)
    return ShortLog(run.to_dict(), episodes)


@lru_cache(maxsize=1)
def untrained_mind() -> FilterMind:
    """A mind with random weights, in float32 so that equal answers are equal to many digits."""
    log, vocabulary = short_log(), Vocabulary()
    space = TypeSpace(OrchardConfig.from_dict(log.config["orchard"]), PolicyConfig.from_dict(log.config["policy"]))
    torch.manual_seed(0)
    size = NetworkConfig(len(vocabulary), tuple(map(len, space.traits.values())), width=32, heads=4, library=16)
    return FilterMind(Network(size), vocabulary, log.config)


@lru_cache(maxsize=4)
def untrained_transformer(roles: str = "announced") -> Mind:
    """The mind with random weights, moved a little: those of a new network hide its history."""
    log = short_log(roles=roles)
    reader = reader_of(log.config)
    vocabulary = words.Vocabulary(reader.words)
    torch.manual_seed(0)
    network = Transformer(
        Size(len(vocabulary), **reader.network(), width=32, layers=2, heads=4, mixture=2, abreast=True)
    )
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return Mind(network, vocabulary, log.config)
