"""scaling, law: straight lines through the logarithms of what trainings cost and of how far they end from the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from analysis.scores.intervals import Bounded

MEASURED = Path(__file__).with_name("measured.json")
COMMAND = "python benchmarks/scaling.py"  # which makes it, with --collect at the end
AXES = ("episodes", "weights", "blocks", "steps")  # blocks: the weights in blocks, without those of words and answers
FEWEST = 3  # amounts that a line is drawn through
CELLS = ("behave 0", "behave 1", "behave 2", "predict 1")
RESAMPLES, SHUFFLES = 1000, 1000
ENDS = (2.5, 97.5)  # percentiles of a 95% interval
Training = Mapping[str, Any]  # a row of the file: benchmarks/scaling.py says what it holds


class Line(NamedTuple):
    """log nats = start − exponent · log amount."""

    start: float
    exponent: float
    fit: float  # R²


class Points(NamedTuple):
    """What lies on a line: amounts (x,), and of each its trainings' mean nats in each test episode, (trainings, e)."""

    amount: np.ndarray
    nats: list[np.ndarray]
    same: bool  # whether the trainings are the same ones at every amount

    @property
    def means(self) -> np.ndarray:
        """(x,): over trainings and episodes."""
        return np.array([one.mean() for one in self.nats])

    @property
    def decades(self) -> float:
        """How far the amounts reach."""
        return float(np.log10(self.amount.max() / self.amount.min()))


def measured(path: Path = MEASURED) -> list[Training] | None:
    """The trainings of a file; None where there is none."""
    return json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else None


def points(trainings: Sequence[Training], axis: str, cell: str) -> Points:
    """Those along one axis, all else being as large as there is. Steps are told of validation, at looks that all the
    trainings had, and of each look there is one number."""
    most = {name: max(one[name] for one in trainings) for name in ("episodes", "weights")}
    alike = [name for name in most if name != ("weights" if axis == "blocks" else axis)]
    chosen = [one for one in trainings if all(one[name] == most[name] for name in alike)]
    found: dict[int, list[list[float]]] = {}
    for one in chosen:
        looks = {look["step"]: [look[cell]] for look in one["curve"]}
        for amount, nats in looks.items() if axis == "steps" else [(one[axis], one["nats"][cell])]:
            found.setdefault(amount, []).append(nats)
    every = max(map(len, found.values())) if axis == "steps" else 1
    amounts = [amount for amount in sorted(found) if len(found[amount]) >= every]
    return Points(np.array(amounts, float), [np.array(found[amount]) for amount in amounts], axis == "steps")


def line(amount: np.ndarray, nats: np.ndarray) -> Line:
    """The least squares through the logarithms of amounts (x,) and nats (x,)."""
    x, y = np.log(amount), np.log(nats)
    slope, start = np.polyfit(x, y, 1)
    return Line(
        float(start), float(-slope), float(1 - ((y - start - slope * x) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    )


def bounded(found: Points, generator: np.random.Generator) -> tuple[Bounded, Bounded]:
    """The exponent and R², with intervals over trainings and the episodes that they were tested on."""
    drawn = []
    for _ in range(RESAMPLES):
        tested = _again(found.nats[0].shape[1], generator)  # all trainings on the same episodes
        which = [_again(len(found.nats[0]), generator)] * len(found.nats)
        if not found.same:
            which = [_again(len(one), generator) for one in found.nats]
        means = [one[trained][:, tested].mean() for one, trained in zip(found.nats, which, strict=True)]
        drawn.append(line(found.amount, np.array(means))[1:])
    value, ends = line(found.amount, found.means)[1:], np.percentile(drawn, ENDS, axis=0).T
    exponent, fit = ((one, float(low), float(high)) for one, (low, high) in zip(value, ends, strict=True))
    return exponent, fit


def _again(count: int, generator: np.random.Generator) -> np.ndarray:
    """As many places of so many things, drawn with repetition."""
    return generator.integers(count, size=count)


def shuffled(found: Points, generator: np.random.Generator) -> Bounded:
    """The mean R² where the same errors come in another order, and the middle 95% of them."""
    fits = [line(found.amount, generator.permutation(found.means)).fit for _ in range(SHUFFLES)]
    low, high = np.percentile(fits, ENDS)
    return float(np.mean(fits)), float(low), float(high)
