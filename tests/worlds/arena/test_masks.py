"""Masks are found wherever people put them, or the run is refused by name; nothing illegal is recorded in silence."""

import numpy as np
import pytest

from tests.worlds.arena.conftest import play
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment
from worlds.arena.failure import ArenaFailure
from worlds.arena.masks import agreed
from worlds.arena.observations import Unfit

ODD = "tests.worlds.arena.oddities:"
SOMEWHERE = [
    ("masked", {"entries": ["obs"]}),
    ("masked", {"entries": ["observations"], "lists": True}),
    ("masked", {"entries": ["observation", "more"]}),
    ("masked", {"declared": False}),
    ("masked", {"declared": False, "entries": ["seen"], "lists": True}),
    ("masked", {"declared": False, "since": 1}),
    ("masked", {"some": True}),
    ("in_infos", {}),
    ("in_infos", {"lists": True}),
    ("in_infos", {"some": True}),
    ("in_infos", {"since": 1}),
    ("in_infos", {"since": 5, "some": True}),
]


def config(name, **arguments) -> ArenaConfig:
    return ArenaConfig(f"{ODD}{name}", arguments, 96)


@pytest.mark.parametrize(("name", "arguments"), SOMEWHERE)
def test_a_mask_is_found_wherever_it_lies_and_nothing_illegal_is_done(name, arguments):
    arrays = play(config(name, **arguments), 3)  # the environment raises where a mask is not kept
    mask, action = np.stack(arrays["mask"], 1), arrays["action"]
    assert np.take_along_axis(mask, action[..., None], 2).all()
    assert (~mask).any((0, 2)).tolist() == [not arguments.get("some"), True, True]
    assert all(form.masked for form in arrays["forms"])


def test_of_whom_no_info_says_anything_may_do_anything():
    arrays = play(config("in_infos", some=True), 3)
    assert arrays["mask"][0].all()
    assert not arrays["mask"][1].all()


def test_entries_beside_a_mask_become_one_observation():
    alone, two = (config("masked", entries=entries) for entries in (["obs"], ["b", "a"]))
    assert [one.shape for one in (*alone.species, *two.species)] == [(2,), (4,)]
    shown, twice = (play(one, 3)["observation"][0] for one in (alone, two))
    np.testing.assert_array_equal(twice, np.tile(shown, 2))


@pytest.mark.parametrize("name", ["masked", "in_infos"])
def test_a_mask_that_comes_late_is_refused_and_not_passed_over(name):
    late = config(name, declared=False, since=10)
    with pytest.raises(FunhouseError, match=r"walker_0 has an action mask in its .*the first steps") as caught:
        play(late, 3)
    assert not isinstance(caught.value, ArenaFailure)  # another match would not mend it
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("masked", {"key": "legal_actions"}),
        ("masked", {"key": "legal_actions", "declared": False}),
        ("in_infos", {"key": "avail_actions"}),
        ("in_infos", {"key": "action_masks", "since": 2}),
    ],
)
def test_what_looks_like_a_mask_and_is_not_called_so_is_refused_by_name(name, arguments):
    with pytest.raises(FunhouseError, match=f"holds '{arguments['key']}', and masks are read from 'action_mask'"):
        Environment.open(f"{ODD}{name}", arguments)


@pytest.mark.parametrize("declared", [True, False])
def test_masks_in_two_places_that_say_the_same_are_one_and_where_they_differ_both_are_told(declared):
    assert not play(config("twice", declared=declared), 3)["mask"][0].all()
    with pytest.raises(ArenaFailure, match=r"has two masks: its observation allows \[.*1.*\] and its info ") as caught:
        play(config("twice", declared=declared, differs=10), 3)
    assert "step 10" in caught.value.place
    assert "the same in both places" in caught.value.remedy


def test_an_entry_that_the_space_does_not_name_is_told_beside_a_mask_too():
    with pytest.raises(ArenaFailure, match="walker_0 cannot observe: it is shown observation, more beside its mask"):
        play(config("twice", extra=True), 3)


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("action_mask", "it tells masks by 'action_mask'"),
        ("legalMoves", "it tells masks by 'legalMoves'"),
        ("get_action_masks", "it tells masks by 'get_action_masks'"),
        ("beside", "its infos hold 'action_masks' beside the agents"),
        ("common", "its infos hold '__common__.action_mask' beside the agents"),
        ("legal_moves", "the info of walker_0 holds 'legal_moves'"),
        ("deep", "the info of walker_0 holds 'state.action_mask'"),
        ("Action-Mask", "the info of walker_0 holds 'Action-Mask'"),
        ("tuple", "part 1 of the space Tuple.* holds as many zeros and ones as there are actions"),
    ],
)
def test_a_mask_that_lies_where_none_is_read_is_refused_by_name(where, what):
    with pytest.raises(FunhouseError, match=what) as caught:
        Environment.open(f"{ODD}elsewhere", {"where": where})
    assert "'action_mask'" in caught.value.remedy


def test_flags_with_a_name_of_their_own_are_no_mask():
    assert not Environment.open(f"{ODD}elsewhere", {"where": "flags"}).species[0].masked


NO_MASKS = [np.ma.array([1, 1, 0], mask=[0, 0, 1]), [[1], [1, 0]], [1, 0.5, 1], ["1", "0", "1"], {0, 1}]


@pytest.mark.parametrize("told", NO_MASKS)
def test_what_is_no_mask_of_zeros_and_ones_is_told(told):
    with pytest.raises(Unfit, match="no mask of 3 zeros and ones"):
        agreed([told], 3)


def test_whoever_has_a_mask_of_zeros_does_not_act_in_that_step():
    arrays = play(config("by_turns"), 3)  # the environment checks that it gets action 0 for those who wait
    acts = arrays["action"] >= 0
    assert (acts.sum(1) == 1).all()
    np.testing.assert_array_equal(acts[:9].argmax(1), np.arange(9) % 3)
    assert all(mask[~acts[:, i]].sum() == 0 for i, mask in enumerate(arrays["mask"]))


def test_steps_in_which_nobody_may_act_are_passed_and_their_rewards_are_kept():
    environment = Environment.open(f"{ODD}by_turns", {"pause": 2})
    environment.reset(1)
    assert environment.turn() == [1]  # at step 0 nobody could
    place = environment.env.place["walker_0"]
    environment.play({1: 1})  # step 2 passes too
    assert environment.env.time == 3
    assert environment.rewards[0] == 2 * place
    with pytest.raises(ArenaFailure, match="nobody may act in 1000 steps"):
        play(config("by_turns", pause=1, length=2000), 3)


def test_in_turn_too_those_are_stepped_over_who_may_not_act():
    arrays = play(config("passing"), 3)
    acts = arrays["action"] >= 0
    assert acts[:4].argmax(1).tolist() == [0, 0, 2, 0]
    assert not acts[:, 1].any()
    assert arrays["reward"][:3, 1].tolist() == [3, 2, 1]
