"""The orchard as the filter reads it."""

from dataclasses import replace

import numpy as np

from agents.orchard.policy_config import OPTIONS, PolicyConfig
from tom.filter.events import History, perceived, sees, with_bodies
from tom.filter.inputs.base import Inputs
from tom.filter.vocabulary import Vocabulary
from tom.tokens.orchard import OrchardReading
from worlds import FunhouseError, OrchardConfig

READ = (OPTIONS["traits"], OPTIONS["value"], 4)  # the traits, the value of fruits and the moves that it reads


def _read(run: dict) -> tuple[tuple[str, ...], str, int]:
    """What of a run's settings the filter must know how to read."""
    policy = PolicyConfig.from_dict(run["policy"])
    return policy.traits, policy.value, OrchardConfig.from_dict(run["orchard"]).moves


class OrchardInputs(OrchardReading, Inputs):
    """As Inputs has it."""

    def __init__(self, run: dict):
        super().__init__(run)
        traits, value, moves = _read(run)
        if (traits, value, moves) != READ:
            what = f"the filter does not read a world of {', '.join(traits)}, {moves} moves and {value} fruits"
            remedy = "train the transformer: tom train LOG --out RUN, without --network filter"
            raise FunhouseError(what, remedy=remedy)
        tastes = ", ".join(self.space.traits["taste"])
        self.kind = f"an orchard of {self.orchard.kinds} kinds with the tastes {tastes} and {self.policy}"
        if self.orchard.marks:
            self.kind += ", with marks"

    def sees(self, episode, me: int) -> np.ndarray:
        return sees(episode, me, self._sight(episode, me))

    def _sight(self, episode, me: int) -> int:
        """0 near, 1 far."""
        return int(self.space.table.sight[self.space.index(episode.agents[me].type)])

    def history(self, episode, me, native=None, through=(), direct=None) -> History:
        native = self.native(episode) if native is None else native
        history = perceived(episode, me, self._sight(episode, me), self.policy.window, native, through, direct)
        if not self.orchard.marks:
            return history
        feels = self.space.feels(self.space.index(episode.agents[me].type))
        known = episode.mark[history.step, history.agent] & ((history.agent != me) | feels)
        return replace(history, look=with_bodies(history.look, known, self.orchard.kinds))

    def network(self, vocabulary: Vocabulary) -> dict:
        traits = tuple(map(len, self.space.traits.values()))
        size = {"traits": traits, "kinds": self.orchard.kinds, "gamma": self.policy.gamma}
        bodies = {"actions": len(self.orchard.action_names), "kinds": self.orchard.kinds + 2}
        return size | bodies if self.orchard.marks else size
