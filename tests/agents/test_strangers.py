"""Strangers act on what they perceive alone, and an episode with one of them is a record like any other."""

from dataclasses import replace

import numpy as np
import pytest

from agents.orchard.families import EAST, NORTH, SOUTH, STAY, WEST
from agents.orchard.rollout import play
from agents.orchard.run import RunConfig
from agents.orchard.scene import Scene, cells_of
from agents.orchard.strangers import OUTSIDE, astar, meet, native, noisy, uniform, wall_follower, would
from agents.population import PopulationConfig
from worlds import FunhouseError, OrchardConfig
from worlds import replay as play_again
from worlds.orchard.geometry import geometry_of

STEPS = 40
RUN = RunConfig(OrchardConfig(agents=4, steps=STEPS), population=PopulationConfig(switch=STEPS), seed=3, split="test")
ROOM = geometry_of(np.zeros((5, 5), bool), (2, 6))


def scene(cell: int, fruit: dict | None = None, last: int = STAY, ground=ROOM) -> Scene:
    return Scene(cell, fruit or {}, [], last, np.array([0.6, 0.1, 0.1, 0.1, 0.1]), ground)


def chosen(chance: np.ndarray) -> set[int]:
    return set(np.flatnonzero(chance > 0.2).tolist())


def test_a_stranger_that_is_its_type_changes_nothing():
    met, told = meet(RUN, 2, {0: native, 2: native}), play(RUN, 2)
    for field in ("cell", "board", "action", "reward"):
        assert np.array_equal(getattr(met, field), getattr(told, field))


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_episode_with_a_stranger_replays_from_its_actions(name):
    episode = meet(RUN, 5, {0: OUTSIDE[name]})
    worth = RUN.space.table.weight[RUN.space.table.taste[[RUN.space.index(one.type) for one in episode.agents]]]
    value = worth.astype(np.float32)
    cell, board, reward = play_again(RUN.orchard, episode.walls, episode.seed, episode.action, value)
    assert np.array_equal(cell, episode.cell)
    assert np.array_equal(board, episode.board)
    assert np.array_equal(reward, episode.reward)


def test_an_episode_with_a_stranger_is_a_function_of_its_seed():
    one, again = (meet(RUN, 1, {0: uniform}) for _ in range(2))
    assert np.array_equal(one.action, again.action)
    assert not np.array_equal(one.action, meet(RUN, 2, {0: uniform}).action)


def test_the_others_are_who_they_would_have_been():
    met, told = meet(RUN, 0, {0: uniform}, "a stranger"), play(RUN, 0)
    assert met.names == told.names
    assert met.agents[1:] == told.agents[1:]
    assert met.agents[0].description == "a stranger"
    assert np.array_equal(met.walls, told.walls)


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_a_stranger_would_do_in_its_own_body_is_what_it_did(name):
    seen = []

    def watched(now):
        seen.append(OUTSIDE[name](now))
        return seen[-1]

    episode = meet(RUN, 4, {0: watched})
    assert would(episode, OUTSIDE[name], 0, 0, range(STEPS)) == pytest.approx(np.array(seen), abs=1e-12)


def test_in_another_body_a_type_does_what_the_reasoner_says():
    from agents.registry import reasoner_of

    episode = meet(RUN, 4, {0: native})
    expected = reasoner_of(RUN.space).natives(episode, 2, 9)[RUN.space.index(episode.agents[0].type)]
    assert would(episode, native, 0, 2, [9])[0] == pytest.approx(expected)


def test_actions_are_drawn_with_the_chances_that_the_policy_states():
    run = replace(RUN, orchard=replace(RUN.orchard, steps=400), population=PopulationConfig(switch=400))
    chance = np.array([0.5, 0.2, 0.2, 0.1, 0.0])
    episode = meet(run, 0, {0: lambda _: chance})
    assert np.bincount(episode.action[:, 0], minlength=5) / 400 == pytest.approx(chance, abs=0.08)


def test_a_stranger_does_not_play_roles():
    with pytest.raises(FunhouseError, match="roles change after 8 of 40 steps"):
        meet(replace(RUN, population=PopulationConfig()), 0, {0: uniform})


def test_the_collector_walks_to_the_nearest_fruit_of_any_kind():
    assert chosen(astar(scene(12, {0: [2], 2: [14, 24]}))) == {NORTH, EAST}  # both are two steps away
    assert chosen(astar(scene(12, {0: [2], 2: [13]}))) == {EAST}
    assert astar(scene(12)) == pytest.approx(np.full(5, 0.2))


def test_the_collector_walks_around_a_wall():
    walls = np.zeros((5, 5), bool)
    walls[2, 1:4] = True
    ground = geometry_of(walls, (2, 6))
    assert chosen(astar(scene(6, {1: [15]}, ground=ground))) == {WEST}


def test_the_wall_follower_keeps_its_right_hand_on_the_wall():
    assert chosen(wall_follower(scene(14, last=NORTH))) == {NORTH}  # the rim is on its right
    assert chosen(wall_follower(scene(4, last=NORTH))) == {WEST}  # in the corner it turns left
    assert chosen(wall_follower(scene(12, last=SOUTH))) == {SOUTH}  # no wall: straight on
    walls = np.zeros((5, 5), bool)
    walls[2, 2] = True
    ground = geometry_of(walls, (2, 6))
    assert chosen(wall_follower(scene(11, last=NORTH, ground=ground))) == {NORTH}  # along the block
    assert chosen(wall_follower(scene(6, last=NORTH, ground=ground))) == {EAST}  # and around its corner
    assert chosen(wall_follower(scene(6, last=EAST, ground=ground))) == {EAST}
    assert chosen(wall_follower(scene(8, last=EAST, ground=ground))) == {SOUTH}  # and around the next


def test_the_wall_follower_that_cannot_move_stays():
    walls = np.ones((3, 3), bool)
    walls[1, 1] = False
    assert chosen(wall_follower(scene(4, last=NORTH, ground=geometry_of(walls, (2, 6))))) == {STAY}


def test_a_noisy_copy_is_half_its_type():
    assert noisy(scene(0)) == pytest.approx([0.4, 0.15, 0.15, 0.15, 0.15])


def test_a_bitboard_is_read_in_order():
    assert cells_of(np.array([1 | 1 << 63, 2], np.uint64)) == [0, 63, 65]
