"""returns: one is asked for exactly so many fruits, none to all, at the first step, and acts on it.

Every number of an episode is asked for, as a return is, in as many steps as the episode has. Apart from that, the
same wishes are put to agents whose acts slip, where nobody acts: there asked and best are both exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.answer import Question
from agents.language.wishes import parse_wish, say_wish
from agents.orchard.wishing import Reply, SoloOrchard
from agents.wishes.answer import WishAnswer
from agents.wishes.wish import Collect, Wish
from analysis.just_ask.asking import Lone, exactly
from analysis.just_ask.returns.thresholds import COMMON
from analysis.probes.orchard import types_of
from worlds import Episode


@dataclass(frozen=True)
class Design(Lone):
    """What is asked."""

    episodes: int = 5


def asked_of(episode: Episode, design: Lone, seed: int) -> Iterator[tuple[Question, WishAnswer]]:
    """The wishes of an episode that are not too rare, with what is exact about each."""
    for words in returns(episode):
        question = Question(episode.names[0], 0, words)
        answer = exactly(episode, question)
        if answer is not None and answer.chance >= COMMON:
            yield question, answer


def returns(episode: Episode) -> list[str]:
    """Every number of fruits, in words."""
    most = min(int((episode.fruit[0] >= 0).sum()), episode.steps)
    return [say_wish(Wish((Collect(number, number),), episode.steps)) for number in range(most + 1)]


def replies(episode: Episode, slip: float) -> list[Reply]:
    """The exact answers where so many of the acts turn out as one drawn at random, for those not too rare."""
    space = types_of(episode)
    turns_out = np.eye(episode.actions) * (1 - slip) + slip / episode.actions
    ground, fruit = episode.geometry, episode.fruit[0].ravel()
    solo = SoloOrchard(space, ground, episode.walls.shape, fruit, turns_out=turns_out if slip else None)
    belief, cell = np.ones(len(space)) / len(space), int(episode.cell[0, 0])
    found = [solo.reply(belief, cell, parse_wish(words).clauses, episode.steps) for words in returns(episode)]
    return [one for one in found if one.chance >= COMMON]
