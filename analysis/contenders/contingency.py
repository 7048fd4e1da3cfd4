"""Agents that test whether a mirror image does what they do, and as far as it does take it for themselves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from agents.answer import Answerer, Question, resolve
from agents.language.prompt import say
from agents.query import Query
from agents.registry import reasoner_of, type_space
from analysis.questions.perception import Perception
from analysis.scores.measures import LEAST, smoothed
from worlds import Agent, Episode
from worlds.orchard.geometry import STEPS
from worlds.orchard.marks import WASH
from worlds.orchard.mirror import REFLECTED, life_of, reflected

CONTINGENCY, LAG = "contingency agent", "lag-correlation detector"
SLIP = 0.05  # the chance with which a reflection is allowed to do something else
FIRST = 0.5  # that an image is oneself, before anything is seen
FLOOR = 0.05  # of a decided answer, spread over all actions
_MOVE = np.vstack([STEPS[:5], [[0, 0]]]).astype(float)  # of each action; who washes stays


class Detector(Protocol):
    """Says how far an image is the agent itself."""

    name: str

    def score(self, episode: Episode, agent: int, image: int) -> np.ndarray:
        """Before the acts of each step, (t,): the larger, the likelier."""
        ...

    def share(self, score: np.ndarray) -> np.ndarray:
        """The weight of oneself in the answer as the image, in [0, 1]."""
        ...


class ContingencyTest:
    """The odds that an image's track is the agent's own, reflected: step by step, against an independent agent.

    Reflected, each act and each cell is as the agent's own but for slips; an independent agent does what exact
    reasoning predicts of it from what it has done, and its cell tells nothing more. Scores are log odds.
    """

    name = CONTINGENCY

    def score(self, episode: Episode, agent: int, image: int) -> np.ndarray:
        own, shown = reflected(life_of(episode, agent)), life_of(episode, image)
        seen = Perception(episode).sees[:, agent, image]
        when = np.flatnonzero(seen)
        asked = [Query("predict", agent, int(t), (image,), 1) for t in when]
        odds = np.zeros(episode.steps)
        if len(when):
            expected = reasoner_of(type_space(episode)).enact(episode, asked)[np.arange(len(when)), shown.action[when]]
            same = (own.action == shown.action) & (own.cell == shown.cell)
            slip = SLIP / (episode.actions - 1)
            odds[when] = np.log(np.where(same[when], 1 - SLIP, slip)) - np.log(expected)
        return np.log(FIRST / (1 - FIRST)) + np.cumsum(odds) - odds

    def share(self, score: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-score))


class LagCorrelation:
    """The correlation of an image's moves with the agent's own, reflected, at that lag at which it is largest."""

    name = LAG

    def __init__(self, lags: Sequence[int] = (0, 1, 2, 4, 8)):
        self.lags = lags

    def score(self, episode: Episode, agent: int, image: int) -> np.ndarray:
        own, shown = _MOVE[REFLECTED[episode.action[:, agent]]], _MOVE[episode.action[:, image]]
        shown[~Perception(episode).sees[:, agent, image]] = 0.0
        return np.array([max(_cosine(own[: t - lag], shown[lag:t]) for lag in self.lags) for t in range(episode.steps)])

    def share(self, score: np.ndarray) -> np.ndarray:
        return np.clip(score, 0.0, 1.0)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Of two tracks of moves, (t, 2); 0 where there is none."""
    if len(one) != len(other) or not (size := np.linalg.norm(one) * np.linalg.norm(other)):
        return 0.0
    return float((one * other).sum() / size)


class Recogniser:
    """Exact reasoning, but that an image is oneself as far as a detector says so.

    To that share it behaves as the image as itself, and washes where it sees a mark on the image.
    """

    def __init__(self, detector: Detector):
        self.detector, self.name = detector, detector.name
        self._asked: tuple[Episode, tuple[int, int], np.ndarray] | None = None  # what it was last asked about

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, actions) float64."""
        queries = [resolve(episode, question) for question in questions]
        said = reasoner_of(type_space(episode)).enact(episode, queries)
        for q, one in enumerate(queries):
            for image in episode.images:
                if one.chain in ((), (image,)):
                    share = self._shares(episode, one.agent, image)[one.step]
                    said[q] = (1 - share) * said[q] + share * self._itself(episode, one, image, said[q])
        return said

    def _itself(self, episode: Episode, query: Query, image: int, said: np.ndarray) -> np.ndarray:
        """What it does, or will be seen to do, if the image is itself, (actions,); exact reasoning answers `said`."""
        if episode.mark[query.step, image] and Perception(episode).sees[query.step, query.agent, image]:
            return smoothed(np.array([WASH]), np.full((1, episode.actions), 1 / episode.actions), FLOOR)[0]
        if not query.chain:
            return said
        myself = replace(query, stance="behave", chain=(), depth=0)
        mine = reasoner_of(type_space(episode)).enact(episode, [myself])[0]
        return mine[REFLECTED[: len(mine)]] if query.stance == "predict" else mine

    def _shares(self, episode: Episode, agent: int, image: int) -> np.ndarray:
        """(t,): to what share the image is itself, before the acts of each step."""
        if self._asked is None or self._asked[0] is not episode or self._asked[1] != (agent, image):
            score = self.detector.score(episode, agent, image)
            self._asked = episode, (agent, image), self.detector.share(score)
        return self._asked[2]


def oneself(one: Answerer, episode: Episode, agent: int, image: int, another: Agent) -> float:
    """How far an image is the agent itself, the more, the more: to a detector, or by how much likelier its acts are as
    the agent's own, put in the image's place, than as another's."""
    if isinstance(one, Recogniser):
        return float(one.detector.score(episode, agent, image)[-1])
    mine, theirs = (_likelihood(one, episode, image, persona) for persona in (episode.agents[agent], another))
    return mine - theirs


def _likelihood(one: Answerer, episode: Episode, image: int, persona: Agent) -> float:
    """The mean log likelihood of an image's acts as those of such an agent in its place."""
    name, steps = episode.names[image], range(episode.steps)
    agents = [*episode.agents[:image], replace(persona, name=name), *episode.agents[image + 1 :]]
    asked = [Question(name, step, say("behave", (), me=name)) for step in steps]
    chance = one.answer(replace(episode, agents=agents), asked)[steps, episode.action[:, image]]
    return float(np.log(np.maximum(chance, LEAST)).mean())
