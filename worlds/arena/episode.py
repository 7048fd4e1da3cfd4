"""The record of one episode in anybody's environment, as plain arrays that anyone can check without this code."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from worlds.arena.config import ArenaConfig
from worlds.arena.spaces import Species
from worlds.base_episode import Agent, BaseEpisode


@dataclass(frozen=True, eq=False)
class ArenaEpisode(BaseEpisode):
    """One match. Step t's arrays hold what was there before the moves of step t; without observations of the absent."""

    index: int
    seed: int  # the key that it was played from, uint64
    split: str
    run: dict  # the settings of the run, as in the log's manifest: "arena", "species" and what the agents' floor adds
    species: np.ndarray  # n     int32  index into forms
    forms: list[Species]  # the environment's species
    observation: list[np.ndarray]  # [n] (t, *shape) of the species' dtype, zeros where the agent did not act
    mask: list[np.ndarray]  # [n] (t, actions of the species) bool, all False where it did not act
    action: np.ndarray  # t n   int16  -1 where it did not act
    reward: np.ndarray  # t n   float32
    perceived: np.ndarray  # t n n bool   the first perceives the agent-step of the second
    game: np.ndarray  # t     int16  which game of the match
    role: list[list[tuple[str, ...]]]  # [t][n]  names or descriptions, () = as itself
    prompt: list[list[str]]  # [t][n]  the words in which the role was given
    agents: list[Agent]  # [n]  type is {"policy": a member's name}
    dropped: tuple[int, ...] = ()  # the keys that were tried before `seed`, and failed

    @cached_property
    def config(self) -> ArenaConfig:
        """The settings of the world."""
        return ArenaConfig.from_dict(self.run["arena"])

    @cached_property
    def action_names(self) -> tuple[str, ...]:
        """Numbers: PettingZoo has no words for actions."""
        return tuple(str(action) for action in range(max(species.actions for species in self.forms)))

    def form(self, agent: int) -> Species:
        """The species of an agent."""
        return self.forms[self.species[agent]]

    def mask_of(self, agent: int, step: int) -> np.ndarray:
        """(actions,) bool: what the agent may do at that step; False beyond its species' actions."""
        legal = np.zeros(self.actions, bool)
        legal[: self.form(agent).actions] = self.mask[agent][step]
        return legal
