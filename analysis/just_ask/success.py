"""How often a wish comes true when each of some contenders acts on it, beside what is exact about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.answer import Answerer, Question
from agents.orchard.hindsight import hindsight
from agents.wishes.answer import WishAnswer
from analysis.just_ask.asking import episodes, played, wish_at
from analysis.just_ask.experiment import row
from analysis.probes.probe import Row, Trial, some
from analysis.scores.intervals import Bounded, mean
from worlds import Episode

AskedOf = Callable[[Episode, Any, int], Iterable[tuple[Question, WishAnswer]]]


@dataclass(frozen=True)
class Acted:
    """What came about; q wishes: place, chance and asked (q,) float64, and by contender whether it came true (q,)."""

    place: np.ndarray
    chance: np.ndarray
    asked: np.ndarray
    success: dict[str, np.ndarray]

    def mean(self, value: np.ndarray) -> Bounded:
        """With its interval over episodes."""
        return mean(value, self.place)

    def within(self, rows: np.ndarray) -> Acted:
        """Some of the wishes."""
        success = {name: came[rows] for name, came in self.success.items()}
        return Acted(self.place[rows], self.chance[rows], self.asked[rows], success)

    def rows(self, kinds: dict[str, str], **own) -> list[Row]:
        """A row for each contender."""
        exact = {"asked": self.mean(self.asked), "chance": self.mean(self.chance)}
        return [
            row(name, kinds.get(name, "control"), len(came), {"success": self.mean(came), **exact}, **own)
            for name, came in self.success.items()
        ]


def act_out(trial: Trial, asked_of: AskedOf, contenders: Sequence[Answerer]) -> Acted:
    """Every contender acts on every wish of a trial's episodes. Raises FunhouseError where there is none."""
    exact: list[tuple[int, float, float]] = []
    success: dict[str, list[float]] = {one.name: [] for one in contenders}
    for place, seed, episode in episodes(trial):
        for number, (question, answer) in enumerate(asked_of(episode, trial.design, seed)):
            exact.append((place, answer.chance, answer.asked or 0.0))
            wish = wish_at(episode, question)
            for k, one in enumerate(contenders):
                generator = np.random.default_rng([seed, int(episode.seed), number, k])
                came = hindsight(played(episode, question, one, generator), 0, question.step, wish)
                success[one.name].append(float(came))
    where, chance, asked = np.array(some(exact, "no wish was found that can come true")).T
    return Acted(where.astype(int), chance, asked, {name: np.array(came) for name, came in success.items()})
