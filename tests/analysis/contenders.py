"""Small logs, and answerers whose scores are known."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from agents import (
    Answerer,
    PolicyConfig,
    PopulationConfig,
    Question,
    Reasoned,
    resolve,
    type_space,
)
from agents.orchard.rollout import rollout
from agents.partial import PRIOR_ALONE
from agents.registry import reasoner_of
from worlds import Episode, OrchardConfig


def episodes(count: int, split: str = "validation", first: int = 0, **orchard) -> list[Episode]:
    """Episodes of a small world with rooms."""
    config = OrchardConfig(**{"agents": 6, "steps": 24, "height": 9, "width": 9, "fruits": 4, **orchard})
    return rollout(config, PopulationConfig(), PolicyConfig(), 7, split, first, count)


class Ignorant:
    """The ignorant shortcut as an answerer."""

    name = "ignorant twin"

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        queries = [resolve(episode, question) for question in questions]
        return reasoner_of(type_space(episode)).enact(episode, queries, without=PRIOR_ALONE)


class Blend:
    """A share of one answerer and the rest of another."""

    def __init__(self, one: Answerer, other: Answerer, share: float, name: str = "mind"):
        self.one, self.other, self.share, self.name = one, other, share, name

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        one, other = self.one.answer(episode, questions), self.other.answer(episode, questions)
        return self.share * one + (1 - self.share) * other


class Fixed:
    """One and the same answer to everything."""

    def __init__(self, answer: Sequence[float], name: str = "fixed"):
        self.row, self.name = np.array(answer, float), name

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        return np.tile(self.row, (len(questions), 1))


def named(answerer: Answerer, name: str) -> Answerer:
    """The same answerer under another name."""
    answerer.name = name
    return answerer


@lru_cache(maxsize=4)
def with_copies(count: int = 6, split: str = "validation", first: int = 0) -> list[Episode]:
    """Episodes in which four agents are said to be copies: of exact reasoning, which is what they are."""
    return [marked(one, 4) for one in episodes(count, split, first, agents=7, steps=32)]


def marked(episode: Episode, copies: int) -> Episode:
    """The episode in which the first so many agents are said to be copies of a mind."""
    agents = [replace(agent, mind="5" * 64 if i < copies else "") for i, agent in enumerate(episode.agents)]
    return replace(episode, agents=agents)


def exactly(name: str = "mind") -> Answerer:
    """Exact reasoning, as the mind that is copied."""
    return named(Reasoned(type_space(with_copies()[0])), name)
