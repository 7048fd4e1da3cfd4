"""Filtered cloning: act as those did who got much, whatever is asked.

Of the steps that the wish has, the filter keeps the episodes in which at least n fruits are eaten, n being the most
that a tenth of them or more comes to: cloning these is do of that one wish, always the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agents.answer import Question
from agents.wishes.answer import WishAnswer, exact_wish
from analysis.just_ask.asking import FILTERED, Exact, wish_at
from analysis.just_ask.returns.thresholds import TENTH
from worlds import Episode


class Filtered(Exact):
    """Who clones the tenth with the most fruits."""

    name = FILTERED

    def instead(self, episode: Episode, question: Question) -> Question:
        """What it is asked for once and for all, whatever the question asks for."""
        return replace(question, prompt=filtered(episode, question).prompt)

    def _row(self, episode: Episode, one: Question) -> np.ndarray:
        answer = filtered(episode, one)
        assert answer.probabilities is not None
        return np.array(list(answer.probabilities.values()))


def filtered(episode: Episode, question: Question) -> WishAnswer:
    """The exact answer to what filtered cloning is always asked for, in as many steps as the wish has."""
    steps, left = wish_at(episode, question).steps or 1, int((episode.fruit[question.step] >= 0).sum())
    for number in range(min(steps, left), 0, -1):
        words = f"collect at least {number} fruits in {steps} steps"
        answer = exact_wish(episode, question.agent, question.step, words, rollouts=0)
        if answer.chance >= TENTH:
            return answer
    return exact_wish(episode, question.agent, question.step, f"collect at least 0 fruits in {steps} steps", rollouts=0)
