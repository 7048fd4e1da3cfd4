"""The worlds of the experiment *table* as environments of gymnasium, for benchmarks/table_rivals.py."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from analysis.just_ask.table import ground, tries, tuned
from analysis.just_ask.worlds.design import ACTS, STEPS, Lives, born


class Reaching(gymnasium.Env):
    """The room in two halves: 1 for arriving, else nothing. goal: the same in all lives, and untold; None: drawn anew,
    and told. hindsight: lives go on at the goal, for in a replay under another goal no arrival is an end."""

    def __init__(self, goal: int | None = None, hindsight: bool = False) -> None:
        self.hidden, self.hindsight, self.episodes = goal, hindsight, 0
        part = spaces.Box(0.0, 1.0, (2 * ground.SIDE,), np.float32)
        whole = part if goal is not None else spaces.Box(0.0, 1.0, (4 * ground.SIDE,), np.float32)
        goals = {"observation": part, "achieved_goal": part, "desired_goal": part}
        self.observation_space = spaces.Dict(goals) if hindsight else whole
        self.action_space = spaces.Discrete(ACTS)

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """A new life."""
        super().reset(seed=seed)
        if self.hidden is None:
            pairs = ground.ground().pairs
            self.cell, self.goal = (int(one) for one in pairs[:, self.np_random.integers(pairs.shape[1])])
        else:
            self.cell, self.goal = tries.START, self.hidden
        self.step_of = 0
        return self._seen(), {}

    def step(self, action):
        """One step."""
        self.cell, self.step_of = int(ground.ground().led[self.cell, int(action)]), self.step_of + 1
        there, over = self.cell == self.goal, self.step_of == STEPS
        ends = there and not self.hindsight
        self.episodes += ends or over
        return self._seen(), float(there), ends, over and not ends, {}

    def compute_reward(self, achieved_goal, desired_goal, info):
        """1 there, else 0."""
        return (np.asarray(achieved_goal) == np.asarray(desired_goal)).all(-1).astype(np.float32)

    def _seen(self) -> Any:
        whole = ground.seen(np.array([self.cell]), np.array([self.goal]))[0]
        here, goal = np.split(whole, 2)
        if self.hindsight:
            return {"observation": here, "achieved_goal": here, "desired_goal": goal}
        return here if self.hidden is not None else whole


class Compass(gymnasium.Env):
    """The open room of the experiment worlds, north always the same way: -1 for each step. Nothing is told of it."""

    def __init__(self, way: int, seed: int) -> None:
        self.way, self.episodes, self.generator = way, 0, np.random.default_rng([seed, way])
        self.observation_space = spaces.Box(0.0, 1.0, (tuned.seen(born(1, self.generator)).shape[1],), np.float32)
        self.action_space = spaces.Discrete(ACTS)

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """A new life."""
        one = born(1, self.generator)
        self.lives = Lives(one.start, one.goal, np.array([self.way]))
        return tuned.seen(self.lives)[0], {}

    def step(self, action):
        """One step."""
        self.lives.live(np.array([int(action)]), self.generator)
        there, over = bool(self.lives.there[0]), self.lives.step == STEPS
        self.episodes += there or over
        return tuned.seen(self.lives)[0], -1.0, there, over and not there, {}
