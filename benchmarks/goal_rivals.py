"""Q-learning, with and without hindsight replay, on the questions of the experiment *goals*: its rivals, who may try.

    pip install stable-baselines3
    python benchmarks/goal_rivals.py --steps 300000 --seeds 0 1 2

A rival plays maps of the training split and is rewarded: -1 for each step at which it is not in the place that it was
told. It sees the walls, where it stands and the place, each as zeros and ones. What it is to learn is less than what
the mind is asked for: no deadline, no fruit, nobody's ways. The network is two hidden layers; all else but `SETTINGS`
is as stable-baselines3 has it. Success is counted by the experiment's own code, acts being the likeliest.
"""

import argparse
import json
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from stable_baselines3 import DQN, HerReplayBuffer

from agents.answer import Question
from agents.orchard.presets import DEFAULT, preset
from agents.wishes.event import PLACES
from agents.wishes.wish import place_of
from analysis.just_ask.asking import wish_at
from analysis.just_ask.goals.design import Design, asked_of
from analysis.just_ask.success import act_out
from analysis.probes.probe import Settings, Subject, Trial
from worlds import Episode
from worlds.orchard.goal_env import GoalEnv
from worlds.orchard.rules import WALL

SETTINGS: dict[str, Any] = {
    "learning_rate": 5e-4, "buffer_size": 200_000, "learning_starts": 2_000, "batch_size": 256, "gamma": 0.95,
    "train_freq": 4, "gradient_steps": 2, "target_update_interval": 1_000, "exploration_fraction": 0.3,
    "policy_kwargs": {"net_arch": [256, 256]},
}  # fmt: skip


class PlaceEnv(gymnasium.Env):
    """The orchard of one agent, its goal one of the nine places, (9,) zeros and a one."""

    def __init__(self) -> None:
        config = preset(DEFAULT, {"agents": 1, "fruits": 1, "regrow": False, "steps": 12})[0]
        self.inner = GoalEnv(config)
        height, width = config.shape
        goal = spaces.Box(0.0, 1.0, (len(PLACES),), np.float32)
        seen = spaces.Box(0.0, 1.0, (2 * height * width,), np.float32)
        self.observation_space = spaces.Dict({"observation": seen, "achieved_goal": goal, "desired_goal": goal})
        self.action_space = self.inner.action_space

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        """A new map, and a place on it where the agent can come."""
        told, info = self.inner.reset(seed=seed)
        self.walls = told["observation"] == WALL
        self.goal = PLACES.index(place_of(*told["desired_goal"], *self.walls.shape))
        return self._seen(told), info

    def step(self, action):
        """As GoalEnv's."""
        told, _, ended, over, info = self.inner.step(int(action))
        seen = self._seen(told)
        return seen, float(self.compute_reward(seen["achieved_goal"], seen["desired_goal"], info)), ended, over, info

    def compute_reward(self, achieved_goal, desired_goal, info):
        """0 in the place, else -1."""
        return (np.asarray(achieved_goal) == np.asarray(desired_goal)).all(-1).astype(np.float32) - 1

    def _seen(self, told: dict) -> dict[str, np.ndarray]:
        return observation(self.walls, tuple(told["achieved_goal"]), self.goal)


def observation(walls: np.ndarray, cell: tuple[int, int], goal: int) -> dict[str, np.ndarray]:
    """What a rival sees."""
    here, places = np.zeros(walls.shape, np.float32), np.eye(len(PLACES), dtype=np.float32)
    here[cell] = 1.0
    seen = np.concatenate([walls.ravel().astype(np.float32), here.ravel()])
    achieved = places[PLACES.index(place_of(*cell, *walls.shape))]
    return {"observation": seen, "achieved_goal": achieved, "desired_goal": places[goal]}


class Learner:
    """A trained one as an answerer of the questions of goals."""

    wishes = True

    def __init__(self, name: str, model: DQN):
        self.name, self.model = name, model

    def answer(self, episode: Episode, questions: list[Question]) -> np.ndarray:
        """Its likeliest act, (q, actions)."""
        return np.array([self._row(episode, one) for one in questions])

    def _row(self, episode: Episode, one: Question) -> np.ndarray:
        place = PLACES.index(wish_at(episode, one).clauses[0].place)
        cell = divmod(int(episode.cell[one.step, 0]), episode.walls.shape[1])
        action, _ = self.model.predict(observation(episode.walls, cell, place), deterministic=True)
        return np.eye(episode.actions)[int(action)]


def learned(hindsight: bool, seed: int, steps: int) -> Learner:
    """One training."""
    replay: dict[str, Any] = {}
    if hindsight:
        replay = {"replay_buffer_class": HerReplayBuffer, "replay_buffer_kwargs": {"n_sampled_goal": 4}}
    model = DQN("MultiInputPolicy", PlaceEnv(), seed=seed, device="cpu", **replay, **SETTINGS).learn(steps)
    return Learner(f"Q-learning{', hindsight replay' if hindsight else ''}, {steps} steps, seed {seed}", model)


def main() -> None:
    """Trains, plays, prints a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, nargs="*", default=[300_000])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--split", default="test", choices=("validation", "test"))
    asked = parser.parse_args()
    trial = Trial(Subject(None), Settings(split=asked.split), Design())  # type: ignore[arg-type]
    for steps in asked.steps:
        for seed in asked.seeds:
            rivals = [learned(hindsight, seed, steps) for hindsight in (False, True)]
            for row in act_out(trial, asked_of, rivals).rows({}):
                print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
