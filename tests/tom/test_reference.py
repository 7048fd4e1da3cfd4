"""The mind that ships: what it knows of others it has from the history, and without the history that is lost."""

from functools import lru_cache

import numpy as np
import pytest

import tom
from agents import Question, type_space
from agents.answer import Reasoned, Truth, resolve
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from agents.orchard.run import RunConfig
from agents.partial import PRIOR_ALONE
from agents.registry import perceives, reasoner_of
from analysis.scores.measures import divergence

STEPS = (20, 40, 60)


@lru_cache(maxsize=1)
def episodes() -> list:
    """Some episodes of the default world in the test split."""
    run = RunConfig(*PRESETS["blind"], seed=77, split="test")
    return rollout(run.orchard, run.population, run.policy, run.seed, run.split, 0, 12)


def asked(episode, prompt: str) -> list[Question]:
    """A prompt about each other agent, put to the first two."""
    names = episode.names
    return [Question(me, t, prompt.format(one)) for me in names[:2] for one in names if one != me for t in STEPS]


def far(answerer, prompt: str) -> float:
    """The mean KL divergence from the truth, nats."""
    parts = []
    for episode in episodes():
        questions = [q for q in asked(episode, prompt) if prompt.startswith("behave") or _perceived(episode, q)]
        truth = Truth(type_space(episode)).answer(episode, questions)
        parts.append(divergence(truth, answerer(episode, questions)))
    return float(np.concatenate(parts).mean())


def _perceived(episode, question: Question) -> bool:
    return perceives(episode, episode.find(question.agent), episode.find(question.prompt.split()[-1]), question.step)


def ignorant(episode, questions):
    """Exact reasoning that has observed nobody."""
    queries = [resolve(episode, question) for question in questions]
    return reasoner_of(type_space(episode)).enact(episode, queries, without=PRIOR_ALONE)


@pytest.mark.parametrize("prompt", ["predict {}", "behave as {}"])
def test_without_attention_to_the_history_it_falls_to_knowing_nobody(prompt):
    mind = tom.load()
    without = next(one for one in mind.controls() if one.name == "mind, no history")
    whole, blanked, nobody = (far(one, prompt) for one in (mind.answer, without.answer, ignorant))
    assert whole < nobody - 0.02, (whole, blanked, nobody)
    assert blanked > nobody - 0.1, (whole, blanked, nobody)


def test_it_predicts_no_worse_than_exact_reasoning_from_the_same_percepts():
    """Which does not know what it cannot see, and is too sure."""

    def reasoned(episode, questions):
        return Reasoned(type_space(episode)).answer(episode, questions)

    assert far(tom.load().answer, "predict {}") < far(reasoned, "predict {}")


def test_unseen_wordings_are_answered_as_those_of_training():
    mind = tom.load()
    trained, unseen = (far(mind.answer, prompt) for prompt in ("behave as {}", "behave like {}"))
    assert abs(trained - unseen) < 0.1
