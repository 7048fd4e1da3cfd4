"""The controls that change words: each does what it says, each broken one is caught, and each scores as it must."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from agents import Question, Truth, resolve, type_space
from agents.language.description import parse_description
from agents.orchard import exchanging
from agents.orchard.presets import preset
from agents.orchard.rollout import rollout
from agents.registry import world_of
from analysis.contenders import exchanged
from analysis.contenders.exchanged import DescriptionsExchanged, FirstNameExchanged, exchanges
from analysis.questions.perception import Perception
from analysis.questions.sampling import Draw, Sampling
from analysis.questions.survey import put
from analysis.scores.fidelity import score
from tests.analysis.contenders import Fixed, episodes, named
from worlds import Episode
from worlds.base_episode import BaseEpisode

WORLDS = ("near-far", "blind")


class Listener(Fixed):
    """Somebody who keeps what it is asked, and of which episode."""

    def __init__(self, actions: int):
        super().__init__([1 / actions] * actions, "listener")
        self.episode: BaseEpisode | None = None
        self.asked: list[Question] = []

    def answer(self, episode: BaseEpisode, questions: Sequence[Question]) -> np.ndarray:
        self.episode, self.asked = episode, list(questions)
        return super().answer(episode, questions)


@pytest.fixture(scope="module", params=WORLDS)
def episode(request) -> Episode:
    orchard, policy, population = preset(request.param, {"steps": 24})
    return rollout(orchard, population, policy, 7, "validation", 0, 1)[0]


@pytest.fixture(scope="module")
def questions(episode) -> list[Question]:
    """Of every depth, with descriptions among names."""
    return [one.question for one in Draw(episode, Sampling(questions=120, description_share=0.5)).asked()]


def heard(control: Callable, episode: Episode, questions: list[Question]) -> tuple[Listener, list[Question]]:
    """What reaches whoever a control stands for, and the questions, as they were, that have a part in it."""
    listener = Listener(episode.actions)
    said = control(listener).answer(episode, questions)
    return listener, [one for one, row in zip(questions, said, strict=True) if np.isfinite(row).all()]


def check_first_name(episode: Episode, before: list[Question], listener: Listener) -> None:
    """The first agent that is named is another, whom the asked one knows and who is of its kind; nothing else is."""
    assert len(before) == len(listener.asked) > 40
    perception = Perception(episode)
    for one, other in zip(before, listener.asked, strict=True):
        old, new = resolve(episode, one), resolve(episode, other)
        first = next(place for place, who in enumerate(old.chain) if who != old.agent and isinstance(who, int))
        assert new.depth == old.depth
        assert new == replace(old, chain=(*old.chain[:first], new.chain[first], *old.chain[first + 1 :]))
        assert new.chain[first] not in (old.chain[first], old.agent)
        assert perception.known[old.step, old.agent, new.chain[first]]
        assert perception.species[new.chain[first]] == perception.species[old.chain[first]]
        assert len(one.prompt.split()) == len(other.prompt.split())


def check_descriptions(episode: Episode, before: list[Question], listener: Listener) -> None:
    """Every description says the next sense in the place of each that it said, and nothing else is changed."""
    assert len(before) == len(listener.asked) > 40
    traits, world = type_space(episode).traits, listener.episode
    senses = {name: traits[name] for name in ("sight", "blindness") if name in traits}

    def otherwise(text: str) -> dict[str, str]:
        said = parse_description(text)
        after = {name: values[(values.index(said[name]) + 1) % len(values)] for name, values in senses.items()
                 if name in said}  # fmt: skip
        return said | after

    for old, new in zip(episode.agents, world.agents, strict=True):
        assert parse_description(new.description) == otherwise(old.description)
        assert replace(new, description="") == replace(old, description="")
    for one, other in zip(before, listener.asked, strict=True):
        old, new = resolve(episode, one), resolve(world, other)
        pairs = zip(old.chain, new.chain, strict=True)
        for who, then in pairs:
            assert (parse_description(then) == otherwise(who)) if isinstance(who, str) else then == who
        assert replace(new, chain=()) == replace(old, chain=())


CHECKS = {FirstNameExchanged: check_first_name, DescriptionsExchanged: check_descriptions}


@pytest.mark.parametrize("control", CHECKS, ids=lambda one: one.__name__)
def test_a_control_changes_what_it_says_and_nothing_else(episode, questions, control):
    listener, before = heard(control, episode, questions)
    CHECKS[control](episode, before, listener)


def itself(perception, query, place, named):
    return named


def the_asked_one(perception, query, place, named):
    return query.agent


def a_stranger(perception, query, place, named):
    unknown = np.flatnonzero(~perception.known[query.step, query.agent])
    return int(unknown[0]) if len(unknown) else named


def the_last(question, name, other):
    found = list(re.finditer(r"\b[A-Z]\w+\b", question.prompt))[-1]
    return question.prompt[: found.start()] + other + question.prompt[found.end() :]


def prompts_alone(episode, questions):
    return episode, exchanged_both(episode, questions)[1]


def told_alone(episode, questions):
    return exchanged_both(episode, questions)[0], list(questions)


exchanged_both = exchanged.told_otherwise

BROKEN = {
    "the first name exchanged for itself": (FirstNameExchanged, "_another", itself),
    "the first name exchanged for the asked one's": (FirstNameExchanged, "_another", the_asked_one),
    "the first name exchanged for a stranger's": (FirstNameExchanged, "_another", a_stranger),
    "the last name exchanged": (FirstNameExchanged, "_renamed", the_last),
    "only prompts exchanged": (DescriptionsExchanged, "told_otherwise", prompts_alone),
    "only what the agent is told of itself exchanged": (DescriptionsExchanged, "told_otherwise", told_alone),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_control_is_caught(episode, questions, broken, monkeypatch):
    control, part, instead = BROKEN[broken]
    monkeypatch.setattr(exchanged, part, instead)
    listener, before = heard(control, episode, questions)
    with pytest.raises(AssertionError):
        CHECKS[control](episode, before, listener)


def up_to_the_first_noun(text, *settings):
    head, noun, rest = text.partition(" agent")
    return EXCHANGED_WORDS(head, *settings) + noun + rest


def of_the_first_wordings_alone(text, *settings):
    others = re.search(r"short|long|close|away|cannot|overlook|no eye|-blind", text)
    return text if others else EXCHANGED_WORDS(text, *settings)


EXCHANGED_WORDS = exchanging.exchanged_words


@pytest.mark.parametrize("instead", [up_to_the_first_noun, of_the_first_wordings_alone], ids=lambda one: one.__name__)
def test_a_control_that_exchanges_only_some_descriptions_is_caught(episode, questions, instead, monkeypatch):
    monkeypatch.setattr("agents.orchard.world.exchanged_words", instead)
    listener, before = heard(DescriptionsExchanged, episode, questions)
    with pytest.raises(AssertionError):
        check_descriptions(episode, before, listener)


def test_exchanged_as_often_as_there_are_values_a_text_is_the_same(episode):
    traits = type_space(episode).traits
    texts = [one.description for one in episode.agents]
    for _ in range(len(traits.get("sight", traits.get("blindness")))):
        texts = [world_of(episode).exchanged_words(episode, text) for text in texts]
    assert texts == [one.description for one in episode.agents]


def test_where_nobody_else_is_known_or_no_sense_is_named_a_question_is_left_out(log):
    episode = episodes(1, agents=2)[0]
    me, other = episode.names
    step = int(np.flatnonzero(Perception(episode).sees[:, 0, 1])[0])
    asked = [Question(me, step, prompt.format(other)) for prompt in ("behave as {}", "predict {}", "behave as myself")]
    listener = Listener(5)
    assert np.isnan(FirstNameExchanged(listener).answer(episode, asked)).all()
    silent = replace(episode, agents=[replace(one, description="an agent that likes red") for one in episode.agents])
    asked += [Question(me, step, "behave as a short-sighted agent")]
    said = DescriptionsExchanged(listener).answer(silent, asked)
    assert np.isfinite(said).all(axis=1).tolist() == [False, False, False, True]
    assert [one.prompt for one in listener.asked] == ["behave as a long-sighted agent"]


def test_a_control_has_its_row_over_the_questions_that_it_has_a_part_in(log, train_log, truth, shallow):
    mind = named(Truth(type_space(log[0])), "mind")
    settings = {"controls": exchanges(mind), "sampling": replace(shallow, description_share=0.0)}
    rows = {
        (one["stance"], one["depth"], one["contender"]): one
        for one in score(log, [mind], train_log, **settings)["rows"]
    }
    name = "mind, first name exchanged"
    assert ("behave", 0, name) not in rows
    for cell in (("behave", 1), ("predict", 1)):
        assert 0 < rows[*cell, name]["questions"] <= rows[*cell, "mind"]["questions"]
        assert rows[*cell, name]["kind"] == "control"
    assert rows["predict", 1, name]["questions"] < rows["predict", 1, "mind"]["questions"]
    assert rows["behave", 1, name]["skill_high"] < 0 < rows["behave", 1, "mind"]["skill_low"]
    told = rows[
        "behave", 1, "mind, descriptions exchanged"
    ]  # exact reasoning is told of itself by its type, not in words
    assert told["excess_nats"] == pytest.approx(0, abs=1e-9)


def test_with_senses_exchanged_exact_reasoning_answers_otherwise_where_they_are_described(episode):
    deep = Sampling(questions=120, depths=(2,), weights=(1,), stances=("behave",), description_share=1.0)
    asked = Draw(episode, deep).asked()
    truth = named(Truth(type_space(episode)), "truth itself")
    page = put(0, episode, asked, [truth], [DescriptionsExchanged(truth)])
    apart = np.abs(page.answer["truth itself"] - page.answer["truth itself, descriptions exchanged"]).sum(axis=1)
    assert (apart > 0.01).mean() > 0.05


def test_a_control_that_answers_no_question_has_no_row(log, train_log, truth, shallow):
    nothing = named(Fixed([np.nan] * 5), "nothing")
    rows = score(log[:4], [truth], train_log[:4], controls=[nothing], sampling=shallow)["rows"]
    assert "nothing" not in {one["contender"] for one in rows}
