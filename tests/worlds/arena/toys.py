"""Little environments of our own, named as "tests.worlds.arena.toys:field": sound, or failing on demand."""

import contextlib
import ctypes
import os
import random
import signal
import sys
import tempfile
import time
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv, ParallelEnv

LONG = 20.0  # seconds; for ever, as far as a test can tell


class Field(ParallelEnv):
    """Walkers on a line, `small` of them with a shorter observation; one of them may end early, or things go wrong.

    fault happens at the third step of games whose seed is odd (always with `always`): raise, nan, infinite, reward,
    vanish, stranger, shape, missing, mask, few, hang (busy, whatever is raised), sleep, exit, gone and abort (the
    process ends), stubborn and frozen (no alarm helps), wander (to another directory), mute (stdout is closed); dice
    (chance of its own) and global (chance of the process's) happen at every step.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "field"}

    def __init__(self, agents=4, small=1, length=6, ends=-1, fault="", always=False, masked=False, tells=True):
        self.possible_agents = [f"walker_{i}" for i in range(agents)]
        self.small, self.length, self.ends, self.fault, self.always = small, length, ends, fault, always
        self.masked = masked or fault in ("mask", "few")
        if not tells:
            self.positions = None  # type: ignore[assignment,method-assign]

    def observation_space(self, agent):
        box = spaces.Box(-np.inf, np.inf, (2 if self._small(agent) else 3,), np.float64)
        return spaces.Dict({"observation": box, "action_mask": spaces.MultiBinary(3)}) if self.masked else box

    def action_space(self, agent):
        return spaces.Discrete(3, start=-1)

    def _small(self, agent) -> bool:
        return int(agent.split("_")[1]) >= len(self.possible_agents) - self.small

    def reset(self, seed=None, options=None):
        self.generator, self.seed, self.time = np.random.default_rng(seed), seed, 0
        self.agents = list(self.possible_agents)
        self.place = {agent: float(self.generator.integers(10)) for agent in self.agents}
        return self._observe(), {agent: {} for agent in self.agents}

    def positions(self):
        return {agent: (self.place[agent], 0.0) for agent in self.agents}

    def _observe(self):
        seen = {}
        for agent in self.agents:
            row = np.array([self.place[agent], self.time, sum(self.place.values())])[: 2 if self._small(agent) else 3]
            legal = np.array([1, 1, self.place[agent] < 9], np.int8)
            seen[agent] = {"observation": row, "action_mask": legal} if self.masked else row
        return seen

    def step(self, actions):
        assert set(actions) == set(self.agents)
        assert all(action in (-1, 0, 1) for action in actions.values())
        self.time += 1
        for agent, action in actions.items():
            self.place[agent] += action
        rewards = {agent: float(actions[agent]) for agent in self.agents}
        ended = {agent: agent == "walker_0" and self.time == self.ends for agent in self.agents}
        cut = dict.fromkeys(self.agents, self.time >= self.length)
        self.agents = [agent for agent in self.agents if not (ended[agent] or cut[agent])]
        return self._spoil(self._observe(), rewards, ended, cut, {agent: {} for agent in self.agents})

    def _spoil(self, seen, rewards, ended, cut, infos):
        if self.fault == "dice":
            self.place["walker_0"] += np.random.default_rng().random()
        elif self.fault == "global":
            self.place["walker_0"] += random.random() + np.random.normal()  # noqa: NPY002
        elif self.time == 3 and self.agents and (self.always or self.seed % 2):
            agent = self.agents[0]
            getattr(self, f"_{self.fault}", lambda *_: None)(agent, seen, rewards)
        return seen, rewards, ended, cut, infos

    def _raise(self, *_):
        raise RuntimeError("the field is flooded")

    def _hang(self, *_):
        until = time.monotonic() + LONG
        while time.monotonic() < until:
            with contextlib.suppress(Exception):
                sum(range(100))

    def _sleep(self, *_):
        time.sleep(LONG)

    def _exit(self, *_):
        sys.exit(0)

    def _gone(self, *_):
        os._exit(0)

    def _abort(self, *_):
        os.abort()

    def _stubborn(self, *_):
        while True:
            with contextlib.suppress(BaseException):
                time.sleep(LONG)

    def _frozen(self, *_):
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        ctypes.PyDLL(None).pause()  # in compiled code, which lets nobody else run

    def _wander(self, *_):
        os.chdir(tempfile.gettempdir())

    def _mute(self, *_):
        print("for the terminal")
        with contextlib.suppress(OSError):
            os.close(1)

    def _nan(self, agent, seen, _):
        seen[agent][1] = np.nan

    def _infinite(self, agent, seen, _):
        seen[agent][0] = -np.inf

    def _reward(self, agent, _, rewards):
        rewards[agent] = float("nan")

    def _vanish(self, agent, *_):
        self.agents.remove(agent)

    def _stranger(self, agent, seen, _):
        self.agents.append("ghost")
        seen["ghost"] = seen[agent]

    def _shape(self, agent, seen, _):
        seen[agent] = np.zeros(7)

    def _missing(self, agent, seen, _):
        del seen[agent]

    def _mask(self, agent, seen, _):
        seen[agent]["action_mask"] = np.full(3, 2, np.int8)

    def _few(self, agent, seen, _):
        seen[agent]["action_mask"] = np.ones(2, np.int8)


class Rounds(AECEnv):
    """Agents count in turn; the first of them may end early, the turn may never come round, the dead may not rest."""

    metadata: ClassVar[dict[str, Any]] = {"name": "rounds", "is_parallelizable": False}

    def __init__(self, agents=3, length=4, ends=-1, fault=""):
        self.possible_agents = [f"counter_{i}" for i in range(agents)]
        self.length, self.ends, self.fault = length, ends, fault

    def observation_space(self, agent):
        return spaces.Discrete(100)

    def action_space(self, agent):
        return spaces.MultiDiscrete([2, 2])

    def reset(self, seed=None, options=None):
        self.agents = list(self.possible_agents)
        self.count, self.turns = 0, dict.fromkeys(self.agents, 0)
        self.rewards, self._cumulative_rewards = dict.fromkeys(self.agents, 0.0), dict.fromkeys(self.agents, 0.0)
        self.terminations, self.truncations = dict.fromkeys(self.agents, False), dict.fromkeys(self.agents, False)
        self.infos = {agent: {} for agent in self.agents}
        self.agent_selection = self.agents[0]

    def observe(self, agent):
        return self.count

    def step(self, action):
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            assert action is None
            if self.fault == "restless":
                return
            self._select_next(agent)
            self.agents.remove(agent)
            del self.terminations[agent], self.truncations[agent], self.rewards[agent]
            return
        self.count = (self.count + 1) % 100
        self.turns[agent] += 1
        self.rewards = dict.fromkeys(self.agents, 0.0) | {agent: float(action.sum())}
        if agent == "counter_0" and self.turns[agent] == self.ends:
            self.terminations[agent] = True
        if self.turns[agent] == self.length and agent == self.agents[-1] and self.fault != "greedy":
            self.truncations = dict.fromkeys(self.agents, True)
        if self.fault != "greedy" and not (self.fault == "restless" and self.terminations[agent]):
            self._select_next(agent)

    def _select_next(self, agent):
        self.agent_selection = self.agents[(self.agents.index(agent) + 1) % len(self.agents)]


def field(**keywords) -> Field:
    return Field(**keywords)


def rounds(**keywords) -> Rounds:
    return Rounds(**keywords)


def empty(**keywords) -> Field:
    """A game in which nobody is ever there."""
    env = Field(**keywords)
    begin = env.reset

    def reset(seed=None, options=None):
        seen = begin(seed)
        if seed:  # a first look is let be
            env.agents = []
        return seen

    env.reset = reset  # type: ignore[method-assign]
    return env


def nobody() -> object:
    return object()


def pairs(context) -> np.ndarray:
    """A visibility rule: even agents perceive odd ones."""
    even = np.arange(len(context.agents)) % 2 == 0
    return even[:, None] & ~even[None, :]


def blurred(context) -> np.ndarray:
    return np.ones(3)


def torn(context) -> np.ndarray:
    raise ValueError("torn")


class OtherPositions(Field):
    """Attributes whose names mean something else here; `positions` is a helper with an argument."""

    def positions(self, agent):
        return self.place[agent]


class Board(Field):
    """So does a property that fails before a piece is chosen, and a level and its size."""

    scenario, world = "forest", {"size": 3}

    def positions(self):
        return [3, 1]

    @property
    def agent_map(self):
        raise RuntimeError("no piece is chosen")


def everybody(context):
    """A rule that needs no positions."""
    return np.ones((len(context.agents),) * 2, bool)


def pairs_by_place(context):
    """A rule that does."""
    return context.position[:, None, 0] == context.position[None, :, 0]
