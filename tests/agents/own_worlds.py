"""Worlds in a file that are not as they should be, each in one thing."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from agents.plain import Places, Trait
from examples.corridor import Corridor, Goal


class Mood(Trait):
    """A trait whose words are taken."""

    name = "mood"
    pace = 0
    wordings: ClassVar = {"low": ("is shy",), "high": ("is proud",)}


class Twice(Trait):
    """A trait of which two values are said alike."""

    name = "twice"
    pace = 0
    wordings: ClassVar = {"one": ("whistles",), "two": ("whistles",)}


class Loud(Trait):
    """A trait whose words no prompt can hold."""

    name = "loud"
    pace = 0
    wordings: ClassVar = {"one": ("SHOUTS",), "two": ("mumbles",)}


class OtherGoal(Goal):
    """A trait of a name that is taken."""

    wordings: ClassVar = {"sun": ("squints",), "shade": ("peers",)}


@dataclass(frozen=True)
class TakenWords(Corridor):
    traits = (Mood(),)
    held_out = ()


@dataclass(frozen=True)
class SameWords(TakenWords):
    traits = (Twice(),)


@dataclass(frozen=True)
class LoudWords(TakenWords):
    traits = (Loud(),)


@dataclass(frozen=True)
class TakenName(TakenWords):
    traits = (OtherGoal(),)


@dataclass(frozen=True)
class NoSuchType(Corridor):
    held_out = (("moon", "far"),)


@dataclass(frozen=True)
class AllHeldOut(Corridor):
    held_out = tuple((goal, sight) for goal in ("sun", "shade") for sight in ("near", "far"))


@dataclass(frozen=True)
class Blind(Corridor):
    def view(self, type, place):
        return np.arange(self.length) != place


@dataclass(frozen=True)
class NoChances(Corridor):
    def policy(self, type, history, body):
        return [0.5, 0.6, 0.0]


@dataclass(frozen=True)
class Raises(Corridor):
    def move(self, place, content, action, types, key, step):
        return place[99]


@dataclass(frozen=True)
class Outside(Corridor):
    def move(self, place, content, action, types, key, step):
        return place + 1000, content, np.zeros(self.agents)


@dataclass(frozen=True)
class NoReward(Corridor):
    def move(self, place, content, action, types, key, step):
        return place, content, np.full(self.agents, np.inf)


@dataclass(frozen=True)
class Nothing(Places):
    """Nothing is said of it."""


def function():
    """No class."""
