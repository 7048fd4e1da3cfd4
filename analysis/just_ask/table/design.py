"""table: how much is lived, recorded and demonstrated of each of the essay's goals, and who answers for which column.

Each goal has a file: `asking` (reach a cell, rewarded there alone), `rewards` (what is worth what, of demonstrations),
`tries` (improve in one task), `tuned` (another world than the simulator's) and `stitching`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.just_ask.better.design import SHARP, VAGUE
from analysis.just_ask.table import asking, ground, stitching, tries, tuned

OPTIMISE, BETWEEN, ASK, EXACT, CONTROL = "optimise", "between", "ask", "exact", "control"
REACH, TRIES, TUNED, ACROSS, WITHIN = "reach", "tries", "tuned", "stitching", "one half"
WORTH = {SHARP: "worth, sharp", VAGUE: "worth, vague"}


@dataclass(frozen=True)
class Design:
    """How much there is of everything; budgets ascend."""

    seeds: int = 5
    steps: tuple[int, ...] = (2048, 8192, 32768, 65536)  # lived, of reach
    few: int = 8192  # steps that controls of reach live
    scenes: int = 4  # of each seed, of worth
    demonstrations: tuple[int, ...] = (20, 100)
    tries: tuple[int, ...] = (1, 4, 16, 64, 256)  # lives in the one task
    meta: int = 100  # rounds of tasks that who asks learns from
    copies: int = 4  # of each task, of tries
    there: tuple[int, ...] = (0, 10, 100, 1000)  # lives in the world, of tuned
    rounds: int = 300  # of lives in simulators
    lives: int = 512  # by which tuned is measured
    again: int = 128  # lives whose worlds are learned anew, of tuned
    recorded: tuple[int, ...] = (250, 1000)  # lives, of stitching
    training: int = 4000  # steps, of stitching


class Told(NamedTuple):
    """What somebody came to."""

    of: str
    contender: str
    column: str
    budget: int
    share: float


def reached(seed: int, design: Design) -> Iterator[Told]:
    """Goals that are told, rewarded there alone."""
    played = ground.played(ground.best(), np.random.default_rng([seed, 20]))
    yield Told(REACH, "who knows, played", EXACT, 0, played)
    policies = asking.hindsight(design.steps, np.random.default_rng([seed, 21]))
    for budget, policy in zip(design.steps, policies, strict=True):
        yield Told(REACH, "hindsight", ASK, budget, ground.share(policy))
    few = min(design.few, max(design.steps))
    (policy,) = asking.hindsight([few], np.random.default_rng([seed, 22]), shuffled=True)
    yield Told(REACH, "goals shuffled", CONTROL, few, ground.share(policy))


def tried(seed: int, design: Design) -> Iterator[Told]:
    """Life after life in one task."""
    generator = np.random.default_rng([seed, 31])
    made = tries.learned(design.meta, np.random.default_rng([seed, 30]))
    others = np.roll(np.arange(design.copies * len(tries.GOALS)), 1)
    contenders = {
        ("learned from many tasks", ASK): tries.asked(made),
        ("exact filter", EXACT): tries.filtering(),
        ("another task's tries", CONTROL): tries.asked(made, others),
    }
    for (name, column), acting in contenders.items():
        lived = tries.lived(acting, design.copies, design.tries, generator)
        for budget, took in zip(design.tries, lived, strict=True):
            yield Told(TRIES, name, column, budget, tries.share(took, generator))
    for budget, took in zip(design.tries, tries.anew(design.copies, design.tries, generator), strict=True):
        yield Told(TRIES, "Q-learning", OPTIMISE, budget, tries.share(took, generator))


def moved(seed: int, design: Design, count: int, split: str) -> Iterator[Told]:
    """Put into one world; who asks is not trained there, so that it comes to the same at every budget."""
    for name, acting in tuned.exact():
        yield Told(TUNED, name, EXACT, 0, tuned.share(acting, count, seed, split))
    for budget, share in zip(design.there[1:], tuned.anew(design.there[1:], design.again, seed, split), strict=True):
        yield Told(TUNED, "Q-learning there", OPTIMISE, budget, share)
    for number, (name, acting) in enumerate(tuned.asking(seed, design.rounds)):
        share = tuned.share(acting, count, seed, split)
        for budget in design.there if number == 0 else design.there[:1]:
            yield Told(TUNED, name, CONTROL if number else ASK, budget, share)


def stitched(seed: int, design: Design) -> Iterator[Told]:
    """Of lives that were recorded."""
    for count in design.recorded:
        lives = stitching.recorded(count, seed)
        made = [
            ("Q-learning on a table", OPTIMISE, stitching.planned(lives)),
            ("cloning", CONTROL, stitching.cloned(lives)),
            *stitching.taught(lives, design.training, seed, shuffled=count == max(design.recorded)),
        ]
        for name, column, policy in made:
            yield Told(ACROSS, name, column, count, ground.share(policy, stitching.across()))
            yield Told(WITHIN, name, column, count, ground.share(policy, stitching.within()))
