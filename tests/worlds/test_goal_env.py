"""One agent with a goal in GoalEnv's form: what is achieved can be taken for what was desired."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from worlds import FunhouseError
from worlds.orchard.goal_env import GOALS, ID, GoalEnv

SMALL = {"height": 5, "width": 6, "map": "rooms", "kinds": 2, "fruits": 3, "steps": 12}
MOVES = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]


def played(env: GoalEnv, seed: int, steps: int = 12) -> list:
    actions = np.random.default_rng(0).integers(0, 5, steps)
    return [env.reset(seed=seed), *(env.step(int(action)) for action in actions)]


def same(one, other) -> bool:
    return str(one) == str(other)


@pytest.mark.parametrize("goal", GOALS)
def test_gymnasiums_checker_passes(goal):
    check_env(GoalEnv(goal=goal, **SMALL), skip_render_check=True)
    check_env(gymnasium.make(ID, goal=goal, moves=8, slip=0.2, compass=True, **SMALL).unwrapped, skip_render_check=True)


@pytest.mark.parametrize("goal", GOALS)
def test_a_seed_gives_episode_and_goal_back_and_the_episodes_after_it_are_others(goal):
    one, other = GoalEnv(goal=goal, **SMALL), GoalEnv(goal=goal, **SMALL)
    assert same(played(one, 3), played(other, 3))
    assert same(one.reset(), (again := other.reset()))
    assert not same(again, one.reset())


def test_the_reward_of_a_step_is_what_compute_reward_says_and_batches_are_judged_at_once():
    env = GoalEnv(**SMALL)
    steps = played(env, 1)[1:]
    achieved = np.stack([observed["achieved_goal"] for observed, *_ in steps])
    desired = np.stack([observed["desired_goal"] for observed, *_ in steps])
    reward = env.compute_reward(achieved, desired, [{}] * len(steps))
    assert reward.dtype == np.float32
    assert reward.tolist() == [row[1] for row in steps]
    assert env.compute_reward(achieved, achieved, [{}] * len(steps)).tolist() == [0.0] * len(steps)


def test_a_goal_to_stand_on_is_a_cell_that_can_be_walked_to_and_what_is_achieved_is_the_agents_own():
    env = GoalEnv(goal="cell", **SMALL)
    for seed in range(20):
        observed, _ = env.reset(seed=seed)
        codes, place = observed["observation"], tuple(observed["achieved_goal"])
        assert codes[place] >= 16
        assert codes[tuple(observed["desired_goal"])] not in (2, codes[place])
        assert env.observation_space.contains(observed)
    row, column = place
    for action, (down, right) in enumerate(MOVES):
        to, (now, *_) = (row + down, column + right), env.step(action)
        inside = 0 <= to[0] < 5 and 0 <= to[1] < 6 and codes[to] != 2
        row, column = now["achieved_goal"]
        assert not inside or (row, column) == to


def test_a_goal_of_fruits_counts_what_was_eaten_by_kind():
    env = GoalEnv(goal="fruits", regrow=False, **{**SMALL, "map": "open", "steps": 60})
    first, *steps = played(env, 2, 60)
    left = np.array([(first[0]["observation"] % 16 == 3 + kind).sum() for kind in range(2)])
    observed = steps[-1][0]
    still = np.array([(observed["observation"] % 16 == 3 + kind).sum() for kind in range(2)])
    assert observed["achieved_goal"].sum() > 0
    assert observed["achieved_goal"].tolist() == (left - still).tolist()


def test_an_episode_is_truncated_after_its_steps_and_ends_before_at_the_goal_only_if_asked_to():
    goal = played(GoalEnv(**SMALL), 4)[5][0]["achieved_goal"]
    for ends in (False, True):
        env = GoalEnv(ends=ends, **SMALL)
        env.reset(seed=4, options={"desired_goal": goal})
        rows = [env.step(int(a)) for a in np.random.default_rng(0).integers(0, 5, 12)]
        assert [row[3] for row in rows] == [False] * 11 + [True]
        assert rows[4][1] == 0
        assert [row[2] for row in rows] == [ends and row[1] == 0 for row in rows]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: GoalEnv(goal="north"), "no goal 'north'.*cell or fruits"),
        (lambda: GoalEnv(agents=2), "agents = 2.*agents=1"),
        (lambda: GoalEnv(colour=2), "no setting 'colour'"),
        (lambda: GoalEnv(**SMALL).step(0), "no episode.*reset"),
        (lambda: GoalEnv(**SMALL).reset(options={"desired_goal": (9, 0)}), "desired_goal.*from 0 to 4, 5"),
        (lambda: GoalEnv(**SMALL).reset(options={"desired_goal": (0.5, 0)}), "desired_goal.*whole numbers"),
    ],
)
def test_what_makes_no_goal_is_refused_by_name(make, said):
    with pytest.raises(FunhouseError, match="(?s)" + said):
        make()


def test_an_action_that_there_is_not_is_refused():
    env = GoalEnv(**SMALL)
    env.reset(seed=0)
    with pytest.raises(FunhouseError, match=r"(?s)cannot do 5.*stay, north"):
        env.step(5)
