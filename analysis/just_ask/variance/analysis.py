"""How much noisier a policy gradient is than a supervised one, and with what power of which entropy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from analysis.just_ask.asking import episodes
from analysis.just_ask.experiment import row
from analysis.just_ask.variance.design import BEGINNINGS, HORIZONS, NOTHING, UNEVEN, Ground, Policy
from analysis.just_ask.variance.sampled import drawn, noise
from analysis.just_ask.variance.thresholds import CLOSE, SAMPLES, SHARE
from analysis.probes.probe import NEGATIVE, POSITIVE, Row, Trial, control
from analysis.scores.intervals import Bounded, mean

ITSELF = "supervised, beside itself"


class Cell(NamedTuple):
    """One policy in one distribution of beginnings on one map."""

    beginnings: float  # H(s0), nats
    acts: float  # H(a), nats
    ratio: float  # of the policy gradient's noise to that of the supervised one
    many: int  # beginnings
    uneven: float


class Map(NamedTuple):
    """All that was worked out on one map about a family of policies."""

    seed: int
    cells: list[Cell]


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "grid"}. Nobody is asked. less: the share of cells whose ratio is above 1; ratio: their
    geometric mean; H(s0), H(a): its exponents; fit: R² of the regression. grid: of even beginnings, what is drawn."""
    maps: dict[tuple[str, int], list[Map]] = defaultdict(list)
    close: list[tuple[int, float]] = []
    for place, seed, episode in episodes(trial):
        generator = np.random.default_rng([seed, int(episode.seed)])
        ground = Ground(episode, generator)
        policies = list(ground.policies(generator))
        for horizon in HORIZONS:
            for family, cells in _worked_out(ground, policies, horizon).items():
                maps[family, horizon].append(Map(seed, cells))
        if place % trial.count(trial.design.episodes) == 0:  # the first map of each seed
            close += [(seed, one) for one in _agreement(ground, policies, generator)]
    told = {key: _figures(found) for key, found in maps.items()}
    rows = [
        row(
            family,
            "control" if family == ITSELF else "exact",
            sum(len(one.cells) for one in maps[family, horizon]),
            figures,
            acts=horizon,
        )
        for (family, horizon), figures in told.items()
    ]
    return {"rows": rows, "controls": _controls(told, close), "grid": list(_grid(maps))}


def _worked_out(ground: Ground, policies: Sequence[Policy], horizon: int) -> dict[str, list[Cell]]:
    """By family, every policy where one begins on as many cells, evenly and not."""
    told: dict[str, list[Cell]] = defaultdict(list)
    for policy in policies:
        rollouts, entropy = ground.rollouts(policy, horizon), policy.entropy(ground.start)
        for many in BEGINNINGS:
            for uneven in UNEVEN:
                begun = begins(many, uneven, len(ground.start))
                chance = begun[begun > 0]
                own = float(-(chance * np.log(chance)).sum()), float(begun @ entropy)
                supervised, rewarded = rollouts.supervised.noise(begun), rollouts.rewarded.noise(begun)
                told[policy.family].append(Cell(*own, rewarded / supervised, many, uneven))
                if policy.family == NOTHING:
                    told[ITSELF].append(Cell(*own, supervised / supervised, many, uneven))
    return told


def begins(many: int, uneven: float, cells: int) -> np.ndarray:
    """(b,): how likely one begins on each cell, `many` of them."""
    chance = np.zeros(cells)
    chance[:many] = np.arange(1, min(many, cells) + 1) ** -uneven
    return chance / chance.sum()


def _agreement(ground: Ground, policies: Sequence[Policy], generator: np.random.Generator) -> Iterator[float]:
    """1 less the relative error of the noise of drawn gradients, of who has learned nothing."""
    begun = begins(len(ground.start), 0.0, len(ground.start))
    for policy in policies:
        if policy.family == NOTHING:
            for horizon in HORIZONS:
                made = ground.rollouts(policy, horizon)
                exact = made.supervised.noise(begun), made.rewarded.noise(begun)
                came = map(noise, drawn(ground, policy, horizon, begun, SAMPLES, generator))
                yield from (1 - abs(one / true - 1) for one, true in zip(came, exact, strict=True))


def exponents(cells: Sequence[Cell]) -> tuple[float, float, float]:
    """Those of H(s0) and H(a) in the least squares of the ratio's logarithm, and R²; NaN where all ratios are alike."""
    x = np.log([[one.beginnings, one.acts] for one in cells])
    x, y = np.c_[x, np.ones(len(x))], np.log([one.ratio for one in cells])
    weights, spread = np.linalg.lstsq(x, y, rcond=None)[0], ((y - y.mean()) ** 2).sum()
    fit = 1 - ((y - x @ weights) ** 2).sum() / spread if spread else np.nan
    return float(weights[0]), float(weights[1]), float(fit)


def _figures(maps: Sequence[Map]) -> dict[str, Bounded]:
    """Means over maps, with intervals over seeds."""
    seed = np.array([one.seed for one in maps])
    ratios = np.array([[cell.ratio for cell in one.cells] for one in maps])
    powers = np.array([exponents(one.cells) for one in maps]).T
    value, low, high = (None if one is None else float(np.exp(one)) for one in mean(np.log(ratios).mean(1), seed))
    named = zip(("H(s0)", "H(a)", "fit"), powers, strict=True)
    figures = {name: mean(power, seed) for name, power in named}
    return {"less": mean((ratios > 1).mean(1), seed), "ratio": (value, low, high), **figures}


def _controls(told: dict[tuple[str, int], dict[str, Bounded]], close: Sequence[tuple[int, float]]) -> list[Row]:
    """What must show the effect, and what must not."""
    kinds = {NOTHING: POSITIVE, ITSELF: NEGATIVE}
    verdicts = [
        control(f"{family}, acts: {horizon}", kinds[family], *figures["less"], SHARE)
        for (family, horizon), figures in told.items()
        if family in kinds
    ]
    seed, agreement = np.array(close).T
    value, low, high = mean(agreement, seed.astype(int))
    return [*verdicts, control("gradients that are drawn", POSITIVE, value, low, high, 1 - CLOSE)]


def _grid(maps: dict[tuple[str, int], list[Map]]) -> Iterator[Row]:
    """The geometric mean of the ratio over maps, wherever one begins evenly."""
    for (family, horizon), found in maps.items():
        for some in zip(*(one.cells for one in found), strict=True):
            if not some[0].uneven:
                acts, log = (
                    float(np.mean(ones)) for ones in zip(*((c.acts, np.log(c.ratio)) for c in some), strict=True)
                )
                own = {"contender": family, "acts": horizon, "beginnings": some[0].many}
                yield {**own, "H(a)": acts, "ratio": float(np.exp(log))}
