"""augmentation: scenes that are changed in what is perceived, and a network that is told how.

Lone agents of the default world, one fruit of each kind, each blind to a kind; of the types that training has, for
what is asked is unseen maps and not unseen types. Of each batch a part is changed, as changes.py beside this says, the
act of the original being the label; a token says how. The network is asked with the token for what is not changed. It
is taken at the step at which it was best on other maps of validation, which favours who learns by heart, and so those
that learn from nothing changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agents.orchard.rollout import RunConfig
from analysis.just_ask.asking import Lone
from analysis.just_ask.augmentation.changes import CHANGES, CLEAN, FEWER, MOVED, OPEN
from analysis.just_ask.augmentation.thresholds import EPISODES
from analysis.just_ask.imitated import Scenes, Truth, chosen_for, scenes, together, world
from analysis.just_ask.learner import TRAINING, Seen, Training, learned

TOLD, UNTOLD, RANDOM = "told", "not told", "random"
TOKENS = (CLEAN, *CHANGES)
CHOSEN: tuple[str, ...] = (FEWER, MOVED, OPEN)  # on validation, of CHANGES that are no symmetry
SHARE = 0.5  # of scenes that are changed
ASIDE = 1000  # added to a seed: maps to stop on


class Choice(NamedTuple):
    """The decay of weights that was chosen on validation for so many episodes, each arm's by itself."""

    none: float
    changed: float


CHOICES = {  # by episodes
    25: Choice(4.0, 4.0),
    50: Choice(2.0, 2.0),
    100: Choice(1.0, 1.0),
    200: Choice(1.0, 0.5),
    400: Choice(0.5, 0.25),
}


def choice(size: int) -> Choice:
    """What was chosen for so many episodes."""
    return chosen_for(CHOICES, size)


@dataclass(frozen=True)
class Design(Lone):
    """What is learned from, and what is asked."""

    episodes: int = 100  # which are asked
    sizes: tuple[int, ...] = EPISODES
    stop: int = 40  # episodes of validation by which a training is stopped
    training: Training = TRAINING


class Ground:
    """All that one seed's networks learn from and are asked."""

    def __init__(self, design: Design, split: str, seed: int, count: int):
        self.design, self._seed = design, seed
        self.learned_from = self._lone("train", seed, max(design.sizes))
        clean = np.arange(len(TOKENS)) == 0
        self._asked = Truth(self._lone(split, seed, count), clean)
        self._aside = Truth(self._lone("validation", seed + ASIDE, design.stop), clean)

    def _lone(self, split: str, seed: int, count: int) -> Scenes:
        orchard, policy, population = world(self.design.steps, self.design.fruits, "seen")
        return scenes(RunConfig(orchard, policy, population, seed, split), 0, count)

    def nats(self, size: int, changes: tuple[str, ...], telling: str, decay: float) -> float:
        """KL of a network that learned from so many episodes, a part of the scenes changed in one of some ways and
        TOLD or not, or given tokens at RANDOM; on clean scenes."""
        eye, generator = np.eye(len(TOKENS), dtype=np.float32), np.random.default_rng([self._seed, size])
        share = [1 - SHARE, *[SHARE / len(changes)] * len(changes)] if changes else [1.0]
        tokens = np.array([0, *map(TOKENS.index, changes)])

        def drawn(batch: int) -> tuple[Seen, np.ndarray]:
            some = self.learned_from.some(generator.integers(size * self.design.steps, size=batch))
            how = np.sort(generator.choice(len(share), batch, p=share))
            parts = [some.some(how == 0)]
            parts += [CHANGES[name](some.some(how == k), generator) for k, name in enumerate(changes, 1)]
            token = {TOLD: how, UNTOLD: 0 * how, RANDOM: generator.permutation(how)}[telling]
            some = together(parts)
            return some.seen(eye[tokens[token]]), some.act

        training = self.design.training._replace(decay=decay)
        made = learned(training, drawn, self._aside.far, np.random.default_rng([self._seed, size, 1]))
        return self._asked.far(made)
