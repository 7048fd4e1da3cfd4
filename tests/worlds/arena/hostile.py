"""A little environment that does something hostile wherever it is called, and what an alarm cannot reach."""

import asyncio
import sys
import time
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

from tests.worlds.arena.toys import LONG


class Mine(BaseException):
    """No Exception, and a text that a terminal would obey."""

    def __str__(self):
        return "mine \x1b[31m"


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError

    __repr__ = __str__


class Shown:
    """An observation that is hostile when it is read."""

    def __init__(self, act):
        self.act = act

    def __array__(self, *_, **__):
        self.act()
        return np.zeros(2, np.float32)


RAISED = {
    "mine": Mine, "interrupt": KeyboardInterrupt, "generator": GeneratorExit, "cancelled": asyncio.CancelledError,
    "group": lambda: BaseExceptionGroup("several", [Mine()]), "speechless": Speechless,
}  # fmt: skip


def strike(kind: str) -> None:
    if kind == "hang":
        time.sleep(LONG)
    if kind in RAISED:
        raise RAISED[kind]()


class Hostile(ParallelEnv):
    """Two agents that see nothing. `kind` happens `at` the constructor, possible_agents, agents, spaces, reset, step,
    observe (when what is shown is read) or close; at "later" the spaces of `kind` are others after three steps."""

    metadata: ClassVar[dict[str, Any]] = {"name": "hostile"}
    closes = 0

    def __init__(self, at="", kind=""):
        self.at, self.kind, self.time = at, kind, 0
        self._act("constructor")

    def _act(self, at):
        if at == self.at:
            strike(self.kind)

    @property
    def possible_agents(self):
        self._act("possible_agents")
        return ["ant", "bee"]

    @property
    def agents(self):
        self._act("agents")
        return ["ant", "bee"] if self.time < 12 else []

    def observation_space(self, agent):
        self._act("observation_space")
        return spaces.Box(0, 2 if self._later("observation_space") else 1, (2,), np.float32)

    def action_space(self, agent):
        if agent == "bee":
            self._act("action_space")
        return spaces.Discrete(5 if self._later("action_space") else 2)

    def _later(self, name) -> bool:
        return self.at == "later" and self.kind == name and self.time > 3

    def reset(self, seed=None, options=None):
        self.time = 0
        self._act("reset")
        return self._look(), {agent: {} for agent in self.agents}

    def _look(self):
        shown = Shown(lambda: self._act("observe")) if self.at == "observe" else np.zeros(2, np.float32)
        return dict.fromkeys(("ant", "bee"), shown)

    def step(self, actions):
        self.time += 1
        self._act("step")
        both = ("ant", "bee")
        over = dict.fromkeys(both, self.time >= 12)
        return self._look(), dict.fromkeys(both, 0.0), over, dict.fromkeys(both, False), {agent: {} for agent in both}

    def close(self):
        Hostile.closes += 1
        self._act("close")


def hostile(**keywords) -> Hostile:
    return Hostile(**keywords)


def quitting(context):
    """A visibility rule."""
    sys.exit(0)


def endless(context):
    time.sleep(LONG)
