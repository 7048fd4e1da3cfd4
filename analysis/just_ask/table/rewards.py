"""table, rewards from demonstrations: maximum-entropy inverse reinforcement learning, exact, beside D-REX.

Scenes, demonstrators and D-REX are those of the experiment better. Both are told how many fruits of each kind were
eaten in the same demonstrations; D-REX besides in as many lives of the demonstrator's clone for each share of noise.
Axes: s states of a step, a acts, k kinds of fruits, r demonstrations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from analysis.just_ask.better.design import POLICIES, RIDGE, FruitMap, demonstrated, fruit_map_of, inferred
from worlds import Episode

ROUNDS, SMALL = 60, 1e-4  # of gradient steps, at most; the gradient's length at which they end
SHUFFLES = 5  # of the order of noise


class Step(NamedTuple):
    """What acts lead to from the states that can be come to by one step of a life."""

    led: np.ndarray  # (s, a) int64: which state of the next step
    eaten: np.ndarray  # (s, a) int64: the kind of the fruit that is eaten; k: none
    states: int  # of the next step


def unrolled(fruit_map: FruitMap) -> list[Step]:
    """By step, every state that can be come to: where one is, and which fruits are left."""
    cells, place = len(fruit_map.neighbor), np.full(len(fruit_map.neighbor), -1)
    place[fruit_map.fruit] = np.arange(len(fruit_map.fruit))
    kind = np.append(fruit_map.kind, fruit_map.kinds)
    left, cell = np.array([(1 << len(fruit_map.fruit)) - 1]), np.array([fruit_map.start])
    steps = []
    for _ in range(fruit_map.steps):
        there = fruit_map.neighbor[cell]
        fruit = place[there]
        eats = (fruit >= 0) & (left[:, None] >> np.maximum(fruit, 0) & 1 == 1)
        after = left[:, None] - np.where(eats, 1 << np.maximum(fruit, 0), 0)
        states, led = np.unique(after * cells + there, return_inverse=True)
        steps.append(Step(led.reshape(there.shape), kind[np.where(eats, fruit, -1)], len(states)))
        left, cell = np.divmod(states, cells)
    return steps


def expected(steps: list[Step], worth: np.ndarray) -> np.ndarray:
    """(k,) float64: how many of each kind are eaten where each life is as likely as exp of what it brings, by a worth
    of each kind (k,)."""
    gain, policies = np.append(worth, 0.0), []
    value: np.ndarray = np.zeros(steps[-1].states)
    for step in reversed(steps):
        odds = gain[step.eaten] + value[step.led]
        most = odds.max(1, keepdims=True)
        odds = np.exp(odds - most)
        total = odds.sum(1, keepdims=True)
        value = (np.log(total) + most)[:, 0]
        policies.append(odds / total)
    here: np.ndarray = np.ones(1)
    counts = np.zeros(len(gain))
    for step, policy in zip(steps, reversed(policies), strict=True):
        flow = (here[:, None] * policy).ravel()
        counts += np.bincount(step.eaten.ravel(), flow, len(gain))
        here = np.bincount(step.led.ravel(), flow, step.states)
    return counts[:-1]


def likeliest(steps: list[Step], eaten: np.ndarray) -> np.ndarray:
    """(k,) float64: the worth of each kind for which demonstrations (r, k) are likeliest, with better's ridge (Ziebart
    et al. 2008); by gradient steps as long as Barzilai and Borwein have them."""
    worth, goal, rate = np.zeros(eaten.shape[1]), eaten.mean(0), 0.3
    slope = goal - expected(steps, worth)
    for _ in range(ROUNDS):
        if np.linalg.norm(slope) < SMALL:
            break
        moved = rate * slope
        worth = worth + moved
        after = goal - expected(steps, worth) - RIDGE * worth
        bend = float(moved @ (slope - after))
        rate, slope = (float(moved @ moved) / bend if bend > 0 else 0.3), after
    return worth


def brought(
    episode: Episode, demonstrator: str, budgets: tuple[int, ...], generator: np.random.Generator
) -> Iterator[tuple[str, int, float]]:
    """(contender, demonstrations, what it brings by the true worth)."""
    fruit_map = fruit_map_of(episode)
    eaten, worth = demonstrated(episode, fruit_map, POLICIES[demonstrator], generator)
    steps = unrolled(fruit_map)
    for count in budgets:
        some = eaten[:, :count]
        flat = some.reshape(-1, some.shape[-1])
        orders = [inferred(generator.permutation(flat).reshape(some.shape)) for _ in range(SHUFFLES)]
        for name, told in (
            ("maximum-entropy IRL", [likeliest(steps, some[0])]),
            ("D-REX", [inferred(some)]),
            ("noise order shuffled", orders),
            ("who knows", [worth]),
        ):
            yield name, count, float(np.mean([fruit_map.planned(one) @ worth for one in told]))
        yield "best demonstration", count, float((some[0] @ worth).max())
        yield "at random", count, float((eaten[-1] @ worth).mean())
