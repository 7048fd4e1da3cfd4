"""trial: the network, which makes a policy of what it is told of a task: odds of each act in each cell. Axes as in
design.py; d: inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from analysis.just_ask.adamw import AdamW
from analysis.just_ask.layers import Layers, backwards, forwards, network
from analysis.just_ask.learner import softmax
from analysis.just_ask.trial.design import CLUMSY, EACH, SHOWN, Acting, Lives, born, clumsy, likeliest, lived
from analysis.just_ask.worlds.design import ACTS, SIDE

HIDDEN = (256, 256)
SIDE_BY_SIDE = 256  # lives
RATE = 2e-3  # of AdamW, falling over the last half
TRIES = 4  # tries before which training shows what a demonstrator does, none among them
AS_MANY = 6  # episodes: acts that were seen in more are told as if it had been in so many
CELLS = SIDE * SIDE
DEMONSTRATORS = clumsy(CLUMSY)
LEVELS = np.stack([clumsy(share) for share in SHOWN])  # levels z c a


class Lesson(NamedTuple):
    """What is known of some lives, and what a demonstrator then did."""

    x: np.ndarray  # (n, d) float32
    cell: np.ndarray  # (t, n) int64
    act: np.ndarray  # (t, n) int64


def told(lives: Lives, acts: bool = True, ends: bool = True) -> np.ndarray:
    """(n, d) float32: which acts were seen where, and where tries ended, without the reward and with it."""
    n, weight = len(lives.task), np.float32(acts * min(1.0, AS_MANY / max(1, lives.shown)))
    return np.concatenate([weight * lives.acts.reshape(n, -1), ends * lives.ends.reshape(n, -1)], 1)


def asked(layers: Layers, sure: bool = True, acts: bool = True, ends: bool = True) -> Acting:
    """Who does what a network says, its likeliest acts where sure; without acts no demonstration is known to it,
    without ends no try."""

    def acting(lives: Lives) -> np.ndarray:
        policy = softmax(forwards(layers, told(lives, acts, ends))[-1].reshape(-1, ACTS)).reshape(-1, CELLS, ACTS)
        return likeliest(policy) if sure else policy

    return acting


def slopes(layers: Layers, lesson: Lesson) -> Layers:
    """The gradient of the mean cross-entropy of the acts of a lesson, with regard to each of the layers."""
    passed = forwards(layers, lesson.x)
    odds = passed.pop().reshape(-1, CELLS, ACTS)
    every, back = np.arange(len(odds)), np.zeros_like(odds)
    for cell, act in zip(lesson.cell, lesson.act, strict=True):
        wrong = softmax(odds[every, cell])
        wrong[every, act] -= 1
        back[every, cell] += wrong
    return backwards(layers, passed, back.reshape(len(odds), -1) / np.float32(lesson.act.size))


def _learned(rounds: int, lessons: Iterator[Lesson], layers: Layers) -> Layers:
    optimiser = AdamW(layers)
    for number, lesson in zip(range(rounds), lessons, strict=False):
        optimiser.step(slopes(layers, lesson), RATE * min(1.0, 2 * (1 - number / rounds)))
    return layers


def retrying(seed: int, rounds: int, mistold: bool = False) -> Layers:
    """A network that has learned what a demonstrator does, from one demonstration and some tries of its own."""
    generator = np.random.default_rng([seed, 7])
    layers = _begun(generator)

    def lessons() -> Iterator[Lesson]:
        while True:
            lives = born(SIDE_BY_SIDE, generator, mistold)
            lives.watch(DEMONSTRATORS[lives.task], generator)
            for tries in range(TRIES):
                if tries:
                    lives.attempt(asked(layers)(lives), generator)
                shown = lived(DEMONSTRATORS[lives.task], generator)
                yield Lesson(told(lives), shown.cell, shown.act)

    return _learned(rounds, lessons(), layers)


def improving(seed: int, rounds: int, ordered: bool = True) -> Layers:
    """A network that has learned, from episodes of one level of clumsiness, what the next level does; or, where they
    are not ordered, any level."""
    generator = np.random.default_rng([seed, 8])

    def lessons() -> Iterator[Lesson]:
        while True:
            lives = born(SIDE_BY_SIDE, generator)
            before = generator.integers(len(SHOWN) - ordered, size=SIDE_BY_SIDE)
            after = before + 1 if ordered else generator.integers(len(SHOWN), size=SIDE_BY_SIDE)
            experience(lives, LEVELS[before, lives.task], generator)
            shown = lived(LEVELS[after, lives.task], generator)
            yield Lesson(told(lives), shown.cell, shown.act)

    return _learned(rounds, lessons(), _begun(generator))


def experience(lives: Lives, policy: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Shows EACH episodes of policies (n, c, a), as if nothing had been known; (n,): how often they succeeded."""
    lives.acts[:], lives.shown = 0, 0
    return lives.watch(policy, generator, EACH)


def _begun(generator: np.random.Generator) -> Layers:
    inward = told(born(1, generator)).shape[1]
    return network([inward, *HIDDEN, CELLS * ACTS], generator)
