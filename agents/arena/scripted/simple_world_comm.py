"""mpe2 simple_world_comm: a talking leader and its hunters, and prey that eats food and hides in forests.

An observation is velocity, position, landmarks (rocks, food, forests), the others (leader, hunters, prey), the
velocities of the prey among them, a sign for each forest, and the leader's last word; prey hears no word and has
the forests before the velocities. Whoever is out of view has the place zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from agents.arena.scripted.fields import STEPS, Script, choose, flee, nearest, toward
from worlds.arena import Species

WORDS = 4


class _Layout(NamedTuple):
    rocks: int
    food: int
    forests: int
    hunters: int  # without the leader
    prey: int

    @property
    def others(self) -> int:
        """How many agents there are beside oneself."""
        return self.hunters + self.prey

    @property
    def length(self) -> int:
        """Of a hunter's observation."""
        return 4 + 2 * (self.rocks + self.food + self.forests + self.others + self.prey) + self.forests + WORDS


class _Seen(NamedTuple):
    position: np.ndarray  # (m, 2)
    food: np.ndarray  # (m, j, 2) relative
    forests: np.ndarray
    hunters: np.ndarray  # the leader among them
    prey: np.ndarray


def scripts(species: Species, arguments: Mapping) -> list[Script]:
    """The scripts of the leader, of hunters or of prey, told apart by their spaces."""
    layout = _Layout(
        arguments.get("num_obstacles", 1), arguments.get("num_food", 2), arguments.get("num_forests", 2),
        arguments.get("num_adversaries", 4) - 1, arguments.get("num_good", 2),
    )  # fmt: skip
    if min(layout) < 1:
        return []
    if species.shape == (layout.length,):
        return _leader(layout) if species.actions == len(STEPS) * WORDS else _hunters(layout)
    return _prey(layout) if species.shape == (layout.length - WORDS - 2,) else []


def _read(observation: np.ndarray, layout: _Layout, hunters: int) -> _Seen:
    """What an agent with so many hunters beside it sees."""
    count = 2 + layout.rocks + layout.food + layout.forests + layout.others
    pairs = observation[:, : 2 * count].reshape(len(observation), -1, 2)
    cuts = np.cumsum([2 + layout.rocks, layout.food, layout.forests, hunters])
    _, food, forests, team, prey = np.split(pairs, cuts, axis=1)
    return _Seen(pairs[:, 1], food, forests, team, prey)


def _seen_nearest(places: np.ndarray) -> np.ndarray:
    return nearest(places, (places != 0).any(-1))


def _hunters(layout: _Layout) -> list[Script]:
    def chaser(observation, mask):
        return toward(_seen_nearest(_read(observation, layout, layout.hunters).prey))

    def food_guard(observation, mask):
        return toward(nearest(_read(observation, layout, layout.hunters).food))

    def forest_guard(observation, mask):
        return toward(nearest(_read(observation, layout, layout.hunters).forests))

    def soldier(observation, mask):
        word = np.where(observation[:, -WORDS:].any(-1), observation[:, -WORDS:].argmax(-1) + 1, 0)
        return toward(STEPS[word].astype(float))

    return [
        Script("chaser", chaser), Script("food-guard", food_guard), Script("forest-guard", forest_guard),
        Script("soldier", soldier),
    ]  # fmt: skip


def _leader(layout: _Layout) -> list[Script]:
    def speak(walk: np.ndarray, word: np.ndarray) -> np.ndarray:
        # An action is move + moves · word.
        return (choose(word, WORDS)[:, :, None] + walk[:, None, :]).reshape(len(walk), -1)

    def side(way: np.ndarray) -> np.ndarray:
        """The word for the side that a way goes to: left, right, down, up."""
        return toward(way)[:, 1:].argmax(-1)

    def captain(observation, mask):
        walk = toward(_seen_nearest(_read(observation, layout, layout.hunters).prey))
        return speak(walk, np.zeros(len(walk), int))

    def herald(observation, mask):
        prey = _seen_nearest(_read(observation, layout, layout.hunters).prey)
        return speak(choose(np.zeros(len(prey), int), len(STEPS)), side(prey))

    def warden(observation, mask):
        food = nearest(_read(observation, layout, layout.hunters).food)
        return speak(toward(food), side(food))

    return [Script("captain", captain), Script("herald", herald), Script("warden", warden)]


def _prey(layout: _Layout) -> list[Script]:
    def read(observation):
        return _read(observation, layout, layout.hunters + 1)

    def runaway(observation, mask):
        seen = read(observation)
        return flee(seen.position, seen.hunters, seen.hunters.any(-1))

    def forager(observation, mask):
        return toward(nearest(read(observation).food))

    def forester(observation, mask):
        return toward(nearest(read(observation).forests))

    return [Script("runaway", runaway), Script("forager", forager), Script("forester", forester)]
