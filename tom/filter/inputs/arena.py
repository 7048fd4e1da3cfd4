"""Anybody's environment as the mind reads it."""

import numpy as np

from agents.arena.run import SHARE_A_BANK, bank_of_run
from agents.arena.words import ARENA_WORDS
from agents.language.prompt import VOCABULARY
from tom.filter.events import History
from tom.filter.inputs.arena_events import look_of, perceived_in_arena
from tom.filter.inputs.base import Inputs, announced, traits_of
from tom.filter.many_actions import MANY_ACTIONS, check_legal
from tom.filter.vocabulary import Vocabulary


class ArenaInputs(Inputs):
    """That of anybody's environment: observations, and a bank of policies for types."""

    hindsight = True
    likens = False
    words = (*VOCABULARY, *(word for word in ARENA_WORDS if word not in VOCABULARY))

    def __init__(self, run: dict):
        self.space = bank_of_run(run)
        arena = self.space.config
        bank = f"a bank of {len(self.space)} policies ({self.space.mark})"
        self.kind = f"{arena.world} with the arguments {arena.arguments} and {bank}"

    def shown(self, episode):
        return episode

    def types(self, episode) -> np.ndarray:
        return traits_of(self.space, episode)

    def native(self, episode) -> np.ndarray:
        return announced(episode)

    def sees(self, episode, me: int) -> np.ndarray:
        return episode.perceived[:, me]

    def history(self, episode, me, native=None, through=(), direct=None) -> History:
        return perceived_in_arena(episode, me, self.native(episode) if native is None else native, through, direct)

    def network(self, vocabulary: Vocabulary) -> dict:
        forms = self.space.forms
        words = [vocabulary.encode(description) for description in self.space.descriptions]
        actions = max(form.actions for form in forms)
        check_legal(max((form.actions for form in forms if not form.masked), default=0), self.space.config.world)
        members = tuple(tuple(words[rows]) for rows in self.space.rows)
        return {
            "traits": tuple(map(len, self.space.traits.values())),
            "actions": actions,
            "bars": True,
            **({"many": True, "pieces": 1} if actions > MANY_ACTIONS else {}),
            "species": tuple(int(np.prod(form.shape)) for form in forms),
            "members": members,
            "library": max(map(len, members)),
        }

    def acts(self, episode, most: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """Some acts of agents that were themselves, whoever perceived them: what they were like, as History.look has
        it, action (e,) int64, and type (e,) int64: who acted, as a place among the members."""
        step, agent = np.nonzero(episode.perceived.any(1) & (self.native(episode) > 0))
        chosen = generator.permutation(len(step))[:most]
        step, agent = step[chosen], agent[chosen]
        told = {"action": episode.action[step, agent].astype(np.int64), "type": self.types(episode)[agent, 0]}
        return look_of(episode, step, agent) | told

    def difference(self, other: "ArenaInputs") -> tuple[str, str] | None:
        """The bank alone, and how logs come to share one."""
        one, two = self.space.config, other.space.config
        difference = self.space.settings.difference(other.space.settings)
        if (one.environment, one.arguments) == (two.environment, two.arguments) and difference:
            return difference, SHARE_A_BANK
        return None
