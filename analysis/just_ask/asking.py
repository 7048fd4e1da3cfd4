"""Who is asked for wishes beside a mind, in which episodes, and what comes of acting on what they say.

The world is the default one with one agent, one fruit of each kind and no regrowth: what is best and how likely it is
is exact there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agents.answer import Question
from agents.language.wishes import parse_wish, say_wish
from agents.orchard.hindsight import events
from agents.orchard.presets import DEFAULT, preset
from agents.orchard.rollout import rollout
from agents.registry import world_of
from agents.wishes.answer import WishAnswer, exact_wish
from agents.wishes.inexact import Inexact
from agents.wishes.progress import progress as restated
from agents.wishes.wish import Wish, beyond, contradiction
from analysis.probes.probe import Trial
from analysis.questions.wished import AnotherWish
from analysis.scores.acting import acted, taken_over
from worlds import Episode

DO, NO_WISH, FILTERED = "do", "no wish", "filtered cloning"
SHUFFLED = "do, another wish"
NOTHING = "collect at least 0 fruits"  # a wish that asks for nothing


@dataclass(frozen=True)
class Lone:
    """The episodes of an experiment."""

    steps: int = 12
    episodes: int = 8  # of each seed
    wishes: int = 2  # of each episode
    seeds: int = 5
    fruits: int = 1  # of each kind


def episodes(trial: Trial) -> Iterator[tuple[int, int, Episode]]:
    """(place, seed, episode), seed by seed."""
    design, count = trial.design, trial.count(trial.design.episodes)
    settings = {"agents": 1, "fruits": design.fruits, "regrow": False, "steps": design.steps}
    orchard, policy, population = preset(DEFAULT, settings, population={"switch": design.steps})
    made = (
        (seed, episode)
        for seed in trial.seeds
        for episode in rollout(orchard, population, policy, seed, trial.settings.split, 0, count)
    )
    for place, (seed, episode) in enumerate(trial.watched(made, count * len(trial.seeds))):
        yield place, seed, episode


class Exact:
    """Somebody who knows do."""

    name, wishes = DO, True

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions (q, actions) float64; uniform where a wish can come true no more."""
        return np.array([self._row(episode, one) for one in questions])

    def _row(self, episode: Episode, one: Question) -> np.ndarray:
        told = exact_wish(episode, one.agent, one.step, one.prompt, rollouts=0).probabilities
        return np.full(episode.actions, 1 / episode.actions) if told is None else np.array(list(told.values()))


class NoWish(Exact):
    """Cloning: whatever is asked, what the agent itself would do. What it does is native, and so evidence of it."""

    name, native = NO_WISH, True

    def _row(self, episode: Episode, one: Question) -> np.ndarray:
        told = exact_wish(episode, one.agent, one.step, NOTHING, rollouts=0)
        return np.array(list(told.shortcuts[NO_WISH].values()))


def contenders() -> list[Exact | AnotherWish]:
    """Who knows, who is asked for nothing, and who is asked for something else."""
    exact = Exact()
    return [exact, NoWish(), AnotherWish(exact)]


def exactly(episode: Episode, question: Question) -> WishAnswer | None:
    """The exact answer; None where it would take too much room."""
    try:
        return exact_wish(episode, question.agent, question.step, question.prompt, rollouts=0)
    except Inexact:
        return None


def wish_at(episode: Episode, question: Question) -> Wish:
    """The wish that a question asks for, with its deadline."""
    ground = world_of(episode).wishing(episode, 0, question.step)
    wish = parse_wish(question.prompt, episode.names, ground)
    return wish._replace(steps=wish.steps or ground.steps)


def played(
    episode: Episode, question: Question, answerer, generator: np.random.Generator, steps: int | None = None
) -> Episode:
    """The episode in which somebody acts on a wish for as many steps as it has, or for `steps`: at each step it is
    asked for what is left, and an act is drawn. From where nothing is left that can be, it acts as if nobody asked.
    Who has a method `instead` acts by do on the wish that this gives."""
    if instead := getattr(answerer, "instead", None):
        question, answerer = instead(episode, question), Exact()
    left: Wish | None = wish_at(episode, question)
    native, nobody = getattr(answerer, "native", False), NoWish()
    episode = episode if native else taken_over(episode, question.step)
    for step in range(question.step, question.step + (steps or left.steps)):  # type: ignore[union-attr,operator]
        words, who = NOTHING, nobody
        if left is not None and not native and _may_be(episode, step, left):
            words, who = say_wish(left, me=question.agent), answerer
        chances = who.answer(episode, [Question(question.agent, step, words)])[0]
        episode = acted(episode, step, int(generator.choice(len(chances), p=chances / chances.sum())))
        left = left and restated(left, events(episode)[0][step])
    return episode


def _may_be(episode: Episode, step: int, left: Wish) -> bool:
    """Whether what is left of a wish can still be wished for."""
    if not left.steps:
        return False
    ground = world_of(episode).wishing(episode, 0, step)._replace(steps=left.steps)
    return not contradiction(left.clauses) and not beyond(left.clauses, ground)
