"""Anybody's environment as the mind reads it: an agent-step is the observation of whoever acted."""

import numpy as np

from agents.arena.run import SHARE_A_BANK, bank_of_run
from agents.arena.words import ARENA_WORDS
from agents.language.prompt import VOCABULARY
from tom.tokens.base import Reader
from worlds import FunhouseError

MOST_ACTIONS = 64


class ArenaReader(Reader):
    """That of anybody's environment: observations, and a bank of policies for types. Of the bank nothing is told but
    the words that describe some member, in prompts and personas."""

    words = (*VOCABULARY, *(word for word in ARENA_WORDS if word not in VOCABULARY))

    def __init__(self, run: dict):
        self.space = bank_of_run(run)
        arena, forms = self.space.config, self.space.forms
        bank = f"a bank of {len(self.space)} policies ({self.space.mark})"
        self.kind = f"{arena.world} with the arguments {arena.arguments} and {bank}"
        self.actions = max(form.actions for form in forms)
        if self.actions > MOST_ACTIONS:
            what = f"the transformer reads {MOST_ACTIONS} actions, and {arena.world} has {self.actions}"
            raise FunhouseError(
                what, remedy="train the filter, which reads those alone that are legal: --network filter"
            )

    def shown(self, episode):
        return episode

    def types(self, episode) -> np.ndarray:
        return np.array([self.space.trait_index[self.space.index(agent.type)] for agent in episode.agents], np.int64)

    def native(self, episode) -> np.ndarray:
        return np.array([[not role for role in roles] for roles in episode.role], np.float32) * episode.acts

    def sees(self, episode, me: int) -> np.ndarray:
        return episode.perceived[:, me]

    def look(self, episode, me, step, agent):
        """observation (r, f) float32, flattened and padded to the largest species'; species (r,) int64; blocked
        (r, actions) bool: what is illegal; cover (r, 1) float32; company (r, 1, n) bool: whom `me` perceives act."""
        widest = max(int(np.prod(form.shape)) for form in episode.forms)
        observation = np.zeros((len(step), widest), np.float32)
        blocked = np.ones((len(step), self.actions), np.bool_)
        for who in np.unique(agent):
            here = np.flatnonzero(agent == who)
            seen, legal = episode.observation[who][step[here]], episode.mask[who][step[here]]
            observation[here, : seen[0].size] = seen.reshape(len(here), -1)
            blocked[here, : legal.shape[1]] = ~legal
        company = episode.perceived[step, me][:, None]
        return {
            "observation": observation,
            "species": episode.species[agent].astype(np.int64),
            "blocked": blocked,
            "cover": np.ones((len(step), 1), np.float32),
            "company": company,
        }

    def network(self) -> dict:
        return {
            "traits": tuple(map(len, self.space.traits.values())),
            "actions": self.actions,
            "features": 0,
            "layers_seen": 1,
            "species": tuple(int(np.prod(form.shape)) for form in self.space.forms),
        }

    def difference(self, other: "ArenaReader") -> tuple[str, str] | None:
        """The bank alone, and how logs come to share one."""
        one, two = self.space.config, other.space.config
        difference = self.space.settings.difference(other.space.settings)
        if (one.environment, one.arguments) == (two.environment, two.arguments) and difference:
            return difference, SHARE_A_BANK
        return None
