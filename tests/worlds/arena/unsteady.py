"""A little environment that does not keep to its seed, in each of the ways in which environments do not."""

import os
import time

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv


class Walk(ParallelEnv):
    """Walkers on a line. kind: "" keeps to its seed; entropy, order (of a set of strings), games (counted by the
    class: after so many all is otherwise), rare (entropy, in a few games), noise (entropy in what is seen first), stuck
    (a step never ends in a process that has the variable STUCK)."""

    metadata = {"name": "walk"}  # noqa: RUF012
    games = 0

    def __init__(self, kind="", after=0, length=6):
        self.kind, self.after, self.length = kind, after, length
        self.possible_agents = ["ant", "bee", "cow", "dog"]

    def observation_space(self, agent):
        return spaces.Box(-1000, 1000, (3,), np.float64)

    def action_space(self, agent):
        return spaces.Discrete(3)

    def reset(self, seed=None, options=None):
        Walk.games += 1
        self.generator, self.time, self.agents = np.random.default_rng(seed), 0, list(self.possible_agents)
        self.place = {agent: float(self.generator.integers(10)) for agent in self.agents}
        self.wild = self.kind == "entropy" or (self.kind == "rare" and self.generator.random() < 0.3)
        if self.kind == "games" and Walk.games > self.after:
            self.place["ant"] = 50.0
        return self._look(), {agent: {} for agent in self.agents}

    def _look(self):
        return {agent: np.array([self.place[agent], self.time, sum(self.place.values())]) for agent in self.agents}

    def step(self, actions):
        self.time += 1
        while self.kind == "stuck" and "STUCK" in os.environ:
            time.sleep(0.01)
        if self.wild:
            self.place["ant"] += 30 * np.random.default_rng().random()
        for agent in set(self.agents) if self.kind == "order" else self.agents:
            self.place[agent] += actions[agent] - 1 + float(self.generator.integers(3))
        rewards, done = {agent: self.place[agent] for agent in self.agents}, self.time >= self.length
        cut, seen = dict.fromkeys(self.agents, done), self._look()
        over, infos = dict.fromkeys(self.agents, False), {agent: {} for agent in self.agents}
        self.agents = [] if done else self.agents
        return seen, rewards, over, cut, infos


def walk(**keywords) -> Walk:
    return Walk(**keywords)
