"""Anybody's environment as the filter reads it."""

import numpy as np

from tom.filter.events import History
from tom.filter.inputs.arena_events import look_of, perceived_in_arena
from tom.filter.inputs.base import Inputs
from tom.filter.many_actions import MANY_ACTIONS, check_legal
from tom.filter.vocabulary import Vocabulary
from tom.tokens.arena import ArenaReading


class ArenaInputs(ArenaReading, Inputs):
    """As Inputs has it; acts are told in hindsight."""

    hindsight = True
    likens = False

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
