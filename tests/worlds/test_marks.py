"""Marks: who is marked, who is not any more, and that a world without them is what it was."""

import dataclasses

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test

from tests.worlds.conftest import make_episode
from worlds import FunhouseError, Orchard, OrchardConfig, dice
from worlds.drawing.frame import Frame
from worlds.drawing.render import MARK, SPOT, ansi, image
from worlds.orchard import pettingzoo_api as faces
from worlds.orchard.marks import WASH, marks_of
from worlds.orchard.rules import AGENT, MARKED, VIEW_RADIUS

MARKED_WORLD = OrchardConfig(height=7, width=9, map="open", fruits=2, agents=6, steps=40, marks=0.2)
STAY, NORTH = 0, 1


def test_a_mark_comes_by_chance_and_stays_until_it_is_washed():
    key, chance = int(dice.key(7, 0, 0)), 0.1
    action = np.random.default_rng(0).choice([STAY, NORTH, WASH], (60, 8)).astype(np.int8)
    mark = marks_of(action, key, chance)
    drawn = [[dice.pick(key, t, i, dice.MARK, 2**20) < chance * 2**20 for i in range(8)] for t in range(60)]
    assert not mark[0].any()
    for t in range(59):
        expected = np.array(drawn[t]) | (mark[t] & (action[t] != WASH))
        assert np.array_equal(mark[t + 1], expected)
    assert 0.05 < np.mean(drawn) < 0.15
    assert not marks_of(action, key, 0.0).any()


def test_washing_stays_in_place_and_the_batched_world_marks_as_the_record_does():
    config = MARKED_WORLD
    world, action = Orchard(config, 3, batch=2), np.random.default_rng(1).integers(0, 6, (30, 2, 6)).astype(np.int8)
    for t in range(30):
        for b in range(2):
            assert np.array_equal(world.mark[b], marks_of(action[: t + 1, b], world.key[b], config.marks)[t])
        before = world.cell.copy()
        world.step(action[t])
        assert np.array_equal(world.cell[action[t] == WASH], before[action[t] == WASH])
    assert world.mark.any()
    world.reset()
    assert not world.mark.any()


def test_the_option_leaves_everything_else_as_it_was():
    plain = dataclasses.replace(MARKED_WORLD, marks=0.0)
    action = np.random.default_rng(2).integers(0, 5, (30, 1, 6)).astype(np.int8)
    with_marks, without = Orchard(MARKED_WORLD, 5), Orchard(plain, 5)
    for row in action:
        with_marks.step(row)
        without.step(row)
        assert np.array_equal(with_marks.cell, without.cell)
        assert np.array_equal(with_marks.view & ~np.uint8(MARKED), without.view)
        assert not (without.view & MARKED).any()
    assert "marks" not in plain.to_dict()
    assert OrchardConfig.from_dict(MARKED_WORLD.to_dict()) == MARKED_WORLD
    assert len(plain.action_names) == 5


def test_an_episode_knows_its_marks_from_its_seed_unless_it_is_given_others():
    episode = make_episode(0, world=MARKED_WORLD)
    assert np.array_equal(episode.mark, marks_of(episode.action, episode.seed, 0.2))
    assert episode.mark.any()
    assert episode.action_names[WASH] == "wash"
    assert not make_episode(0).mark.any()
    given = dataclasses.replace(episode, mark=~episode.mark)
    assert np.array_equal(given.mark, ~episode.mark)


@pytest.mark.parametrize("marks", [-0.1, 1.5])
def test_a_chance_that_is_none_is_refused(marks):
    with pytest.raises(FunhouseError, match="marks = "):
        OrchardConfig(marks=marks)


def test_the_face_has_the_action_and_shows_the_marks():
    parallel_api_test(faces.parallel_env(marks=0.3), num_cycles=60)
    env = faces.parallel_env(marks=1.0, agents=3)
    observations, _ = env.reset(seed=1)
    assert env.action_space("agent_0").n == 6
    assert not any((view & MARKED).any() for view in observations.values())
    observations, *_ = env.step(dict.fromkeys(env.agents, WASH))  # and marked at once again
    for agent, view in observations.items():
        assert view[VIEW_RADIUS, VIEW_RADIUS] & (AGENT | MARKED) == AGENT | MARKED
        assert env.observation_space(agent).contains(view)
    plain = faces.parallel_env(agents=1)
    plain.reset(seed=1)
    with pytest.raises(FunhouseError, match="cannot do 5"):
        plain.step({"agent_0": WASH})


def test_a_mark_is_drawn_on_whom_it_is_on():
    walls, fruit = np.zeros((1, 5), bool), np.full((1, 5), -1)
    position, names = np.array([[0, 0], [0, 2], [0, 4], [0, 4]]), ["Ada", "Bo", "Cy", "Dee"]
    frame = Frame(walls, fruit, position, names, mark=np.array([False, True, False, True]))
    line = ansi(frame, colour=False).splitlines()[1]
    assert line == f"##A · B{MARK}· C{MARK}##"
    pixels = image(frame, scale=1)[8:-8, 8:-8]
    spots = (pixels == SPOT).all(-1).reshape(16, 5, 16).any((0, 2))
    assert spots.tolist() == [False, False, True, False, True]
    assert not (image(dataclasses.replace(frame, mark=None)) == SPOT).all(-1).any()
