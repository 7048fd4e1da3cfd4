"""A real environment, from the run to the graphs."""

import pytest

from agents.answer import Truth
from agents.arena.run import ArenaRun
from agents.recording import record
from agents.registry import type_space
from analysis.contenders.one_question import shortcuts_beside
from analysis.figures.gallery import publish
from analysis.questions.sampling import Draw, Sampling
from analysis.scores.fidelity import FAR_FROM_ANY_LOG, examine, training_episodes
from tests.analysis.contenders import named
from worlds import open_log
from worlds.arena import ArenaConfig


@pytest.fixture(scope="module")
def tag(tmp_path_factory):
    pytest.importorskip("mpe2", reason="the arena's environments are an extra")
    run = ArenaRun(ArenaConfig("mpe2.simple_tag_v3", steps=24, visibility="partial"), split="test")
    record(run, folder := tmp_path_factory.mktemp("log") / "tag", 3)
    return open_log(folder)


def test_training_episodes_are_of_the_same_environment_and_of_members_that_training_sees(tag):
    made = training_episodes(tag[0].run, 2)
    assert {one.split for one in made} == {"train"}
    assert min(one.index for one in made) >= FAR_FROM_ANY_LOG
    assert made[0].config == tag[0].config
    bank = type_space(made[0])
    assert bank == type_space(tag)
    assert not any(bank.held_out[bank.index(agent.type)] for one in made for agent in one.agents)


def test_a_log_of_a_real_environment_is_scored_and_drawn(tag, tmp_path):
    mind = named(Truth(type_space(tag)), "mind")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.scores.fidelity.training_episodes", lambda run: training_episodes(run, 4))
        scores = examine(tag, [mind])
    for one in scores.report()["rows"]:
        if one["contender"] == "mind":
            assert one["questions"] > 0
            assert one["excess_nats"] == pytest.approx(0, abs=1e-9)
    names = {path.name for path in publish(scores, tmp_path, episode=tag[0], answerers=[mind])}
    assert {"imitation.png", "chains.graphml", "episode.svg"} <= names


def test_the_shortcuts_stand_beside_an_answer_of_a_real_environment(tag):
    episode = tag[0]
    one = next(one for one in Draw(episode, Sampling(depths=(2,), weights=(1,))).asked() if one.query.depth == 2)
    beside = shortcuts_beside(episode, one.question.agent, one.question.step, one.question.prompt)
    assert set(beside) == {"base rate", "last action", "ignorant", "myself", "sub-chain 1", "sub-chain 2", "mixture"}
    for answer in beside.values():
        assert tuple(answer) == episode.action_names
        assert sum(answer.values()) == pytest.approx(1)
