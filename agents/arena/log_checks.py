"""That an episode's agents are what its seed makes of what they observed, where the environment cannot be replayed."""

from typing import Any, NamedTuple

import numpy as np

from agents.arena.bank import Bank
from agents.arena.population import draw_arena_population, draw_members
from agents.arena.reasoner import BankReasoner
from agents.population import PopulationConfig
from agents.query import role_asked
from worlds import SPLITS, Agent, FunhouseError, dice
from worlds.arena import ArenaEpisode
from worlds.arena.failure import attempt_key
from worlds.arena.participants import CROWD


class Rules(NamedTuple):
    """What the agents of a run follow, whatever its environment is."""

    bank: Bank
    population: PopulationConfig
    seed: int
    split: str


def check_seed(config: dict, episode: ArenaEpisode) -> None:
    """Raises FunhouseError where an episode's seed, or one that failed before it, is none of its run's."""
    split, many = config["split"], len(episode.dropped)
    key = int(dice.key(config["seed"], SPLITS.index(split), episode.index))
    tried = [attempt_key(key, attempt) for attempt in range(many + 1)]
    _compare(episode, "dropped", 0, list(episode.dropped), tried[:-1])
    _compare(episode, "seed", 0, episode.seed, tried[-1])
    _compare(episode, "split", 0, episode.split, split)


def check_minds(rules: Rules, episode: ArenaEpisode) -> None:
    """Raises FunhouseError, naming the step and the agent, where types, roles, prompts or actions are others.

    Which members the cast out of a crowd follow depends on the environment: of such an episode they are not checked.
    """
    n, (bank, population, _, split) = len(episode.agents), rules
    if n <= CROWD:
        member = draw_members(bank, population, episode.seed, split, episode.species)
    else:
        member = np.array([bank.index(agent.type) for agent in episode.agents])
    phases = episode.steps // population.switch + 1
    cast = draw_arena_population(bank, population, episode.seed, split, episode.species, member, phases)
    for what in ("name", "policy", "description"):
        told, made = ([_trait(agent, what) for agent in agents] for agents in (episode.agents, cast.agents))
        _compare(episode, what, 0, told, made)
    phase = np.maximum(np.cumsum(episode.acts, axis=0) - 1, 0) // population.switch
    for t, row in enumerate(phase.tolist()):
        said = [cast.said(p, i) for i, p in enumerate(row)]
        _compare(episode, "role", t, episode.role[t], [role for role, _ in said])
        _compare(episode, "prompt", t, episode.prompt[t], [prompt for _, prompt in said])
    reasoner = BankReasoner(bank)
    for t in range(episode.steps):
        agents = np.flatnonzero(episode.acts[t])
        chance = reasoner.enact(episode, [role_asked(episode, t, i) for i in agents.tolist()])
        drawn = np.empty(len(agents), np.int64)
        dice.actions(np.full(len(agents), episode.seed, np.uint64), t, agents, chance, drawn)
        _compare(episode, "action", t, episode.action[t, agents].tolist(), drawn.tolist())


def _trait(agent: Agent, what: str) -> str:
    return agent.type["policy"] if what == "policy" else getattr(agent, what)


def _compare(episode: ArenaEpisode, what: str, step: int, had: Any, made: Any) -> None:
    if had == made:
        return
    raise FunhouseError(
        f"the log does not replay: {what} is {had!r} in the log and {made!r} when drawn again from its seed",
        place=f"episode {episode.index}, step {step}",
        remedy="record it anew, or verify it with the versions that made it",
    )
