"""The doors: what is asked in words reaches the mind as questions, and comes back under the right names."""

import numpy as np
import pytest

from agents import Question, Truth, exact, posterior, type_space
from tom import ask
from worlds import ACTIONS, FunhouseError, open_log


class Echo:
    """Answers question q with all weight on action q, and remembers what it was asked."""

    name = "echo"

    def answer(self, episode, questions):
        self.asked = list(questions)
        return np.eye(len(ACTIONS))[: len(questions)]


@pytest.fixture
def episode(logs):
    return open_log(logs["test"])[0]


def test_many_prompts_go_to_the_mind_in_one_call_and_keep_their_order(episode):
    me, other, *_ = episode.names
    prompts = ["behave as myself", f"act like {other}", f"behave as {other} pretending to be me"]
    echo = Echo()
    answers = ask.ask_many(echo, episode, me, 20, prompts)
    assert echo.asked == [Question(me, 20, prompt) for prompt in prompts]
    assert [answer.chain for answer in answers] == [(), (other,), (other, me)]
    assert [answer.depth for answer in answers] == [0, 1, 2]
    for place, answer in enumerate(answers):
        assert answer.probabilities == {action: float(a == place) for a, action in enumerate(ACTIONS)}


def test_asking_the_exact_reasoner_through_the_door_gives_the_exact_answer(episode):
    me, other, *_ = episode.names
    prompt = f"behave as {other} pretending to be me"
    assert ask.ask(Truth(type_space(episode)), episode, me, 20, prompt) == exact(episode, me, 20, prompt)


@pytest.mark.parametrize(
    ("agent", "step", "prompt"),
    [("Nobody", 3, "behave as me"), (None, 999, "behave as me"), (None, 3, "dance")],
)
def test_what_cannot_be_asked_never_reaches_the_mind(episode, agent, step, prompt):
    echo = Echo()
    with pytest.raises(FunhouseError):
        ask.ask(echo, episode, agent or episode.names[0], step, prompt)
    assert not hasattr(echo, "asked")


def test_the_exact_description_is_the_posterior_trait_by_trait(episode):
    me, other, *_ = episode.names
    space, belief = type_space(episode), posterior(episode, me, 20, other)
    said = ask.describe_exactly(episode, me, 20, other)
    assert list(said) == ["taste", "sight", "memory", "temper"]
    for trait, odds in said.items():
        assert sum(odds.values()) == pytest.approx(1)
        for value, chance in odds.items():
            assert chance == pytest.approx(belief[space.consistent({trait: value})].sum())


def test_the_exact_description_before_any_evidence_is_the_prior(episode):
    me, other, *_ = episode.names
    assert ask.describe_exactly(episode, me, 0, other)["sight"] == pytest.approx({"near": 0.5, "far": 0.5})
