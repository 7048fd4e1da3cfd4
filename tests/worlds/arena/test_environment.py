"""One interface for both kinds of environment, and one exception for whatever they do wrong."""

import numpy as np
import pytest

from tests.worlds.arena.conftest import FIELD, ROUNDS, play
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment
from worlds.arena.failure import ATTEMPTS, ArenaFailure, attempt_key, persist

FAULTS = {
    "raise": "raised RuntimeError: the field is flooded",
    "nan": "walker_0 observes NaN",
    "infinite": "walker_0 observes NaN or an infinite number",
    "reward": "the reward of walker_0 is nan",
    "vanish": "walker_0 disappeared without an end",
    "stranger": "ghost appeared",
    "shape": "walker_0 cannot observe",
    "missing": "walker_0 is there and observes nothing",
    "mask": "walker_0 has no mask of 3 zeros and ones",
    "few": "walker_0 has no mask of 3 zeros and ones",
}


def test_agents_of_the_same_spaces_are_one_species():
    environment = Environment.open(FIELD, {"agents": 5, "small": 2})
    assert environment.seat_species.tolist() == [0, 0, 0, 1, 1]
    assert [(one.shape, one.actions) for one in environment.species] == [((3,), 3), ((2,), 3)]


def test_everybody_acts_at_once_until_the_end():
    environment = Environment.open(FIELD, {"length": 3})
    environment.reset(4)
    place = environment.positions()
    assert environment.turn() == [0, 1, 2, 3]
    seen, mask = environment.views([0, 2])
    np.testing.assert_array_equal(seen, [[place[0, 0], 0, place[:, 0].sum()], [place[2, 0], 0, place[:, 0].sum()]])
    assert seen.dtype == np.float32
    assert mask.all()
    environment.play({0: 0, 1: 2, 2: 1, 3: 2})
    np.testing.assert_array_equal(environment.positions()[:, 0] - place[:, 0], [-1, 1, 0, 1])
    assert environment.rewards.tolist() == [-1, 1, 0, 1]
    for _ in range(2):
        assert not environment.over
        environment.play(dict.fromkeys(range(4), 1))
    assert environment.over


def test_an_agent_that_has_ended_acts_no_more():
    together = Environment.open(FIELD, {"ends": 2})
    together.reset(0)
    for _ in range(2):
        together.play(dict.fromkeys(range(4), 1))
    assert together.turn() == [1, 2, 3]
    assert np.isnan(together.positions()[0]).all()
    in_turn = Environment.open(ROUNDS, {"ends": 2})
    in_turn.reset(0)
    movers = []
    while not in_turn.over:
        movers += in_turn.turn()
        assert in_turn.observe(movers[-1])[0].argmax() == len(movers) - 1
        in_turn.play({movers[-1]: 3})
        assert in_turn.rewards.tolist() == [2.0 * (seat == movers[-1]) for seat in range(3)]
    assert movers == [0, 1, 2, 0, 1, 2, 1, 2, 1, 2]


def test_a_mask_is_passed_on():
    environment = Environment.open(FIELD, {"masked": True, "agents": 9})
    environment.reset(1)
    place, (_, mask) = environment.positions()[:8, 0], environment.views(list(range(8)))
    np.testing.assert_array_equal(mask, np.stack([np.ones(8), np.ones(8), place < 9], 1))
    assert not mask.all()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_exception_that_says_what_and_where(fault):
    config = ArenaConfig(FIELD, {"fault": fault, "always": True}, 8)
    with pytest.raises(ArenaFailure, match=FAULTS[fault]) as caught:
        play(config, 5)
    assert "game of seed" in caught.value.place


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_episode_is_dropped_and_another_stands_in(fault):
    config = ArenaConfig(FIELD, {"fault": fault}, 4)  # one game of six steps, and half of the seeds are odd
    for key in range(2**64 - 8, 2**64):
        arrays, dropped = persist(key, lambda key: play(config, key))
        assert len(arrays["action"]) == 4
        assert [one.seed for one in dropped] == [attempt_key(key, i) for i in range(len(dropped))]
        assert all(FAULTS[fault] in one.reason and "game of seed" in one.reason for one in dropped)


def test_some_of_those_were_dropped():
    config = ArenaConfig(FIELD, {"fault": "raise"}, 4)
    dropped = [len(persist(key, lambda key: play(config, key))[1]) for key in range(16)]
    assert 0 < sum(dropped) < 64
    assert 0 in dropped


def test_an_environment_that_only_fails_is_given_up_with_its_seeds():
    config = ArenaConfig(FIELD, {"fault": "raise", "always": True}, 4)
    with pytest.raises(FunhouseError, match=rf"failed {ATTEMPTS} times in a row.*flooded") as caught:
        persist(3, lambda key: play(config, key))
    assert len(caught.value.place.split(",")) == ATTEMPTS
    assert not isinstance(caught.value, ArenaFailure)


@pytest.mark.parametrize(
    ("environment", "arguments", "what"),
    [
        (ROUNDS, {"fault": "restless", "ends": 2}, "take turns for ever"),
        (ROUNDS, {"fault": "greedy"}, "never ends: counter_1 had no turn"),
        ("tests.worlds.arena.toys:empty", {}, "end before anybody acts"),
    ],
)
def test_what_never_ends_is_stopped(environment, arguments, what):
    with pytest.raises(ArenaFailure, match=what):
        play(ArenaConfig(environment, arguments, 4), 1)
