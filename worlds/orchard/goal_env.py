"""One agent alone in the orchard with a goal, as a Gymnasium environment in the form of gymnasium-robotics' GoalEnv.

    from worlds.orchard.goal_env import GoalEnv
    env = GoalEnv(goal="cell", height=7, width=7, map="rooms", moves=8, regrow=False, steps=20)

What is observed, achieved and desired are the entries of a dictionary, and `compute_reward` judges any pair of the last
two, so that what was achieved can be taken for what was desired: hindsight experience replay. Registered as
"funhouse/orchard-goal-v0" once this module is imported.
"""

from dataclasses import fields, replace
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from worlds.errors import FunhouseError
from worlds.orchard.config import OrchardConfig
from worlds.orchard.geometry import NO_WAY, geometry_of
from worlds.orchard.rules import AGENT, FRUIT, VIEW_RADIUS, Orchard

ID = "funhouse/orchard-goal-v0"
GOALS = ("cell", "fruits")
_SEEDS = 2**62


class GoalEnv(gymnasium.Env):
    """A world of one agent, its goal drawn anew at each reset: with goal="cell" to stand on a cell that it can walk to,
    (row, column); with goal="fruits" to have eaten so many of each kind, at most `fruits` each, hollow ones too.

    Observations are {"observation": (h, w) uint8, the codes of worlds.orchard.rules with nothing unseen, the agent's
    cell 16 more; "achieved_goal", "desired_goal": (2,) or (kinds,) int64}. The reward of a step is 0 where the goal is
    achieved and else -1; the episode is truncated after `steps` steps, and ends before only with `ends`, at the goal.
    `config` holds the world's settings, keyword arguments replace single ones. Raises FunhouseError for settings that
    make no world, for another goal, and for more agents than one.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 (gymnasium declares it so)

    def __init__(
        self,
        config: OrchardConfig | None = None,
        *,
        goal: str = "cell",
        ends: bool = False,
        split: str = "train",
        render_mode: None = None,
        **settings: Any,
    ):
        if unknown := set(settings) - {field.name for field in fields(OrchardConfig)}:
            raise FunhouseError(f"an orchard has no setting '{sorted(unknown)[0]}'", remedy="see tom run --help")
        self.config = replace(config or OrchardConfig(agents=1), **settings)
        self._check(goal)
        self.goal, self.ends, self.split, self.render_mode = goal, ends, split, render_mode
        (height, width), kinds = self.config.shape, self.config.kinds
        self._sizes = np.array((height, width) if goal == "cell" else (self.config.fruits + 1,) * kinds)
        most = AGENT + FRUIT + kinds - 1
        # Where fruits regrow an agent may eat more than any goal asks for.
        counts = np.maximum(self._sizes - 1, 0 if goal == "cell" else self.config.steps)
        self._goals = goals = spaces.Box(np.zeros_like(counts), counts, dtype=np.int64)
        self.observation_space = spaces.Dict(
            {
                "observation": spaces.Box(0, most, (height, width), np.uint8),
                "achieved_goal": goals,
                "desired_goal": goals,
            }
        )
        self.action_space = spaces.Discrete(len(self.config.action_names))
        self._world: Orchard | None = None

    def _check(self, goal: str) -> None:
        if goal not in GOALS:
            raise FunhouseError(f"there is no goal {goal!r}", remedy=f"choose {' or '.join(GOALS)}")
        if self.config.agents != 1:
            what = f"agents = {self.config.agents} makes no world of one agent with a goal"
            raise FunhouseError(what, remedy="choose agents=1")

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """Lays out a world and draws a goal; with a seed the same bit for bit each time. Returns observation and info.

        `options` may hold "desired_goal", the goal to be had in place of one that is drawn.
        """
        super().reset(seed=seed)
        episode_seed = int(self.np_random.integers(_SEEDS))
        self._world = Orchard(self.config, episode_seed, self.split)
        self._eaten = np.zeros(self.config.kinds, np.int64)
        self._desired = self._drawn()
        if options and "desired_goal" in options:
            self._desired = self._asked(options["desired_goal"])
        return self._observed(), self._info()

    def _drawn(self) -> np.ndarray:
        """A goal: any cell that the agent can walk to but its own, or any counts of fruits but none at all."""
        random, world = self.np_random, self._made()
        if self.goal == "fruits":
            number = int(random.integers(1, np.prod(self._sizes, dtype=np.int64)))
            return np.array(np.unravel_index(number, self._sizes), np.int64)
        start = int(world.cell[0, 0])
        geometry = geometry_of(world.walls[0], self.config.sights, self.config.glass, self.config.moves)
        reached = np.flatnonzero(geometry.distance[start] != NO_WAY)
        others = reached[reached != start]
        cell = int(random.choice(others if len(others) else reached))
        return np.array(divmod(cell, self.config.width), np.int64)

    def _asked(self, goal: Any) -> np.ndarray:
        """A goal that is given. Raises FunhouseError where it is none."""
        asked = np.asarray(goal)
        if asked.dtype.kind not in "iu" or not self._goals.contains(asked.astype(np.int64)):
            most = ", ".join(str(high) for high in self._goals.high)
            what = f"desired_goal = {goal!r} is no goal of goal={self.goal!r}"
            raise FunhouseError(what, remedy=f"give {len(self._sizes)} whole numbers, from 0 to {most}")
        return asked.astype(np.int64)

    def step(self, action: int):
        """Moves the agent. Returns observation, reward, terminated, truncated, info. Raises FunhouseError for an action
        that there is not, and before the first reset."""
        world = self._made()
        if not self.action_space.contains(action):
            names = self.config.action_names
            remedy = f"choose 0 to {len(names) - 1}: {', '.join(names)}"
            raise FunhouseError(f"the agent cannot do {action!r}", place="step", remedy=remedy)
        world.step(np.array([[action]], np.int8))
        if (kind := world.eaten[0, 0]) >= 0:
            self._eaten[kind] += 1
        observed, info = self._observed(), self._info()
        reward = float(self.compute_reward(observed["achieved_goal"], observed["desired_goal"], info))
        ended = bool(world.step_count[0] >= self.config.steps)
        return observed, reward, self.ends and reward == 0, ended, info

    def compute_reward(self, achieved_goal: np.ndarray, desired_goal: np.ndarray, info: Any) -> np.ndarray:
        """0 where a goal (..., g) is achieved, else -1, (...) float32: of one step, or of a batch of them."""
        return np.all(np.asarray(achieved_goal) == np.asarray(desired_goal), axis=-1).astype(np.float32) - 1

    def compute_terminated(self, achieved_goal: np.ndarray, desired_goal: np.ndarray, info: Any) -> np.ndarray:
        """Whether a step to this goal ends the episode, (...) bool."""
        return (self.compute_reward(achieved_goal, desired_goal, info) == 0) & self.ends

    def compute_truncated(self, achieved_goal: np.ndarray, desired_goal: np.ndarray, info: Any) -> bool:
        """Whether the episode is over because its steps are."""
        return bool(self._made().step_count[0] >= self.config.steps)

    def _made(self) -> Orchard:
        if self._world is None:
            raise FunhouseError("no episode is under way", place="step", remedy="call reset first")
        return self._world

    def _observed(self) -> dict[str, np.ndarray]:
        world, (height, width), pad = self._made(), self.config.shape, VIEW_RADIUS
        grid = world.grid[0].reshape(height + 2 * pad, width + 2 * pad)[pad:-pad, pad:-pad].copy()
        place = np.array(divmod(int(world.cell[0, 0]), width), np.int64)
        achieved = place if self.goal == "cell" else self._eaten.copy()
        return {"observation": grid, "achieved_goal": achieved, "desired_goal": self._desired.copy()}

    def _info(self) -> dict[str, Any]:
        """How many steps are done."""
        return {"step": int(self._made().step_count[0])}


gymnasium.register(ID, entry_point=GoalEnv)
