"""A mind of worlds with marks: what its events tell of them, to whom, and what other minds make of such a log."""

import numpy as np
import pytest

from agents.orchard.rollout import play
from agents.orchard.run import MindsConfig, RunConfig
from agents.population import PopulationConfig
from agents.recording import record, verify
from tom.filter.event_kernels import ELEMENTS
from tom.filter.events import UNREACHED, with_bodies
from tom.filter.inputs import inputs_of
from tom.filter.vocabulary import Vocabulary
from tom.mind import load
from tom.player import Player
from tom.training.train import train
from worlds import FunhouseError, OrchardConfig, open_log
from worlds.orchard.maps import GLASS
from worlds.orchard.marks import WASH

ORCHARD = OrchardConfig(agents=5, steps=24, marks=0.2)
RUN = RunConfig(ORCHARD, seed=4)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A little log with marks."""
    home = tmp_path_factory.mktemp("marks") / "log"
    record(RUN, home, 6, threads=1)
    return home


@pytest.fixture(scope="module")
def run(log, tmp_path_factory):
    """The run of a mind that has taken two steps on it."""
    out = tmp_path_factory.mktemp("runs") / "marks"
    train([log], out, train_steps=2)
    return out


def test_an_event_tells_a_mark_to_whoever_may_know_of_it():
    episode, inputs = play(RUN, 0), inputs_of(RUN.to_dict())
    told = set()
    for me, agent in enumerate(episode.agents):
        history = inputs.history(episode, me)
        body, distance = history.look["kind"][:, -1], history.look["distance"]
        known = (history.agent != me) | (agent.type["feeling"] == "feels")
        marked = episode.mark[history.step, history.agent] & known
        assert np.array_equal(body, 2 + ORCHARD.kinds + marked)
        told |= set(zip((history.agent == me).tolist(), marked.tolist(), strict=True))
        assert (distance[:, -1, WASH] == 0).all()
        assert (distance[:, -1, :WASH] == UNREACHED).all()
        assert np.array_equal(distance[:, :-1, WASH], distance[:, :-1, 0])
        assert history.look["blocked"].shape[1] == 6
    assert told == {(own, marked) for own in (True, False) for marked in (True, False)}


def test_a_world_without_marks_is_read_as_ever():
    plain = RunConfig(OrchardConfig(agents=3, steps=8))
    inputs, marked = inputs_of(plain.to_dict()), inputs_of(RUN.to_dict())
    look = inputs.history(play(plain, 0), 0).look
    assert look["distance"].shape[1:] == (ELEMENTS, 5)
    assert inputs.network(Vocabulary(inputs.words)) == {"traits": (3, 2, 2, 3), "kinds": 3, "gamma": 0.8}
    size = marked.network(Vocabulary(marked.words))
    assert size == {"traits": (3, 2, 2, 3, 2), "kinds": 5, "actions": 6, "gamma": 0.8}
    assert set(marked.words) > set(inputs.words)
    bodies = with_bodies(look, np.zeros(len(look["kind"]), bool), 3)
    assert np.array_equal(bodies["distance"][:, :ELEMENTS, :5], look["distance"])


def test_a_mind_of_marks_answers_with_six_actions_and_describes_feeling(log, run):
    mind, episode = load(run), open_log(log)[0]
    answer = mind.ask(episode, episode.names[0], 9, "behave as a numb agent")
    assert list(answer.probabilities)[-1] == "wash"
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert set(mind.describe(episode, episode.names[0], 9, episode.names[1])["feeling"]) == {"numb", "feels"}


@pytest.mark.parametrize("name", ["mirrorless", "mirrored"])
def test_the_minds_of_marks_ship_and_are_loaded_by_name(name, monkeypatch, tmp_path):
    mind, episode = load(name), play(RunConfig(OrchardConfig(marks=0.3), seed=9, split="test"), 0)
    assert {log["orchard"]["marks"] for log in mind.meta["logs"]} == {0.1}
    assert any(GLASS in log["orchard"]["map"] for log in mind.meta["logs"]) == (name == "mirrored")
    told = {"feels": [], "numb": []}
    for t, i in np.argwhere(episode.mark)[:80].tolist():
        answer = mind.ask(episode, episode.names[i], t, "behave as myself")
        told[episode.agents[i].type["feeling"]].append(answer.probabilities["wash"])
    assert np.mean(told["feels"]) > 0.5  # among more agents than training had
    assert np.mean(told["numb"]) < 0.1
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    with pytest.raises(FunhouseError, match="is empty"):  # a directory goes before the name
        load(name)
    assert load().inputs.orchard.marks == 0
    assert load("near-far").inputs.orchard.marks == 0


def test_a_mind_that_ships_under_another_name_now_is_refused_with_that_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FunhouseError, match="is called mirrorless now"):
        load("mirror")


def test_minds_and_logs_of_the_other_kind_are_refused(log, run, logs, trained, tmp_path):
    for mind, other in ((load(run), logs["test"]), (load(trained), log)):
        episode = open_log(other)[0]
        with pytest.raises(FunhouseError, match="feeling: numb, feels"):
            mind.ask(episode, episode.names[0], 9, "behave as myself")
    with pytest.raises(FunhouseError, match=r"the logs differ.*feeling: numb"):
        train([log, logs["train"]], tmp_path / "both", train_steps=1)
    with pytest.raises(FunhouseError, match="another size or vocabulary"):
        train([log], tmp_path / "start", train_steps=1, start=str(trained))


def test_copies_play_among_marks_and_their_log_is_verified(run, log, tmp_path):
    mind = load(run)
    play_ = RunConfig(ORCHARD, population=PopulationConfig(types="all"), minds=MindsConfig(3, mind.checkpoint))
    player = Player(mind)
    record(play_, tmp_path / "log", 2, threads=1, players=player)
    assert verify(tmp_path / "log", 1, players=player)["verified"]
    episode = open_log(tmp_path / "log")[0]
    for step in (0, 5, 20):
        for agent in range(3):
            name, prompt = episode.names[agent], episode.prompt[step][agent]
            said = list(mind.ask(episode, name, step, prompt).probabilities.values())
            assert said[episode.action[step, agent]] == pytest.approx(episode.probability[step, agent], abs=1e-2)


def test_the_log_says_that_there_are_marks_and_nothing_else_changes(log):
    opened = open_log(log)
    assert opened.config["orchard"]["marks"] == 0.2
    assert opened.table("agents").column_names[-2:] == ["feeling", "description"]
    assert np.array_equal(opened[3].mark, play(RUN, 3).mark)
    assert (opened[3].action == WASH).any()
