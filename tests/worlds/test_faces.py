"""The PettingZoo faces: PettingZoo's own tests, whole episodes twice, and the world of the batched kernel."""

import contextlib
import io
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pettingzoo
import pytest
from gymnasium.utils.env_checker import data_equivalence
from pettingzoo.test import (
    api_test,
    max_cycles_test,
    parallel_api_test,
    parallel_seed_test,
    render_test,
    seed_test,
    state_test,
)

from worlds import ACTIONS, FunhouseError, Orchard, OrchardConfig
from worlds.orchard import pettingzoo_api as faces
from worlds.orchard.rules import AGENT, FRUIT

pytestmark = pytest.mark.filterwarnings("error")  # PettingZoo's tests warn of half of what they find


@pytest.fixture(params=[4, 8], ids=["four moves", "eight moves"])
def made(request):
    """Both faces, as a module has them, of a world with four moves or with eight."""
    return SimpleNamespace(
        parallel_env=partial(faces.parallel_env, moves=request.param), env=partial(faces.env, moves=request.param)
    )


def actions_of(env, steps: int, seed: int = 0) -> list[dict[str, int]]:
    """Random actions for every agent, one dictionary a step."""
    count = env.action_space(env.possible_agents[0]).n
    rows = np.random.default_rng(seed).integers(0, count, (steps, len(env.possible_agents)))
    return [dict(zip(env.possible_agents, row, strict=True)) for row in rows.tolist()]


def play(env, seed: int | None, actions: list[dict[str, int]]) -> list:
    """All that an episode returns, from the reset to the last step."""
    return [env.reset(seed=seed), *(env.step(action) for action in actions)]


def test_pettingzoos_parallel_tests_pass(made):
    parallel_api_test(made.parallel_env(), num_cycles=200)
    parallel_seed_test(made.parallel_env, num_cycles=100)


def test_pettingzoos_aec_tests_pass(made):
    api_test(made.env(), num_cycles=200)
    seed_test(made.env, num_cycles=100)


def test_pettingzoos_tests_of_both_pass(made):
    max_cycles_test(made)
    state_test(made.env(steps=4), made.parallel_env(steps=4), num_cycles=4)


def test_pettingzoos_render_test_passes(made):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        render_test(made.env)
    assert "agent_0" in printed.getvalue()


@pytest.mark.parametrize("map_kind", ["open", "rooms", "maze"])
def test_a_seed_gives_the_whole_episode_back(made, map_kind):
    one, two = (made.parallel_env(map=map_kind, agents=6) for _ in range(2))
    actions = actions_of(one, one.config.steps)
    two.reset(seed=99)  # a history before the seed must not matter
    first, second = play(one, 4, actions), play(two, 4, actions)
    assert data_equivalence(first, second, exact=True)
    assert data_equivalence(first, play(one, 4, actions), exact=True)
    assert not data_equivalence(first[0], one.reset(seed=5), exact=True)


def test_episodes_after_a_seed_are_the_seeds_too():
    one, two = faces.parallel_env(), faces.parallel_env()
    one.reset(seed=4)
    two.reset(seed=4)
    assert data_equivalence(one.reset(), two.reset(), exact=True)
    assert not data_equivalence(one.reset(), two.reset(seed=4), exact=True)


def test_without_a_seed_worlds_differ():
    assert not data_equivalence(faces.parallel_env().reset(), faces.parallel_env().reset(), exact=True)


def test_the_aec_face_is_the_parallel_one_in_turns(made):
    parallel, aec = made.parallel_env(agents=4, steps=12), made.env(agents=4, steps=12)
    actions = actions_of(parallel, 12)
    returned = play(parallel, 8, actions)
    aec.reset(seed=8)
    for step, action in enumerate(actions):
        for agent in parallel.possible_agents:
            assert aec.agent_selection == agent
            observation = returned[step][0][agent]
            np.testing.assert_array_equal(aec.last()[0], observation)
            aec.step(action[agent])
    assert all(aec.truncations.values())
    assert aec.rewards == returned[-1][1]


@pytest.mark.parametrize("moves", [4, 8])
def test_the_face_shows_the_batched_world(moves):
    config = OrchardConfig(agents=5, steps=30, moves=moves)
    env, world = faces.OrchardEnv(config), Orchard(config, 21, batch=1)
    observation, info = env.reset(seed=21)
    worth = faces.tastes(5, 3)
    for action in actions_of(env, 30):
        np.testing.assert_array_equal(list(observation.values()), world.view[0])
        cells = [row * config.width + column for row, column in (info[a]["position"] for a in env.agents)]
        assert cells == world.cell[0].tolist()
        world.step(np.array([list(action.values())], np.int8))
        observation, reward, *_, info = env.step(action)
        eaten = world.eaten[0]
        assert list(reward.values()) == [worth[i, kind] if kind >= 0 else 0 for i, kind in enumerate(eaten)]


def test_what_was_returned_never_changes():
    env = faces.parallel_env(agents=7)
    actions = actions_of(env, env.config.steps)
    returned, copies = [env.reset(seed=1)], []
    for action in actions:
        copies.append([value.copy() for value in returned[-1][0].values()])
        returned.append(env.step(action))
    env.reset(seed=2)
    for before, copy in zip(returned, copies, strict=False):
        for value, kept in zip(before[0].values(), copy, strict=True):
            np.testing.assert_array_equal(value, kept)
            assert value.dtype == np.uint8
            value[:] = 77  # and nobody else's changes with it
    assert (returned[-1][0]["agent_0"] < 77).all()


def test_spaces_are_the_same_objects_and_hold_what_is_returned():
    env = faces.parallel_env(kinds=6, fruits=2, agents=3)
    spaces = {agent: (env.observation_space(agent), env.action_space(agent)) for agent in env.possible_agents}
    assert len({id(space) for pair in spaces.values() for space in pair}) == 6
    most = 0
    for step in play(env, 0, actions_of(env, env.config.steps)):
        for agent, observation in step[0].items():
            assert env.observation_space(agent) is spaces[agent][0]
            assert spaces[agent][0].contains(observation)
            most = max(most, observation.max())
        assert env.state_space.contains(env.state())
    assert AGENT < most <= AGENT + FRUIT + 5 == spaces["agent_0"][0].high.max()
    assert spaces["agent_0"][1].n == len(ACTIONS)


def test_agents_leave_in_the_step_that_ends(made):
    env = made.parallel_env(agents=3, max_cycles=5)
    env.reset(seed=0)
    for step, action in enumerate(actions_of(env, 5)):
        observation, reward, terminated, truncated, info = env.step(action)
        keys = [set(values) for values in (observation, reward, terminated, truncated, info)]
        assert keys == [set(env.possible_agents)] * 5
        assert set(truncated.values()) == {step == 4}
        assert set(terminated.values()) == {False}
        assert env.agents == (env.possible_agents if step < 4 else [])
    with pytest.raises(FunhouseError, match="no episode is under way"):
        env.step({})


def test_rewards_can_be_chosen():
    worth = np.array([[5, -2, 0.5]] * 8)
    env = faces.parallel_env(worth=worth, height=11, width=11, fruits=20)
    rewards = [step[1] for step in play(env, 0, actions_of(env, 48))[1:]]
    assert {value for reward in rewards for value in reward.values()} == {0, 5, -2, 0.5}
    with pytest.raises(FunhouseError, match="worth has shape"):
        faces.parallel_env(worth=worth, kinds=2)


def test_default_tastes_differ_between_neighbours():
    assert faces.tastes(4, 3).tolist() == [[1, 0.25, -1], [-1, 1, 0.25], [0.25, -1, 1], [1, 0.25, -1]]
    assert faces.tastes(2, 1).tolist() == [[1], [1]]


@pytest.mark.parametrize("face", ["parallel", "aec"])
def test_both_faces_are_registered(face):
    env = pettingzoo.make(face, faces.ID, agents=3, max_cycles=7)
    env.reset(seed=0)
    assert len(env.possible_agents) == 3
    assert env.unwrapped.config.steps == 7
    assert str(env) == "orchard_v0"


def test_the_state_is_the_world_with_nothing_hidden():
    env = faces.parallel_env(agents=4)
    observation, info = env.reset(seed=3)
    state = np.pad(env.state(), 3, constant_values=2)
    for agent, view in observation.items():
        row, column = info[agent]["position"]
        around = state[row : row + 7, column : column + 7]
        np.testing.assert_array_equal(view[view > 0], around[view > 0])


def test_with_eight_moves_a_diagonal_step_leads_to_the_cell_across():
    env = faces.parallel_env(moves=8, agents=1, map="open", fruits=1)
    *_, info = env.reset(seed=1)
    walls = env.state() == 2
    names, moved = env.config.action_names, 0
    for action in [5, 6, 7, 8] * 12:
        row, column = info["agent_0"]["position"]
        *_, info = env.step({"agent_0": action})
        up, left = ("north" in names[action]) * -2 + 1, ("west" in names[action]) * -2 + 1
        there = (row + up, column + left)
        free = all(0 <= at < size for at, size in zip(there, walls.shape, strict=True)) and not walls[there]
        assert info["agent_0"]["position"] == (there if free else (row, column))
        moved += free
    assert moved > 12


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agent_1": 5}, "agent_1 cannot do 5"),
        ({"agent_0": -1}, "agent_0 cannot do -1"),
        ({"agent_0": 300}, "agent_0 cannot do 300"),
        ({"agent_2": None}, "agent_2 cannot do None"),
        ({"agent_2": "north"}, "agent_2 cannot do 'north'"),
    ],
)
def test_an_unknown_action_is_refused_and_nothing_moves(change, said):
    env = faces.parallel_env(agents=3)
    env.reset(seed=0)
    before = env.state()
    with pytest.raises(FunhouseError, match=said):
        env.step({"agent_0": 0, "agent_1": 1, "agent_2": 2} | change)
    with pytest.raises(FunhouseError, match="agent_2 has no action"):
        env.step({"agent_0": 0, "agent_1": 1})
    np.testing.assert_array_equal(env.state(), before)
    env.step({"agent_0": 0, "agent_1": 1, "agent_2": 2})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"agents": 0}, "agents = 0"),
        ({"max_cycles": 0}, "steps = 0"),
        ({"colour": "red"}, "no setting 'colour'"),
        ({"render_mode": "video"}, "no render mode 'video'"),
        ({"map": "nowhere.txt"}, "nowhere.txt"),
    ],
)
def test_settings_that_make_no_world_are_refused(settings, said):
    with pytest.raises(FunhouseError, match=said):
        faces.parallel_env(**settings)


def test_human_rendering_paints_a_terminal_and_pipes_plain_text():
    env = faces.parallel_env(render_mode="human", agents=2)
    env.reset(seed=0)
    with contextlib.redirect_stdout(io.StringIO()) as plain:
        env.step({"agent_0": 0, "agent_1": 1})
    with contextlib.redirect_stdout(io.StringIO()) as painted, patch.object(painted, "isatty", lambda: True):
        env.render()
    assert "\x1b" not in plain.getvalue()
    assert painted.getvalue().startswith("\x1b[H")
