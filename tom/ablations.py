"""The mind with something taken away: controls that should do worse than the mind does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from agents.answer import Question
from tom.filter.relations import ABSENT, BARS, RELATIONS, question_relations
from tom.filter.vocabulary import BLANK
from worlds.base_episode import BaseEpisode

if TYPE_CHECKING:
    from tom.mind import Mind

Edit = Callable[[dict, dict], None]  # changes the tensors of events and questions, in place


class Blanked:
    """A mind from which something is taken away; it answers and describes as any mind does."""

    def __init__(self, mind: Mind, name: str, edit: Edit | None, turned: int = 0):
        self.mind, self.name, self.edit, self.turned = mind, name, edit, turned

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, actions) float64."""
        return self.mind.answer(episode, questions, self.edit, self.turned)

    def traits(
        self, episode: BaseEpisode, agent: int, steps: Sequence[int], who: Sequence[int]
    ) -> dict[str, np.ndarray]:
        """What an agent says at each step of each `who`: {trait: (q, values) float64 probabilities}."""
        return self.mind.traits(episode, agent, steps, who, self.edit, self.turned)


def _no_history(event: dict, question: dict) -> None:
    question["relation"][:, BARS] = 1.0


def _no_own_actions(event: dict, question: dict) -> None:
    own, rows = event["own"][..., 1][:, None], event["rows"]
    question["relation"][:, BARS] = torch.maximum(question["relation"][:, BARS], own)
    if _compares(question):
        nothing = rows["blocked"].shape[1]
        event["rows"] = rows | {"mine": torch.full_like(rows["mine"], nothing)}


def _no_prompt(event: dict, question: dict) -> None:
    question["texts"] = torch.cat([question["texts"], torch.zeros_like(question["texts"][:1])])
    question["texts"][-1, 0] = BLANK
    question["text"] = torch.full_like(question["text"], len(question["texts"]) - 1)
    question["slot"] = torch.full_like(question["slot"], ABSENT)
    question["relation"] = question_relations(event, question, question["relation"].dtype, _compares(question))


def _compares(question: dict) -> bool:
    """Whether the question is put to a mind that reads acts beside its own."""
    return question["relation"].shape[1] > RELATIONS + 1


CONTROLS: dict[str, tuple[Edit | None, int]] = {
    "mind, no history": (_no_history, 0),
    "mind, no prompt": (_no_prompt, 0),
    "mind, names shuffled": (None, 1),
    "mind, own actions blanked": (_no_own_actions, 0),
}
