"""worlds: the network that learns from many worlds, and one that learns the task anew in the world that it is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.just_ask.adamw import AdamW
from analysis.just_ask.layers import Layers, chances, network, slopes
from analysis.just_ask.tabular import Table
from analysis.just_ask.worlds.design import ACTS, SIDE, STEPS, Acting, Lives, born, drawn, knows, lived

HIDDEN = (256, 256)
ROUNDS, SIDE_BY_SIDE = 2000, 128  # of lives that are lived and learned from; how many at once
RATE, PARTS = 3e-3, 2  # of AdamW, falling over the last half; steps for each round
ONE, PLACE = np.eye(SIDE, dtype=np.float32), np.eye(2 * SIDE - 1, dtype=np.float32)


def seen(lives: Lives, history: bool = True) -> np.ndarray:
    """(e, d) float32: how often each act came out as each move, which way the goal lies, and where one is."""
    (row, column), (down, right) = np.divmod(lives.cell, SIDE), np.divmod(lives.goal, SIDE)
    where = PLACE[down - row + SIDE - 1], PLACE[right - column + SIDE - 1], ONE[row], ONE[column]
    return np.concatenate([0.5 * lives.pairs * history, *where], 1)


def learned(seed: int, own: bool, rounds: int = ROUNDS) -> Layers:
    """A network that has learned what who knows the way does, in lives of many worlds: such as it lives them itself, so
    that no act in them tells of the way (own), or such as who knows the way lives them."""
    generator = np.random.default_rng([seed, 7])
    layers = network([seen(born(1, generator)).shape[1], *HIDDEN, ACTS], generator)
    optimiser = AdamW(layers)
    for number in range(rounds):
        x, act = _lesson(layers, own, generator)
        rate = RATE * min(1.0, 2 * (1 - number / rounds))
        for part in np.array_split(generator.permutation(len(x)), PARTS):
            optimiser.step(slopes(layers, x[part], act[part]), rate)
    return layers


def _lesson(layers: Layers, own: bool, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """What was seen in some lives, (n, d), and what who knows the way did or would have done, (n,)."""
    lives, scenes, acts = born(SIDE_BY_SIDE, generator), [], []
    for _ in range(STEPS):
        x, right, going = seen(lives), drawn(knows(lives), generator), ~lives.there
        scenes.append(x[going])
        acts.append(right[going])
        lives.live(drawn(chances(layers, x), generator) if own else right, generator)
    return np.concatenate(scenes), np.concatenate(acts)


def asked(layers: Layers, history: bool = True) -> Acting:
    """Who acts as a network says; without history it is told of nothing that has come of its acts."""
    return lambda lives: chances(layers, seen(lives, history)).astype(float)


def anew(lives: Lives, episodes: Sequence[int], generator: np.random.Generator) -> Iterator[np.ndarray]:
    """(e,): how many steps Q-learning takes, at its best, that has lived so many episodes of each life's own world,
    goal and start, for each of some numbers of episodes."""
    table, done = Table(len(lives.start), SIDE * SIDE, ACTS), 0
    for count in episodes:
        for _ in range(count - done):
            one = _again(lives)
            for _ in range(STEPS):
                cell, going = one.cell, ~one.there
                act = table.tried(cell, generator)
                one.live(act, generator)
                table.learn(cell, act, one.cell, going, one.there)
        done = count
        yield lived(_again(lives), lambda one: np.eye(ACTS)[table.best(one.cell, generator)], generator).took


def _again(lives: Lives) -> Lives:
    """The same lives at their beginnings."""
    return Lives(lives.start, lives.goal, lives.way)
