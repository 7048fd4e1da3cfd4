"""A world of one's own in one file: agents in a corridor, some of whom seek its sunny place and some its shady one.

    python examples/corridor.py
    tom run --world examples.corridor:Corridor --arguments '{"length": 7}' --split test --episodes 8 --out runs/corridor
    tom verify runs/corridor --trust examples.corridor:Corridor

Prompts, roles, logs, proofs and exact answers come of themselves, from what stands here.
"""

import tempfile
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from agents.plain import Places, Trait
from agents.traits.sight import SIGHT
from worlds import dice

SUN, SHADE = 1, 2  # what a place may hold; 0 is neither
RADIUS = {"near": 1, "far": 64}  # places to each side that are seen


class Goal(Trait):
    """What an agent looks for; one word is an adjective, "with …" follows the noun, anything else follows "that"."""

    name = "goal"
    pace = 0
    wordings: ClassVar = {
        "sun": ("seeks the sun", "sunny-minded", "looks for the sun", "with a love of the sun"),
        "shade": ("seeks the shade", "shady-minded", "looks for the shade", "with a love of the shade"),
    }


@dataclass(frozen=True)
class Corridor(Places):
    """A row of places. The sun and the shade are in one each, and go elsewhere when somebody who seeks them comes."""

    agents: Annotated[int, Interval(ge=2, le=16)] = 4
    steps: Annotated[int, Interval(ge=1, le=256)] = 24
    length: Annotated[int, Interval(ge=3, le=64)] = 9

    traits = (Goal(), SIGHT)  # four types: the posterior runs over them in this order, sight the faster
    held_out = (("shade", "far"),)  # no training episode has such an agent
    actions = ("left", "stay", "right")
    contents = 3

    @property
    def places(self):
        """One after another."""
        return self.length

    def start(self, key):
        """Everybody anywhere; the sun and the shade in two places."""
        place = [dice.pick(key, 0, i, dice.PLACE, self.length) for i in range(self.agents)]
        content = np.zeros(self.length, np.int64)
        self._put(SUN, content, key, 0)
        self._put(SHADE, content, key, 0)
        return np.array(place), content

    def _put(self, what, content, key, step):
        """Puts something in an empty place: what is left is left to chance, by the key."""
        empty = np.flatnonzero(content == 0)
        content[empty[dice.pick(key, step, what, dice.REGROW, len(empty))]] = what

    def move(self, place, content, action, types, key, step):
        """Everybody goes a place on or stays; who arrives at its goal is rewarded."""
        place = np.clip(place + action - 1, 0, self.length - 1)
        wants = np.array([SUN if one.goal == "sun" else SHADE for one in types])
        found = content[place] == wants
        for what in np.unique(wants[found]):
            old = np.flatnonzero(content == what)
            self._put(what, content, key, step + 1)
            content[old] = 0
        return place, content, found.astype(float)

    def view(self, type, place):
        """So many places to each side."""
        return np.abs(np.arange(self.length) - place) <= RADIUS[type.sight]

    def policy(self, type, history, body):
        """Mostly towards the goal that it sees; where it sees none, to either side."""
        scene = history[-1]
        here, wanted = scene.seen(body).place, SUN if type.goal == "sun" else SHADE
        if wanted not in scene.content:
            return np.array([0.45, 0.1, 0.45])
        chance = np.full(3, 0.1)
        chance[1 + np.sign(scene.content.index(wanted) - here)] = 0.8
        return chance


if __name__ == "__main__":
    import agents
    from agents.plain import run_of
    from agents.recording import record, verify
    from worlds import open_log

    with tempfile.TemporaryDirectory() as place:
        record(run_of("examples.corridor:Corridor", split="test"), place, episodes=4)
        print(f"verified: {verify(place)['verified']}")
        episode = open_log(place)[0]
    me, other, *_ = episode.names
    for one in episode.agents:
        print(f"{one.name} is {one.description}")
    for prompt in (
        "behave as myself",
        f"behave as {other} pretending to be me",
        "behave as an agent that seeks the sun",
    ):
        print(f'{me} at step 20, asked to "{prompt}":', agents.exact(episode, me, 20, prompt).probabilities)
