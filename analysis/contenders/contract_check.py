"""A contract check for whoever answers questions: run it on a model of your own before its scores are believed."""

from collections.abc import Sequence

import numpy as np

from agents.answer import Answerer, Question
from agents.query import body_of
from analysis.questions.sampling import Asked, Draw, Sampling
from analysis.scores.measures import checked
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

STEADY = 1e-4  # in a probability: what the company of other questions, and their order, may change by rounding


def check_answerer(
    answerer: Answerer, log: Sequence[BaseEpisode], *, episodes: int = 2, sampling: Sampling | None = None
) -> int:
    """Puts questions of the first `episodes` of a log to an answerer; returns how many it answered as it must.

    Answers must be distributions (q, actions), with 0 for what may not be done, and must not depend on what else is
    asked, in what order, or how often. Raises FunhouseError naming the question and what is wrong with its answer.
    """
    if not isinstance(getattr(answerer, "name", None), str) or not answerer.name:
        raise FunhouseError("an answerer needs a name", place=repr(answerer), remedy='give it one: name = "my model"')
    if callable(getattr(log, "__len__", None)) and len(log) < episodes:
        episodes = len(log)
    answered = 0
    for place in range(episodes):
        if asked := Draw(log[place], sampling or Sampling()).asked():
            _check(answerer, log[place], asked)
            answered += len(asked)
    if not answered:
        raise FunhouseError("nothing can be asked of this log", remedy="check the answerer on another")
    return answered


def _check(answerer: Answerer, episode: BaseEpisode, asked: Sequence[Asked]) -> None:
    questions = [one.question for one in asked]
    together = _answers(answerer, episode, questions)
    _answers(answerer, episode, [])
    for q, one in enumerate(asked):
        legal = episode.mask_of(body_of(one.query), one.query.step)
        if (together[q][~legal] > 0).any():
            action = episode.action_names[int(np.flatnonzero(~legal & (together[q] > 0))[0])]
            raise _wrong(answerer, one.question, f"gives a chance to {action}, which may not be done there")
    backwards = _answers(answerer, episode, questions[::-1])[::-1]
    _same(answerer, questions, together, backwards, "is another when the same questions come in another order")
    some = range(0, len(questions), max(1, len(questions) // 4))
    alone = np.stack([_answers(answerer, episode, [questions[q]])[0] for q in some])
    _same(answerer, [questions[q] for q in some], together[list(some)], alone, "is another when it is asked alone")


def _answers(answerer: Answerer, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
    return checked(answerer.answer(episode, questions), len(questions), answerer.name, episode.actions)


def _same(answerer: Answerer, questions: Sequence[Question], one: np.ndarray, other: np.ndarray, what: str) -> None:
    apart = np.abs(one - other).max(1)
    if (worst := int(apart.argmax())) >= 0 and apart[worst] > STEADY:
        raise _wrong(answerer, questions[worst], f"{what}, by {apart[worst]:.2g}")


def _wrong(answerer: Answerer, question: Question, what: str) -> FunhouseError:
    return FunhouseError(
        f'the answer of {answerer.name} to "{question.prompt}" {what}',
        place=f"asked of {question.agent} at step {question.step}",
        remedy="answer each question from its own episode, agent, step and prompt, and from nothing else",
    )
