"""hint: the same wishes are asked with a hint and without; the exact answer heeds none.

Wishes of one clause are drawn as in the experiment clauses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answer import Question
from agents.language.wishes import say_wish
from agents.registry import world_of
from agents.wishes.drawing import drawn_wish
from agents.wishes.wish import HINTS
from analysis.just_ask.asking import Exact, Lone, exactly
from worlds import Episode

TRIES = 8


@dataclass(frozen=True)
class Design(Lone):
    """What is asked."""

    wishes: int = 4


def asked_of(episode: Episode, design: Lone, seed: int) -> Iterator[tuple[Question, dict[str, Question], np.ndarray]]:
    """The wishes of an episode: without a hint, with each hint, and do."""
    generator, due = np.random.default_rng([seed, int(episode.seed)]), design.wishes
    for _ in range(due * TRIES):
        step = int(generator.integers(episode.steps))
        if due and (wish := drawn_wish(world_of(episode).wishing(episode, 0, step), generator, 1)):
            plain = Question(episode.names[0], step, say_wish(wish))
            answer = exactly(episode, plain)
            if answer is not None and answer.probabilities is not None:
                due -= 1
                hinted = {hint: replace(plain, prompt=say_wish(wish._replace(hint=hint))) for hint in HINTS}
                yield plain, hinted, np.array(list(answer.probabilities.values()))


class Heedful(Exact):
    """Somebody made up: with a hint that is no nonsense it answers do, and otherwise what is half uniform."""

    name = "heeds hints, made up"

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        exact = super().answer(episode, questions)
        heeds = np.array([one.prompt.endswith(("an expert would", "never seen before")) for one in questions])
        return np.where(heeds[:, None], exact, 0.5 * exact + 0.5 / episode.actions)
