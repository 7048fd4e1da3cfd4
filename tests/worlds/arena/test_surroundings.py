"""What is the process's: environments that use it are functions of their seeds, and leave it as it was."""

import os
import random
import time

import numpy as np
import pytest
import torch

from tests.worlds.arena.conftest import FIELD, play
from worlds.arena import ArenaConfig
from worlds.arena.match import Match
from worlds.arena.process_state import Surroundings
from worlds.arena.recorder import Recorder
from worlds.arena.replay import first_difference, random_actions

GLOBAL = ArenaConfig(FIELD, {"fault": "global"}, 8)


def side_by_side(keys: list[int]) -> list[dict]:
    """Matches of random play, a step of each in turn."""
    recorders = [(np.random.default_rng(key), Recorder(Match(GLOBAL, key))) for key in keys]
    while any(not recorder.match.over for _, recorder in recorders):
        for generator, recorder in recorders:
            if not recorder.match.over:
                recorder.play(random_actions(generator, recorder.look()))
    return [recorder.arrays() for _, recorder in recorders]


def drawn() -> list:
    """What the process's generators give next."""
    return [random.random(), np.random.random(), torch.rand(1).item()]  # noqa: NPY002


def test_chance_from_the_global_generators_is_a_function_of_the_match_whatever_goes_on_beside_it():
    together = side_by_side(list(range(20)))
    alone = [side_by_side([key])[0] for key in range(20)]
    backwards = side_by_side(list(range(20))[::-1])[::-1]
    for others in (alone, backwards):
        assert [first_difference(*pair) for pair in zip(together, others, strict=True)] == [None] * 20
    assert first_difference(together[0], together[1])


def test_an_environment_that_seeds_the_global_generators_keeps_its_own_sequence(monkeypatch):
    monkeypatch.setattr(
        "tests.worlds.arena.toys.Field._observe",
        lambda self: {a: np.full(2 if self._small(a) else 3, np.random.random()) for a in self.agents},  # noqa: NPY002
    )
    config = ArenaConfig(FIELD, {"length": 99}, 8)
    begin = Match(config, 0).environment
    begin.env.reset = lambda seed: (np.random.seed(7), type(begin.env).reset(begin.env, seed))[1]  # noqa: NPY002
    begin.reset(1)
    other = Match(config, 1)
    seen = [begin.views([0])[0].flat[0]]
    other.play(dict.fromkeys(other.turn(), 0))
    begin.play(dict.fromkeys(begin.turn(), 0))
    seen.append(begin.views([0])[0].flat[0])
    wanted = np.random.RandomState(7).random(8)
    assert seen == pytest.approx([wanted[0], wanted[4]])


def test_what_an_environment_draws_and_where_it_goes_reaches_nobody_else(tmp_path, monkeypatch):
    def wander(self, *_):
        random.seed(1), np.random.seed(1), torch.manual_seed(1), os.chdir(tmp_path)  # noqa: NPY002

    monkeypatch.setattr("tests.worlds.arena.toys.Field._wander", wander, raising=False)
    random.seed(5), np.random.seed(5), torch.manual_seed(5)  # noqa: NPY002
    wanted, home = drawn(), os.getcwd()
    random.seed(5), np.random.seed(5), torch.manual_seed(5)  # noqa: NPY002
    play(ArenaConfig(FIELD, {"fault": "wander", "always": True}, 8), 0)
    assert drawn() == wanted
    assert os.getcwd() == home


def test_an_environment_finds_the_generators_and_the_directory_as_it_left_them(tmp_path):
    one, other = Surroundings(1), Surroundings(2)
    numbers, home = [], os.getcwd()
    for around in (one, other, one, other, Surroundings(1)):
        around.enter()
        numbers.append(drawn())
        if around is one:
            os.chdir(tmp_path)
        around.leave()
        assert os.getcwd() == home
    one.enter()
    assert os.getcwd() == str(tmp_path)
    one.leave()
    assert numbers[0] == numbers[4]
    assert all(
        a != b
        for one in numbers[:4]
        for other in numbers[:4]
        if one is not other
        for a, b in zip(one, other, strict=True)
    )
    own = [random.Random(1).random(), np.random.RandomState(1).random()]
    assert not {*own} & {*numbers[0]}


def test_to_enter_and_to_leave_takes_microseconds():
    around, rounds = Surroundings(0), 2000
    began = time.process_time()
    for _ in range(rounds):
        around.enter()
        around.leave()
    assert (time.process_time() - began) / rounds < 50e-6
