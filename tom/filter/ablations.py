"""What controls of the filter change of what it reads."""

import torch

from tom.blanked import NO_HISTORY, NO_OWN_ACTIONS, NO_PROMPT, SHUFFLED, Edit
from tom.filter.relations import ABSENT, BARS, question_relations
from tom.filter.vocabulary import BLANK


def _no_history(event: dict, question: dict) -> None:
    question["relation"][:, BARS] = 1.0


def _no_own_actions(event: dict, question: dict) -> None:
    own = event["own"][..., 1][:, None]
    question["relation"][:, BARS] = torch.maximum(question["relation"][:, BARS], own)


def _no_prompt(event: dict, question: dict) -> None:
    question["texts"] = torch.cat([question["texts"], torch.zeros_like(question["texts"][:1])])
    question["texts"][-1, 0] = BLANK
    question["text"] = torch.full_like(question["text"], len(question["texts"]) - 1)
    question["slot"] = torch.full_like(question["slot"], ABSENT)
    question["relation"] = question_relations(event, question, question["relation"].dtype)


CONTROLS: dict[str, tuple[Edit | None, int]] = {
    NO_HISTORY: (_no_history, 0),
    NO_PROMPT: (_no_prompt, 0),
    SHUFFLED: (None, 1),
    NO_OWN_ACTIONS: (_no_own_actions, 0),
}
