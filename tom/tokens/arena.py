"""Anybody's environment as the mind reads it: an agent-step is the observation of whoever acted."""

import numpy as np

from agents.arena.run import SHARE_A_BANK, bank_of_run
from agents.arena.words import ARENA_WORDS
from agents.language.prompt import VOCABULARY
from tom.tokens.base import Reader, Reading, announced
from worlds import FunhouseError

MOST_ACTIONS = 64


class ArenaReading(Reading):
    """Anybody's environment: a bank of policies for types."""

    words = (*VOCABULARY, *(word for word in ARENA_WORDS if word not in VOCABULARY))

    def __init__(self, run: dict):
        self.space = bank_of_run(run)
        arena = self.space.config
        bank = f"a bank of {len(self.space)} policies ({self.space.mark})"
        self.kind = f"{arena.world} with the arguments {arena.arguments} and {bank}"

    def shown(self, episode):
        return episode

    def native(self, episode) -> np.ndarray:
        return announced(episode)

    def sees(self, episode, me: int) -> np.ndarray:
        return episode.perceived[:, me]

    def difference(self, other: "ArenaReading") -> tuple[str, str] | None:
        """The bank alone, and how logs come to share one."""
        one, two = self.space.config, other.space.config
        difference = self.space.settings.difference(other.space.settings)
        if (one.environment, one.arguments) == (two.environment, two.arguments) and difference:
            return difference, SHARE_A_BANK
        return None


def observed(episode, step: np.ndarray, agent: np.ndarray) -> dict[str, np.ndarray]:
    """What agent-steps (r,) were like: species (r,) int64; observation (r, f) float32, flattened and padded to the
    largest species'; blocked (r, actions) bool: what is illegal."""
    widest = max(int(np.prod(form.shape)) for form in episode.forms)
    observation = np.zeros((len(step), widest), np.float32)
    blocked = np.ones((len(step), episode.actions), np.bool_)
    for who in np.unique(agent):
        here = np.flatnonzero(agent == who)
        seen, legal = episode.observation[who][step[here]], episode.mask[who][step[here]]
        observation[here, : seen[0].size] = seen.reshape(len(here), -1)
        blocked[here, : legal.shape[1]] = ~legal
    return {"species": episode.species[agent].astype(np.int64), "observation": observation, "blocked": blocked}


class ArenaReader(ArenaReading, Reader):
    """Of the bank nothing is told but the words that describe some member, in prompts and personas."""

    def __init__(self, run: dict):
        super().__init__(run)
        self.actions = max(form.actions for form in self.space.forms)
        if self.actions > MOST_ACTIONS:
            what = f"the transformer reads {MOST_ACTIONS} actions, and {self.space.config.world} has {self.actions}"
            remedy = "train the filter, which reads those alone that are legal: --network filter"
            raise FunhouseError(what, remedy=remedy)

    def look(self, episode, me, step, agent):
        """As `observed`, and cover (r, 1) float32; company (r, 1, n) bool: whom `me` perceives act."""
        cover = np.ones((len(step), 1), np.float32)
        return observed(episode, step, agent) | {"cover": cover, "company": episode.perceived[step, me][:, None]}

    def network(self) -> dict:
        return {
            "traits": tuple(map(len, self.space.traits.values())),
            "actions": self.actions,
            "features": 0,
            "layers_seen": 1,
            "species": tuple(int(np.prod(form.shape)) for form in self.space.forms),
        }
