"""table, stitching: lives at random, each cut before it has been in both halves of the room, and what is made of them.

Nobody may live any more. Asked is for goals in the other half than the beginning: of no life is that an example, but
lives of both halves meet in the gap.
Axes: e lives, n examples, g goals, c cells, a acts, p pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from analysis.just_ask.adamw import AdamW
from analysis.just_ask.table.asking import BATCH, Examples, Lived, asked, learn, live, untrained
from analysis.just_ask.table.ground import SIDE, WALL, ground, likeliest
from analysis.just_ask.worlds.design import ACTS, STEPS

ROUNDS = 2 * SIDE**2  # of value iteration


def recorded(count: int, seed: int) -> Lived:
    """Lives at random, cut."""
    lives = live(None, count, np.random.default_rng([seed, 11]))
    half = np.sign(lives.cell % SIDE - WALL)  # -1, 0 in the gap, 1
    both = np.logical_or.accumulate(half < 0, 1) & np.logical_or.accumulate(half > 0, 1)
    return lives._replace(length=np.where(both.any(1), both.argmax(1) - 1, STEPS))


def across() -> np.ndarray:
    """(2, p) int64: beginnings and goals in different halves."""
    pairs = ground().pairs
    half = np.sign(pairs % SIDE - WALL)
    return pairs[:, half[0] * half[1] < 0]


def within() -> np.ndarray:
    """(2, p) int64: beginnings and goals in one half."""
    pairs = ground().pairs
    half = np.sign(pairs % SIDE - WALL)
    return pairs[:, half[0] * half[1] > 0]


def taught(lives: Lived, steps: int, seed: int, shuffled: bool) -> Iterator[tuple[str, str, np.ndarray]]:
    """(contender, column, (g, c, a)): who learned from lives by hindsight; the same of lives that are joined where they
    meet; and, shuffled, with goals of other examples."""
    meet = meetings(lives)
    ways: dict[tuple[str, str], Callable[[np.random.Generator], Examples]] = {
        ("hindsight", "ask"): lambda generator: lives.examples(BATCH, generator),
        ("hindsight, lives joined", "ask"): lambda generator: joined(lives, meet, BATCH, generator),
        ("goals shuffled", "control"): lambda generator: lives.examples(BATCH, generator),
    }
    for (name, column), way in ways.items():
        if column == "control" and not shuffled:
            continue
        generator = np.random.default_rng([seed, 12])
        layers = untrained(generator)
        learn(layers, AdamW(layers), partial(way, generator), steps, generator if column == "control" else None)
        yield name, column, asked(layers)


def meetings(lives: Lived) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n,) int64 each, of all steps by the cell in which they begin: that cell, the life, the step."""
    life, step = lives.each()
    order = np.argsort(lives.cell[life, step], kind="stable")
    return lives.cell[life, step][order], life[order], step[order]


def joined(
    lives: Lived, meet: tuple[np.ndarray, np.ndarray, np.ndarray], count: int, generator: np.random.Generator
) -> Examples:
    """Acts, and what came later of any life that was where theirs came: of half of them, else of their own (Ghugare et
    al. 2024)."""
    life, step = lives.steps(count, generator)
    own = lives.cell[life, lives.later(life, step, generator)]
    first, last = (np.searchsorted(meet[0], own, side=side) for side in ("left", "right"))
    other = np.minimum(first + (generator.random(count) * (last - first)).astype(int), len(meet[0]) - 1)
    goal = lives.cell[meet[1][other], lives.later(meet[1][other], meet[2][other], generator)]
    joins = (last > first) & (generator.random(count) < 0.5)
    return lives.cell[life, step], np.where(joins, goal, own), lives.act[life, step]


def planned(lives: Lived) -> np.ndarray:
    """(g, c, a): Q-learning on a table to its end, on what was recorded and nothing else: the fewest steps."""
    life, step = lives.each()
    known = np.zeros((SIDE**2, ACTS), bool)
    known[lives.cell[life, step], lives.act[life, step]] = True
    far, led = np.full((SIDE**2, SIDE**2), float(ROUNDS)), ground().led
    np.fill_diagonal(far, 0)
    for _ in range(ROUNDS):
        acts = np.where(known, 1 + far[:, led], ROUNDS)
        far = np.minimum(far, acts.min(-1))
    return likeliest(-acts.reshape(-1, ACTS))


def cloned(lives: Lived) -> np.ndarray:
    """(g, c, a): what was done where, whatever the goal."""
    life, step = lives.each()
    did = np.full((SIDE**2, ACTS), 1e-9)
    np.add.at(did, (lives.cell[life, step], lives.act[life, step]), 1)
    return np.broadcast_to(did / did.sum(1, keepdims=True), (SIDE**2, SIDE**2, ACTS))
