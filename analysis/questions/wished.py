"""Wishes drawn from a log and put to everybody: a survey of the stance do, whose depth is the number of clauses.

Wishes are drawn first, from what can be wished for at a step, and not among those that came true: what came true
anyway asks for little. One that nobody who is believed in would bring about has no do, and another is drawn for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from agents.answer import Answerer, Question, resolve
from agents.language.wishes import ALL, HELD_OUT, TRAINING, parse_wish, say_wish
from agents.query import DO
from agents.registry import type_space, world_of
from agents.wishes.answer import WishAnswer, exact_wish
from agents.wishes.drawing import MOST_CLAUSES, drawn_wish
from agents.wishes.inexact import Inexact
from analysis.contenders.calibrating import CALIBRATED, REASONER
from analysis.contenders.shortcuts import BASE, MIXTURE
from analysis.questions.sampling import Asked, Sampling
from analysis.questions.survey import TRUTH, Progress, Survey, bound
from analysis.scores.measures import checked
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode

OFTEN = 8  # questions of an episode for which one wish is drawn
UNIFORM, OTHER = "uniform", "another wish"
FORMS = {"all": ALL, "trained": TRAINING, "held-out": HELD_OUT}
TRIES = 8  # for a wish that has an answer


class AnotherWish:
    """A control that must score as chance: somebody who is asked for another wish of the same step."""

    wishes = True

    def __init__(self, answerer: Answerer):
        self.answerer, self.name = answerer, f"{answerer.name}, {OTHER}"

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, actions) float64."""
        generator = np.random.default_rng([int(episode.seed), len(questions)])
        return self.answerer.answer(episode, [_another(episode, one, generator) for one in questions])


def heed(answerers: Sequence[Answerer]) -> list[Answerer]:
    """Those who answer wishes: they have a true attribute `wishes`."""
    return [one for one in answerers if getattr(one, "wishes", False)]


def wishable(episode: BaseEpisode) -> bool:
    """Whether wishes have exact answers in an episode."""
    try:
        world_of(episode).wishing(episode, 0, 0)
    except FunhouseError:
        return False
    return True


def ask_wishes(
    log: Sequence[BaseEpisode],
    answerers: Sequence[Answerer] = (),
    controls: Sequence[Answerer] = (),
    sampling: Sampling | None = None,
    progress: Progress | None = None,
) -> Survey | None:
    """The survey of a log's wishes, one for each OFTEN questions; None where none can be drawn."""
    sampling = sampling or Sampling()
    count, pages = len(log) if sampling.episodes is None else min(sampling.episodes, len(log)), []
    for place in range(count):
        episode = log[place]
        if told := drawn(episode, sampling):
            pages.append(_page(place, episode, told, answerers, controls))
        if progress:
            progress(place + 1, count)
    return bound(pages) if pages else None


Told = tuple[Asked, WishAnswer]


def drawn(episode: BaseEpisode, sampling: Sampling) -> list[Told]:
    """The wishes of an episode, as many of each number of clauses, and what is exact about each."""
    space, name = type_space(episode), episode.names[0]
    if sampling.types == "held-out" and not space.held_out[space.index(episode.agents[0].type)]:
        return []
    generator = np.random.default_rng([sampling.seed, int(episode.seed), len(DO)])
    told: list[Told] = []
    due = max(sampling.questions // OFTEN, MOST_CLAUSES)
    for _ in range(due * TRIES):
        clauses, step = 1 + len(told) % MOST_CLAUSES, int(generator.integers(episode.steps))
        ground = world_of(episode).wishing(episode, 0, step)
        if wish := drawn_wish(ground, generator, clauses):
            words = say_wish(wish, int(generator.integers(1 << 62)), FORMS[sampling.paraphrases])
            question, answer = Question(name, step, words), _exact(episode, name, step, words)
            if answer is not None and answer.probabilities is not None:
                told.append((Asked(question, resolve(episode, question), step, -1), answer))
        if len(told) == due:
            break
    return told


def _exact(episode: BaseEpisode, name: str, step: int, words: str) -> WishAnswer | None:
    """The exact answer; None where it would take too much room."""
    try:
        return exact_wish(episode, name, step, words, rollouts=0)
    except Inexact:
        return None


def _another(episode: BaseEpisode, question: Question, generator: np.random.Generator) -> Question:
    """The same question with another wish of as many clauses."""
    ground = world_of(episode).wishing(episode, episode.find(question.agent), question.step)
    wish = parse_wish(question.prompt, episode.names, ground)
    other = drawn_wish(ground, generator, len(wish.clauses)) or wish
    return replace(question, prompt=say_wish(other, int(generator.integers(1 << 62)), TRAINING))


def _page(
    place: int, episode: BaseEpisode, told: Sequence[Told], answerers: Sequence[Answerer], controls: Sequence[Answerer]
) -> Survey:
    asked, exact = [one for one, _ in told], [answer for _, answer in told]
    questions, nobody = [one.question for one in asked], np.full((len(asked), episode.actions), np.nan)
    answer = {
        one.name: checked(one.answer(episode, questions), len(asked), one.name, episode.actions)
        for one in (*answerers, *controls)
    }
    names = dict.fromkeys(name for one in exact for name in one.shortcuts)
    answer |= {name: np.array([_row(one.shortcuts.get(name), episode.actions) for one in exact]) for name in names}
    answer |= {UNIFORM: np.full_like(nobody, 1 / episode.actions), REASONER: nobody, TRUTH: nobody}
    kind = {one.name: "mind" for one in answerers} | {one.name: "control" for one in controls}
    kind |= dict.fromkeys((REASONER, TRUTH, CALIBRATED), "oracle")
    columns: dict[str, Any] = {
        "episode": np.full(len(asked), place),
        "stance": np.full(len(asked), DO),
        "depth": np.array([one.query.depth for one in asked]),
        "observed": np.array([one.observed for one in asked]),
        "sight": np.full((len(asked), 2), -1),
        "species": world_of(episode).species(episode)[[one.query.agent for one in asked]],
        "action": np.full(len(asked), -1),
        "choice": np.tile(np.arange(episode.actions), (len(asked), 1)),
        "truth": np.array([_row(one.probabilities, episode.actions) for one in exact]),
        "legal": np.array([episode.mask_of(one.query.agent, one.query.step) for one in asked]),
    }
    kind |= {name: "shortcut" for name in (*answer, BASE, MIXTURE) if name not in kind}
    return Survey(**columns, answer=answer, guess={}, kind=kind, asked=tuple(asked), members=(episode,))


def _row(chances: dict[str, float] | None, actions: int) -> np.ndarray:
    """(actions,): chances by the names of the actions, NaN where nobody says any."""
    return np.full(actions, np.nan) if chances is None else np.array(list(chances.values()))
