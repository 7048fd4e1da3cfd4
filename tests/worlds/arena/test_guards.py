"""What others' code does: observations that leave their space, and flaws that are named or make no difference."""

import numpy as np
import pytest

from tests.worlds.arena.conftest import play
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment
from worlds.arena.failure import ArenaFailure

ODD = "tests.worlds.arena.oddities:"
BYTES, WHOLE, REAL = (0, 255, (2,), "uint8"), (0, 100, (2,), "int32"), (0, 1, (2,), "float32")


def config(name, **arguments) -> ArenaConfig:
    return ArenaConfig(f"{ODD}{name}", arguments, 24)


@pytest.mark.parametrize(
    ("box", "value", "kind", "what"),
    [
        (BYTES, [-1, 5], "int64", "shown -1, and its space holds whole numbers from 0 to 255"),
        (WHOLE, [300, 5], "int32", "shown 300"),
        (BYTES, [0.5, 1], "float64", "shown 0.5"),
        (BYTES, ["nan", "1"], "float64", "shown nan"),
        ((0, 255, (3, 4, 4), "uint8"), np.zeros((4, 4, 3)).tolist(), "uint8", r"shape \(4, 4, 3\).*\(3, 4, 4\)"),
        (REAL, [[0], [1], [2]], "float32", r"shape \(3, 1\)"),
        (REAL, [0, 1, 2], "float32", r"shape \(3,\)"),
        (REAL, ["0.5", "1"], "U4", "no array of numbers"),
        (REAL, ["1j", "2"], "complex64", "no array of numbers"),
        (REAL, [None, 2], "object", "no array of numbers"),
        (REAL, [1e300, 2], "float64", r"walker_0 cannot observe: it is shown 1e\+300, and float32.*holds inf instead"),
        (REAL, [0.5, "inf"], "float64", "walker_0 observes NaN or an infinite number: inf"),
        (REAL, [1.7e9 + 0.5, 2], "float64", r"shown 1700000000\.5, and float32.*holds 1700000000\.0 instead"),
        ((0, 1 << 30, (2,), "int64"), [16777217, 2], "int64", "shown 16777217, and float32.*holds 16777216.0 instead"),
        (WHOLE, [0.5, 5], "float64", "shown 0.5, and its space holds whole numbers from 0 to 100; as bytes, those up"),
        (REAL, [[1, 2]], "float32", r"an array of shape \(1, 2\), and its space has the shape \(2,\)"),
        (
            (0, 9, (2, 1), "float32"),
            [1, 2],
            "float32",
            r"an array of shape \(2,\), and its space has the shape \(2, 1\)",
        ),
    ],
)
@pytest.mark.parametrize("since", [0, 10])
def test_an_observation_that_leaves_its_space_is_told_and_never_wrapped_cut_or_reshaped(box, value, kind, what, since):
    with pytest.raises(FunhouseError, match=what):
        play(config("seen", box=box, value=value, kind=kind, since=since), 3)


@pytest.mark.parametrize(
    ("box", "value", "kind", "stored"),
    [
        (REAL, [-3.5, 7], "float64", [-3.5, 7]),  # beyond its bounds, as it is
        (BYTES, [0, 255], "int64", [0, 255]),
        (BYTES, [1.0, 255.0], "float64", [1, 255]),
        (WHOLE, [200, 7], "int64", [200, 7]),
        ((0, 1, (2,), "bool"), [True, False], "bool", [1, 0]),
        (REAL, [0.1, 1 / 3], "float64", [np.float32(0.1), np.float32(1 / 3)]),
        ((0, 1 << 30, (2,), "int64"), [1 << 24, 1 << 29], "int64", [1 << 24, 1 << 29]),
        (REAL, [1.7e9 + 0.5, 1e-40], "float32", [np.float32(1.7e9), np.float32(1e-40)]),  # rounded by its owner
    ],
)
def test_what_the_type_of_a_space_holds_is_stored_as_it_is(box, value, kind, stored):
    arrays = play(config("seen", box=box, value=value, kind=kind), 3)
    assert arrays["observation"][0][5].tolist() == stored


@pytest.mark.parametrize(
    ("flaw", "what"),
    [
        ("space_raises", r"observation_space\('walker_0'\) raised NotImplementedError"),
        ("no_space", r"observation_space\('walker_0'\) is {'shape'"),
        ("no_names", "does not say who its agents are: it has no possible_agents"),
        ("twice", "some of its possible_agents are there twice"),
        ("no_infos", "its reset returns a dict"),
        ("four_values", "its step returns 4 values"),
        ("listed_rewards", "its rewards are list"),
    ],
)
def test_what_an_environment_lacks_is_named_when_it_is_opened(flaw, what):
    with pytest.raises(FunhouseError, match=what) as caught:
        Environment.open(f"{ODD}flawed", {"flaw": flaw})
    assert caught.value.remedy
    assert not isinstance(caught.value, ArenaFailure)


def test_a_reset_without_a_seed_is_refused():
    with pytest.raises(FunhouseError, match="its reset takes no seed") as caught:
        Environment.open(f"{ODD}seedless")
    assert "seed=None" in caught.value.remedy


@pytest.mark.parametrize(
    ("flaw", "what"),
    [
        ("exit", "the environment raised SystemExit: 0"),
        ("wide_reward", "the reward of walker_0 is"),
        ("endless_reward", "the reward of walker_0 is inf"),
        ("great_reward", r"the reward of walker_0 is 1e\+300"),
        ("no_reward", "the reward of walker_0 is None"),
        ("strange_reward", "ghost has a reward, and is none of possible_agents"),
    ],
)
def test_what_goes_wrong_in_a_game_costs_that_game(flaw, what):
    with pytest.raises(ArenaFailure, match=what):
        play(config("flawed", flaw=flaw), 3)


@pytest.mark.parametrize("flaw", ["late_names", "infos_none", "array_reward", "close_raises", "close_exits"])
def test_what_can_be_done_without_makes_no_difference(flaw):
    agents = 2 if flaw == "late_names" else 3
    arrays, sound = play(config("flawed", flaw=flaw), 3), play(config("flawed", flaw="", agents=agents), 3)
    for name in ("action", "reward"):
        np.testing.assert_array_equal(arrays[name], sound[name])


@pytest.mark.parametrize("kind", ["tuple", "dict", "grid", "one", "start", "many", "most"])
def test_actions_of_any_discrete_space_are_the_environments_own(kind):
    arrays = play(config("acts", kind=kind), 3)  # the environment checks them
    counts = {"tuple": 12, "dict": 6, "grid": 81, "one": 1, "start": 3, "many": 600, "most": 5000}
    assert arrays["forms"][0].actions == counts[kind]
    assert arrays["action"].min() >= 0


def test_of_a_pool_some_take_no_part_and_nobody_waits_for_them():
    arrays = play(config("pool"), 3)  # one game, longer than the match
    acts = (arrays["action"] >= 0).sum(0)
    assert sorted(acts)[:3] == [0, 0, 0]
    assert max(acts) >= 24
    changing = (play(config("pool", length=5), 3)["action"] >= 0).sum(0)
    assert min(changing) > 0
