"""Of what a mind is asked in a probe the moment at which it was farthest off can be looked at, if a log can hold it."""

from urllib.parse import parse_qs

import numpy as np
import pytest

from agents.answer import Question
from agents.registry import type_space
from analysis.probes.orchard import changed, until
from tests.tom.view.conftest import Stub
from tom.moments import ALIKE, Noting
from tom.view.desk import Desk
from worlds import open_log


@pytest.fixture
def episode(logs):
    return open_log(logs["test"])[3]


@pytest.fixture
def noting():
    return Noting(Stub())


def asked(noting: Noting, episode, steps):
    questions = [Question(episode.names[0], step, "behave as myself") for step in steps]
    return noting.answer(episode, questions)


def test_the_farthest_moment_is_in_a_log_that_the_page_opens(noting, episode, tmp_path):
    said = asked(noting, until(episode, 9), range(10))
    kept = noting.keep(tmp_path / "moment")
    log = open_log(kept["log"])
    assert (len(log), log[0].steps, log[0].names) == (1, 10, episode.names)
    place = {key: values[0] for key, values in parse_qs(kept["at"]).items()}
    shown = Desk(log, noting.mind).ask(int(place["e"]), place["a"], int(place["t"]), place["q"])
    assert np.abs(np.array(shown["mind"]) - said[int(place["t"])]).max() < ALIKE
    assert shown["nats"] == pytest.approx(kept["nats"])
    others = [Desk(log, noting.mind).ask(0, place["a"], step, place["q"])["nats"] for step in range(10)]
    assert kept["nats"] == pytest.approx(max(others))


def test_an_episode_that_was_changed_afterwards_is_in_no_log(noting, episode, tmp_path):
    cell = int(np.flatnonzero(~episode.walls.ravel() & (episode.fruit[9].ravel() < 0))[0])
    asked(noting, changed(until(episode, 9), cell, 0, slice(5, None)), [9])
    assert noting.keep(tmp_path / "moment") is None
    assert not (tmp_path / "moment").exists()


def test_what_is_no_log_stays(noting, episode, tmp_path):
    (tmp_path / "mine").write_text("mine")
    asked(noting, until(episode, 9), [9])
    assert noting.keep(tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_noted_mind_is_otherwise_as_it_is(noting, episode):
    assert noting.checkpoint == Stub.checkpoint
    steps = range(3)
    said = noting.traits(episode, 0, steps, [1] * 3)
    assert set(said) == set(type_space(episode).traits)
