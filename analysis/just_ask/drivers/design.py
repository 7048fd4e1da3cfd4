"""drivers: an expert and worse drivers, and what a network learns from.

Everybody is alone in the default world, one fruit of each kind, with a taste. The expert is decisive and sees every
kind; the others are those of OTHERS, as many episodes of each. A network is told the taste (and blindness, where there
is one), and z, who drives; it is asked as the expert, on scenes that the expert visits on maps of the trial's split.

Of the expert every taste occurs in training: what is asked is unseen maps, not unseen types. Of the blind ones those
that training holds out do not. Each network is taken at the step at which it was best on other maps of validation,
which favours who learns by heart, and so the expert episodes alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from agents.orchard.rollout import RunConfig
from analysis.just_ask.asking import Lone
from analysis.just_ask.drivers.thresholds import EPISODES
from analysis.just_ask.imitated import Scenes, Truth, chosen_for, scenes, together, world
from analysis.just_ask.learner import TRAINING, Seen, Training, learned

EXPERT, BLIND, CARELESS, VAGUE, WILD = "expert", "blind to a kind", "careless", "vague", "at random"
TASTE = {"traits": ("taste",)}
POLICIES: dict[str, dict[str, Any]] = {  # beside what the default world has, in which everybody is blind to a kind
    EXPERT: TASTE,
    BLIND: {},
    CARELESS: {**TASTE, "floor": 0.5},  # half of its acts are drawn at random
    VAGUE: {**TASTE, "beta": 2.0, "gamma": 0.9},
    WILD: {**TASTE, "beta": 0.0},
}
OTHERS = (BLIND, CARELESS, VAGUE, WILD)
DRIVERS = (EXPERT, *OTHERS)
ASIDE, APART = 1000, 100_000  # added to a seed: maps to stop on; episodes between the beginnings of two drivers


class Choice(NamedTuple):
    """What was chosen on validation for so many expert episodes, each arm's decay by itself."""

    alone: float  # decay of weights, expert episodes alone
    joint: float  # the same, with others
    share: float  # of expert scenes in a batch, with others


CHOICES = {  # by expert episodes
    10: Choice(4.0, 1.0, 0.15),
    25: Choice(2.0, 1.0, 0.15),
    50: Choice(2.0, 0.5, 0.3),
    100: Choice(1.0, 0.25, 0.3),
    200: Choice(0.5, 0.25, 0.5),
    400: Choice(0.35, 0.25, 0.7),
    800: Choice(0.25, 0.1, 0.7),
}


def choice(size: int) -> Choice:
    """What was chosen for so many episodes."""
    return chosen_for(CHOICES, size)


@dataclass(frozen=True)
class Design(Lone):
    """What is learned from, and what is asked."""

    episodes: int = 100  # of the expert, which are asked
    sizes: tuple[int, ...] = EPISODES
    others: int = 1000  # episodes of each of the others
    stop: int = 40  # episodes of validation by which a training is stopped
    training: Training = TRAINING


class Ground:
    """All that one seed's networks learn from and are asked."""

    def __init__(self, design: Design, split: str, seed: int, count: int):
        self.design, self._seed, most = design, seed, max(design.sizes)
        self.expert = self._driven(EXPERT, "train", seed, 0, most)
        self._asked = self._driven(EXPERT, split, seed, 0, count)
        self._aside = self._driven(EXPERT, "validation", seed + ASIDE, 0, design.stop)
        self.drove = np.repeat(np.arange(1, len(DRIVERS)), design.others)  # who drove each of the others' episodes
        self.others = together([self.by(one) for one in OTHERS])

    def by(self, driver: str) -> Scenes:
        """Episodes of training in which somebody drives."""
        return self._driven(driver, "train", self._seed, APART * DRIVERS.index(driver), self.design.others)

    @cached_property
    def wild(self) -> Scenes:
        """As many episodes as the others have, all at random."""
        return self._driven(WILD, "train", self._seed, APART * len(DRIVERS), self.design.others * len(OTHERS))

    def shuffling(self, size: int) -> np.random.Generator:
        """Draws z where it says nothing."""
        return np.random.default_rng([self._seed, size, 2])

    @cached_property
    def more(self) -> Scenes:
        """As many episodes as the others have, of the expert."""
        return self._driven(EXPERT, "train", self._seed, APART * len(DRIVERS), self.design.others * len(OTHERS))

    def _driven(self, driver: str, split: str, seed: int, first: int, count: int) -> Scenes:
        # where everybody is blind to a kind, training has the types that it sees, all others all there are
        orchard, policy, population = world(self.design.steps, self.design.fruits, "auto" if driver == BLIND else "all")
        return scenes(RunConfig(orchard, replace(policy, **POLICIES[driver]), population, seed, split), first, count)

    def nats(self, size: int, others: Scenes | None, z: np.ndarray, expert_z: np.ndarray, decay: float) -> float:
        """KL of a network that learned from `size` expert episodes and `others`, told z of each episode of those, (e,),
        and of the expert's, (size,); asked as the expert."""
        eye, steps = np.eye(len(DRIVERS), dtype=np.float32), self.design.steps
        share = 1.0 if others is None else choice(size).share
        generator = np.random.default_rng([self._seed, size])

        def drawn(batch: int) -> tuple[Seen, np.ndarray]:
            mine = round(batch * share)
            rows = generator.integers(size * steps, size=mine)
            some, told = self.expert.some(rows), expert_z[rows // steps]
            if others is not None:
                rows = generator.integers(len(others.act), size=batch - mine)
                some, told = together([some, others.some(rows)]), np.concatenate([told, z[rows // steps]])
            return some.seen(eye[told]), some.act

        stop, asked = Truth(self._aside, eye[0]), Truth(self._asked, eye[0])
        training = self.design.training._replace(decay=decay)
        return asked.far(learned(training, drawn, stop.far, np.random.default_rng([self._seed, size, 1])))
