"""A mind with something taken away: controls that should do worse than the mind does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from agents.answer import Question
from worlds.base_episode import BaseEpisode

if TYPE_CHECKING:
    from tom.base_mind import BaseMind

Edit = Callable[[dict, dict], None]  # changes the tensors of events and questions, in place
NO_HISTORY, NO_PROMPT = "mind, no history", "mind, no prompt"
SHUFFLED, NO_OWN_ACTIONS = "mind, names shuffled", "mind, own actions blanked"


class Blanked:
    """A mind from which something is taken away; it answers and describes as any mind does."""

    def __init__(self, mind: BaseMind, name: str, edit: Edit | None, turned: int = 0):
        self.mind, self.name, self.edit, self.turned = mind, name, edit, turned

    @property
    def wishes(self) -> bool:
        """Whether it answers wishes, in which nobody is named."""
        return self.mind.wishes and not self.turned

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, actions) float64."""
        return self.mind.answer(episode, questions, self.edit, self.turned)

    def traits(
        self, episode: BaseEpisode, agent: int, steps: Sequence[int], who: Sequence[int]
    ) -> dict[str, np.ndarray]:
        """What an agent says at each step of each `who`: {trait: (q, values) float64 probabilities}."""
        return self.mind.traits(episode, agent, steps, who, self.edit, self.turned)
