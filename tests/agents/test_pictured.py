"""What a page draws of worlds that are no grids, and of environments that somebody else wrote."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest

from agents import ArenaRun, BankConfig
from agents.arena.picturing import SIDE, field_of
from agents.registry import played, world_of
from tests.test_every_world import arena, corridor
from tests.worlds.arena.conftest import FIELD
from worlds.arena import ArenaConfig
from worlds.arena.whereabouts import SIDE as PIXELS
from worlds.arena.whereabouts import frames, whereabouts
from worlds.trust import trusting


def other_arena(environment: str) -> ArenaRun:
    return ArenaRun(ArenaConfig(environment, steps=3), BankConfig(random_linear=4, random_mlp=2))


@pytest.fixture(scope="module")
def tag():
    return played(arena(), range(1))[0]


def test_agents_of_an_environment_are_where_they_stood_when_it_is_played_again(tag):
    stood = whereabouts(tag)
    own = np.array([rows[:, 2:4] for rows in tag.observation])  # simple_tag shows each its own place there
    assert stood == pytest.approx(own.transpose(1, 0, 2), abs=1e-6)
    points = np.array(world_of(tag).pictured(tag)["points"])
    assert points.min() == 0.5
    assert points.max() == SIDE - 0.5
    low, span = stood.min((0, 1)), np.ptp(stood, (0, 1)).max()
    assert points == pytest.approx((stood - low) / span * (SIDE - 1) + 0.5, abs=1e-3)


def test_nothing_is_drawn_of_an_episode_that_does_not_come_out_again(tag):
    other = replace(tag, reward=tag.reward + 1)
    assert whereabouts(other) is None
    assert world_of(other).pictured(other) is None


def test_an_environment_that_tells_no_positions_is_shown_as_it_draws_itself():
    from PIL import Image

    game = played(other_arena("classic.tictactoe_v3"), range(1))[0]
    assert world_of(game).pictured(game) is None
    shown = world_of(game).filmed(game)
    assert len(shown) == game.steps
    assert len(set(shown)) > 1
    head, _, data = shown[0].partition(",")
    assert head == "data:image/png;base64"
    assert max(Image.open(io.BytesIO(base64.b64decode(data))).size) == PIXELS


def test_nothing_is_shown_of_an_environment_that_draws_nothing_or_comes_out_differently(tag):
    assert frames(replace(tag, reward=tag.reward + 1)) is None
    silent = played(other_arena(FIELD), range(1))[0]
    assert frames(silent) is None


def test_who_is_nowhere_stands_beside_the_field():
    stood = np.full((2, 2, 2), np.nan)
    assert field_of(stood, 5) is None
    stood[0] = [[0, 0], [1, 2]]
    points = np.array(field_of(stood, 5)["points"])
    assert points[0].tolist() == [[0.5, 0.5], [4.0, 7.5]]
    assert (points[1] < -1).all()


def test_places_of_ones_own_world_are_a_row_and_sight_is_what_is_perceived():
    with trusting("examples.corridor:Corridor"):
        (episode,) = played(corridor(), range(1))
        world = world_of(episode)
        told = world.pictured(episode)
        assert (told["rows"], told["columns"]) == (1, 6)
        for agent in range(3):
            percept = world.history(episode, agent, 5)[-1]
            seen = {place for place, content in enumerate(percept.content) if content >= 0}
            assert {c for c in range(6) if int(told["sight"][5][agent], 16) >> c & 1} == seen
        lies = [int(number, 16) for number in told["lies"][5]]
        assert [sum((k + 1) * (lies[k] >> c & 1) for k in range(2)) for c in range(6)] == episode.content[5].tolist()
