"""mpe2 simple_tag: hunters (adversaries) and prey (agents), with a full view.

An observation is velocity, position, rocks, the others (hunters first), the velocities of the prey among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from agents.arena.scripted.fields import Script, dot, flee, length, nearest, toward, turned, unit
from worlds.arena import Species


class _Seen(NamedTuple):
    position: np.ndarray  # (m, 2)
    rocks: np.ndarray  # (m, j, 2) relative
    hunters: np.ndarray
    prey: np.ndarray
    velocity: np.ndarray  # of the prey


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """Hunters' scripts or prey's, told apart by the length of their observations."""
    hunters, prey = arguments.get("num_adversaries", 3), arguments.get("num_good", 1)
    rocks = arguments.get("num_obstacles", 2)
    size = 4 + 2 * (rocks + hunters + prey - 1)
    if not hunters or not prey or not rocks:
        return []

    def reader(others: int):
        ends = np.cumsum([2, rocks, others, hunters + prey - 1 - others]).tolist()
        parts = [slice(*pair) for pair in pairwise([*ends, None])]

        def read(seen: np.ndarray) -> _Seen:
            pairs = seen.reshape(len(seen), -1, 2)
            return _Seen(pairs[:, 1], *(pairs[:, part] for part in parts))

        return read

    if species.shape == (size + 2 * prey,):
        return _hunters(reader(hunters - 1))
    if species.shape == (size + 2 * (prey - 1),):
        return _prey(reader(hunters))
    return []


def _hunters(read) -> list[Script]:
    def chaser(observation, mask):
        return toward(nearest(read(observation).prey))

    def ambusher(observation, mask):
        seen = read(observation)
        return toward(nearest(seen.prey + 1.5 * seen.velocity))

    def flanker(observation, mask):
        seen = read(observation)
        prey = nearest(seen.prey)
        team = (seen.hunters - prey[:, None]).mean(1) if seen.hunters.shape[1] else 0 * prey
        return toward(_flank(-unit(prey), unit(team)))

    def sentinel(observation, mask):
        return toward(nearest(read(observation).rocks))

    def prowler(observation, mask):
        position = read(observation).position
        return toward(_round(position, 1.0))

    return [
        Script("chaser", chaser), Script("ambusher", ambusher), Script("flanker", flanker),
        Script("sentinel", sentinel), Script("prowler", prowler),
    ]  # fmt: skip


def _prey(read) -> list[Script]:
    def evader(observation, mask):
        seen = read(observation)
        return flee(seen.position, seen.hunters, np.ones(seen.hunters.shape[:2], bool))

    def hider(observation, mask):
        seen = read(observation)
        rock, hunter = nearest(seen.rocks), nearest(seen.hunters)
        return toward(rock + 0.3 * unit(rock - hunter))

    def hugger(observation, mask):
        position = read(observation).position
        wall = np.abs(position).argmax(1)[:, None] == np.arange(2)
        return toward(np.where(wall, np.where(position < 0, -1.0, 1.0) - position, 0.0))

    def circler(observation, mask):
        return toward(_round(read(observation).position, 0.5))

    return [
        Script("evader", evader), Script("hider", hider), Script("wall-hugger", hugger), Script("circler", circler),
    ]  # fmt: skip


def _flank(mine: np.ndarray, team: np.ndarray) -> np.ndarray:
    """(m, 2): around the prey, from which lie `mine` and `team`, away from the team; once opposite, straight in."""
    beside = 0.5 + 0.5 * dot(mine, team)
    left = dot(turned(mine), team) < 0
    around = turned(mine) * np.where(left, 1.0, -1.0)
    return beside * around * 1.5 - (1.0 - 0.8 * beside) * mine


def _round(position: np.ndarray, radius: float) -> np.ndarray:
    """(m, 2): counter-clockwise around the middle, and back to the circle of that radius."""
    out = unit(position)
    return turned(out) + 3.0 * (radius - length(position)) * out
