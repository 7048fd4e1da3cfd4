"""Who perceives whom: each rule, and what a wrong one is told."""

from dataclasses import replace

import numpy as np
import pytest

from tests.worlds.arena.conftest import play
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.failure import ArenaFailure
from worlds.arena.replay import first_difference
from worlds.arena.visibility import INTERVAL, Context, parse_rule, see

PLACE = np.array([[0, 0], [3, 4], [0, 1], [np.nan, np.nan], [30, 40]], float)
CONTEXT = Context(7, 3, 3, 0, list("abcde"), np.zeros(5, np.int32), np.array([1, 1, 1, 0, 1], bool), PLACE)
ALL = np.ones(5, bool)


def seen(rule: str, context: Context = CONTEXT, focal=ALL, crowded=False) -> np.ndarray:
    return see(parse_rule(rule), context, focal, crowded)


def test_all_perceive_all_that_act():
    np.testing.assert_array_equal(seen("all"), np.tile(CONTEXT.acts, (5, 1)))


def test_a_radius_is_a_distance_and_everyone_perceives_itself():
    told = seen("radius:5")
    assert [np.flatnonzero(row).tolist() for row in told] == [[0, 1, 2], [0, 1, 2], [0, 1, 2], [], [4]]
    assert seen("radius:0").sum() == 4
    with pytest.raises(FunhouseError, match="does not tell them") as caught:
        seen("radius:5", replace(CONTEXT, place=None))
    assert "partial" in caught.value.remedy


def test_partial_is_a_share_that_stays_for_an_interval():
    everyone = replace(CONTEXT, acts=ALL)
    rounds = [seen("partial", replace(everyone, round=r)) for r in range(3 * INTERVAL)]
    for start in range(0, len(rounds), INTERVAL):
        assert all((one == rounds[start]).all() for one in rounds[start : start + INTERVAL])
    assert (rounds[0] != rounds[INTERVAL]).any()
    assert all(one.diagonal().all() for one in rounds)
    assert (rounds[0] != seen("partial", replace(everyone, key=8))).any()
    off = ~np.eye(5, dtype=bool)
    share = np.mean([seen("partial:.2,1", replace(everyone, round=r))[off].mean() for r in range(500)])
    assert abs(share - 0.2) < 0.02
    assert seen("partial:0,1", everyone).sum() == 5
    assert seen("partial:1,1", everyone).sum() == 25


def test_a_rule_of_ones_own():
    told = seen("tests.worlds.arena.toys:pairs")
    assert [np.flatnonzero(row).tolist() for row in told] == [[0, 1], [1], [1, 2], [], [1, 4]]


@pytest.mark.parametrize(
    ("rule", "what"), [("blurred", "returned float64 \\(3,\\)"), ("torn", "raised ValueError: torn")]
)
def test_a_wrong_rule_of_ones_own_is_explained(rule, what):
    with pytest.raises(FunhouseError, match=what) as caught:
        seen(f"tests.worlds.arena.toys:{rule}")
    assert caught.value.remedy


@pytest.mark.parametrize(
    "rule", ["some", "radius", "radius:-1", "radius:far", "partial:2,8", "partial:.5,0", "partial:1,2,3", ":", "a:"]
)
def test_what_is_no_rule_is_refused(rule):
    with pytest.raises(FunhouseError) as caught:
        parse_rule(rule)
    assert caught.value.remedy


def test_in_a_crowd_the_nearest_that_act_are_perceived_and_only_by_focal_agents():
    place = np.stack([np.arange(60.0) ** 1.5, np.zeros(60)], 1)
    acts = np.arange(60) % 10 != 3
    context = Context(7, 0, 0, 0, list(range(60)), np.zeros(60, np.int32), acts, place)
    focal = np.arange(60) < 16
    told = seen("all", context, focal, True)
    assert told[16:].sum() == acts[16:].sum()
    others = np.flatnonzero(acts & (np.arange(60) != 5))
    nearest = others[np.argsort(np.abs(place[others, 0] - place[5, 0]))[:23]]
    assert np.flatnonzero(told[5]).tolist() == sorted([5, *nearest.tolist()])
    first = seen("all", replace(context, place=None), focal, True)
    assert np.flatnonzero(first[5]).tolist() == sorted([5, *others[:23].tolist()])
    near = seen("radius:10", context, focal, True)
    assert (near <= told).all()
    assert near.sum() < told.sum()


TOYS = "tests.worlds.arena.toys"


@pytest.mark.parametrize("rule", ["all", "partial:0.5,2", f"{TOYS}:everybody"])
@pytest.mark.parametrize("agents", [4, 30])
@pytest.mark.parametrize("name", ["OtherPositions", "Board"])
def test_attributes_that_mean_something_else_break_no_run_that_needs_no_positions(name, agents, rule):
    arrays = play(ArenaConfig(f"{TOYS}:{name}", {"agents": agents}, 4, rule), 3)
    assert len(arrays["action"]) == 4
    without = play(ArenaConfig(f"{TOYS}:field", {"agents": agents, "tells": False}, 4, rule), 3)
    assert first_difference(arrays, without) is None  # as where there is no attribute of the name: also of a crowd


@pytest.mark.parametrize("agents", [4, 30])
@pytest.mark.parametrize(
    ("name", "what"),
    [("OtherPositions", r"its positions\(agent\), with arguments"), ("Board", r"positions\(\) returned a list")],
)
def test_a_rule_that_needs_positions_says_what_is_there_instead(name, what, agents):
    config = ArenaConfig(f"{TOYS}:{name}", {"agents": agents}, 4, "radius:3")
    with pytest.raises(FunhouseError, match=what) as caught:
        play(config, 3)
    assert not isinstance(caught.value, ArenaFailure)  # it is so in every game: no other match is tried
    assert "positions()" in caught.value.remedy


def test_a_rule_of_ones_own_that_reads_positions_which_nobody_tells_is_told_why():
    config = ArenaConfig(f"{TOYS}:OtherPositions", {}, 4, f"{TOYS}:pairs_by_place")
    with pytest.raises(FunhouseError, match="positions are None: its positions"):
        play(config, 3)
