"""How many of the posterior's bits a linear reading of a trunk tells, world by world."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.just_ask.experiment import row, shown
from analysis.just_ask.world_model.design import EXCHANGED, IMITATION, NEXT, RANDOM, SELF, Told, bits
from analysis.just_ask.world_model.thresholds import SHARE
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control
from analysis.scores.intervals import Bounded

POSTERIOR = "exact posterior"
KIND = {NEXT: "network", IMITATION: "network", SELF: "control", RANDOM: "control", EXCHANGED: "control"}
RESAMPLES, ENDS = 1000, (2.5, 97.5)


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked. told: bits beyond the prior; share: of the posterior's; known: whether the
    whole interval of the share is at or above SHARE. Intervals are over trainings and test episodes."""
    rows, every = [], trial.design.rows()
    for kinds, agents in sorted({(one["kinds"], one["agents"]) for one in every}):
        here = [one for one in every if (one["kinds"], one["agents"]) == (kinds, agents)]
        for name in (POSTERIOR, *KIND):
            mine = [one for one in here if one["objective"] == (NEXT if name == POSTERIOR else name)]
            if mine:
                rows.append(_row(name, mine, kinds=kinds, agents=agents))
    controls = [_judged(rows, name, kind) for name, kind in (
        (POSTERIOR, POSITIVE), (NEXT, POSITIVE), (SELF, NEGATIVE), (RANDOM, NEGATIVE), (EXCHANGED, NEGATIVE)
    )]  # fmt: skip
    return {"rows": rows, "controls": controls}


def _row(name: str, mine: list[Told], **world: int) -> dict[str, Any]:
    exact = bits(mine, "posterior")
    told = exact if name == POSTERIOR else bits(mine, "bits")
    share = resampled(told, exact)
    figures = {"bits": resampled(told, np.ones_like(told)), "share": share}
    kind = KIND.get(name, "oracle")
    return row(name, kind, told.size, figures, **world, trainings=len(mine), known=shown(share, SHARE))


def _judged(rows: list[dict[str, Any]], name: str, kind: str) -> dict[str, Any]:
    """By the world where its share is largest: it must be enough in one, or must not in any."""
    value, low, high = max((one["share"] for one in rows if one["contender"] == name), key=lambda share: share[1])
    return control(name, kind, value, low, high, SHARE)


def resampled(part: np.ndarray, whole: np.ndarray) -> Bounded:
    """Σ part / Σ whole, both (trainings, e), with its interval over trainings and episodes; the trainings are asked of
    the same episodes."""
    generator, (trainings, episodes) = np.random.default_rng(0), part.shape
    drawn = []
    for _ in range(RESAMPLES):
        some = np.ix_(generator.integers(trainings, size=trainings), generator.integers(episodes, size=episodes))
        drawn.append(part[some].sum() / whole[some].sum())
    low, high = np.percentile(drawn, ENDS)
    return float(part.sum() / whole.sum()), float(low), float(high)
