"""mpe2 simple_adversary: one adversary that is not told which landmark is the goal, and agents that are.

An observation is the landmarks and the others (the adversary first), for the agents after the goal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.arena.scripted.fields import Script, away, length, nearest, toward, unit
from worlds.arena import Species


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The adversary's scripts or the agents', told apart by the length of their observations."""
    count = arguments.get("N", 2)
    if species.shape == (4 * count,):
        return _adversary(count)
    return _agents(count) if species.shape == (4 * count + 2,) and count > 1 else []


def _adversary(count: int) -> list[Script]:
    def read(observation):
        pairs = observation.reshape(len(observation), -1, 2)
        return pairs[:, :count], pairs[:, count:]

    def shadow(observation, mask):
        return toward(nearest(read(observation)[1]))

    def spy(observation, mask):
        return toward(crowded(observation, -1.0))

    def contrarian(observation, mask):
        return toward(crowded(observation, 1.0))

    def crowded(observation: np.ndarray, sign: float) -> np.ndarray:
        """(m, 2): the landmark that is farthest from all others, times the sign."""
        marks, others = read(observation)
        distance = length(marks[:, :, None] - others[:, None])[..., 0].min(2)
        return marks[np.arange(len(marks)), (sign * distance).argmax(1)]

    def recluse(observation, mask):
        marks, others = read(observation)
        return toward(unit(away(others)) + 0.3 * marks.mean(1))

    return [Script("shadow", shadow), Script("contrarian", contrarian), Script("spy", spy), Script("recluse", recluse)]


def _agents(count: int) -> list[Script]:
    def read(observation):
        pairs = observation.reshape(len(observation), -1, 2)
        return pairs[:, 0], pairs[:, 1 : count + 1], pairs[:, count + 1], pairs[:, count + 2 :]

    def seeker(observation, mask):
        return toward(read(observation)[0])

    def decoy(observation, mask):
        goal, marks, _, _ = read(observation)
        distance = length(marks - goal[:, None])[..., 0]
        return toward(marks[np.arange(len(marks)), distance.argmax(1)])

    def companion(observation, mask):
        return toward(nearest(read(observation)[3]))

    def dodger(observation, mask):
        _, marks, adversary, _ = read(observation)
        return toward(unit(-adversary) + 0.3 * marks.mean(1))

    return [
        Script("goal-seeker", seeker), Script("decoy", decoy), Script("companion", companion), Script("dodger", dodger),
    ]  # fmt: skip
