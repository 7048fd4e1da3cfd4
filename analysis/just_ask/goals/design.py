"""goals: one is asked to be in a place after so many steps, at the first step, and acts on it.

Places are drawn from those that the map has, deadlines from the steps that there are; a wish that nobody who is
believed in would bring about is drawn again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.answer import Question
from agents.registry import world_of
from agents.wishes.answer import WishAnswer
from analysis.just_ask.asking import Lone, exactly
from worlds import Episode

TRIES = 16


@dataclass(frozen=True)
class Design(Lone):
    """What is asked."""


def asked_of(episode: Episode, design: Lone, seed: int) -> Iterator[tuple[Question, WishAnswer]]:
    """The wishes of an episode, with what is exact about each."""
    generator, due = np.random.default_rng([seed, int(episode.seed)]), design.wishes
    places = sorted(world_of(episode).wishing(episode, 0, 0).places)
    for _ in range(due * TRIES):
        place, steps = places[generator.integers(len(places))], int(generator.integers(2, episode.steps + 1))
        question = Question(episode.names[0], 0, f"end in the {place} in {steps} steps")
        answer = exactly(episode, question) if due else None
        if answer is not None and answer.chance > 0:
            due -= 1
            yield question, answer
