"""A match: as many games as it takes, the same from its key whatever goes on beside it."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.worlds.arena.conftest import FIELD, ROUNDS, play
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment
from worlds.arena.match import Match
from worlds.arena.participants import cast_of
from worlds.arena.replay import first_difference, random_actions


def test_games_follow_one_another_until_all_moves_are_made():
    arrays = play(ArenaConfig(FIELD, {"length": 6}, 16), 3)
    assert arrays["game"].tolist() == [0] * 6 + [1] * 6 + [2] * 4
    assert (arrays["action"] >= 0).all()
    assert [rows.shape for rows in arrays["observation"]] == [(16, 3)] * 3 + [(16, 2)]
    assert arrays["observation"][0][:, 1].tolist() == [*range(6), *range(6), *range(4)]
    starts = [arrays["observation"][0][t, 2] for t in (0, 6, 12)]
    assert len(set(starts)) > 1  # each game has a seed of its own


def test_in_turn_only_the_mover_acts():
    arrays = play(ArenaConfig(ROUNDS, {}, 8), 3)
    assert arrays["action"].shape == (24, 3)
    np.testing.assert_array_equal(arrays["action"] >= 0, np.tile(np.eye(3, dtype=bool), (8, 1)))
    for agent in range(3):
        acts = arrays["action"][:, agent] >= 0
        assert not arrays["observation"][agent][~acts].any()
        assert arrays["observation"][agent][acts].sum(1).tolist() == [1] * 8
        np.testing.assert_array_equal(arrays["mask"][agent].all(1), acts)


def test_who_ends_early_is_waited_for_but_not_for_ever():
    early = play(ArenaConfig(FIELD, {"ends": 2, "length": 6}, 16), 3)
    moves = (early["action"] >= 0).sum(0)
    assert moves.tolist() == [12, 32, 32, 32]  # twice the rounds, and no more
    assert not early["observation"][0][early["action"][:, 0] < 0].any()
    soon = play(ArenaConfig(FIELD, {"ends": 5, "length": 6}, 15), 3)
    assert (soon["action"] >= 0).sum(0).tolist() == [15, 17, 17, 17]


def test_a_match_is_a_function_of_its_key_also_beside_another():
    config = ArenaConfig(FIELD, {"masked": True}, 16, "partial")
    alone = play(config, 7)
    assert first_difference(alone, play(config, 7)) is None
    assert first_difference(alone, play(config, 8)) is not None
    first, second = Match(config, 7), Match(config, 8)
    generator, seen = np.random.default_rng(7), []
    while not first.over:
        for match, chance in ((second, np.random.default_rng(1)), (first, generator)):
            views = [match.views([0, 1, 2]), match.views([3])]
            if match is first:
                seen.append(views[0][0])
            group = [_View(np.array(s), mask) for s, (_, mask) in zip(([0, 1, 2], [3]), views, strict=True)]
            match.play(random_actions(chance, group))
    np.testing.assert_array_equal(np.array(seen)[:, 2], alone["observation"][2])


class _View:
    def __init__(self, seats, mask):
        self.seats, self.mask = seats, mask


@pytest.mark.parametrize("tells", [True, False])
def test_of_a_crowd_there_is_a_cast_of_focal_agents_and_those_near_them(tells):
    environment = Environment.open(FIELD, {"agents": 80, "small": 40, "tells": tells})
    environment.reset(1)
    cast, other = cast_of(environment, 5), cast_of(environment, 6)
    assert cast.crowded
    assert (len(cast.seats), cast.focal.sum()) == (63, 16)
    assert (np.diff(cast.seats) > 0).all()
    assert cast.seats[cast.focal].tolist() != other.seats[other.focal].tolist()
    if not tells:
        assert set(range(40)) <= set(cast.seats.tolist())  # the first ones


def test_the_company_of_a_focal_agent_is_near_it():
    place = np.stack([np.arange(200.0) ** 2, np.zeros(200)], 1)
    cast = cast_of(SimpleNamespace(seats=list(range(200)), positions=lambda: place), 5)
    focal, others = cast.seats[cast.focal], cast.seats[~cast.focal]
    assert np.abs(others[:, None] - focal).min(1).max() <= 6
    assert np.abs(np.setdiff1d(np.arange(200), cast.seats)[:, None] - focal).min(1).max() > 6


def test_up_to_24_agents_are_all_there():
    for agents in (1, 24):
        cast = cast_of(Environment.open(FIELD, {"agents": agents, "small": 1}), 5)
        assert cast.seats.tolist() == list(range(agents))
        assert cast.focal.all()
        assert not cast.crowded


def test_only_the_cast_of_a_crowd_is_recorded_and_only_focal_agents_perceive_others():
    config = ArenaConfig(FIELD, {"agents": 80, "small": 0}, 4)
    arrays, match = play(config, 5), Match(config, 5)
    assert arrays["action"].shape == (4, 63)
    others = arrays["perceived"].sum(2) - 1
    assert (others[:, match.cast.focal] == 23).all()
    assert (others[:, ~match.cast.focal] == 0).all()
    small = play(ArenaConfig(FIELD, {"agents": 30, "small": 0}, 4), 5)
    assert small["action"].shape == (4, 30)
