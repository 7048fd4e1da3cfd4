"""By how much acting for the worth that is inferred does better than the best demonstration."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from analysis.just_ask.asking import episodes
from analysis.just_ask.better.design import (
    DEMONSTRATIONS,
    POLICIES,
    SHARP,
    SHUFFLES,
    WILD,
    demonstrated,
    fruit_map_of,
    inferred,
)
from analysis.just_ask.better.thresholds import GAIN
from analysis.just_ask.experiment import row
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control
from analysis.scores.intervals import mean
from worlds import Episode

BEST, LUCKIEST, TRUE = "best demonstration", "best of all roll-outs", "best acts, true worth"
INFERRED, SHUFFLED = "best acts, inferred worth", "the same, order shuffled"


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked. gain: what is brought beyond the best demonstration."""
    found: dict[tuple[str, str], list[tuple[int, float, float]]] = defaultdict(list)
    for place, seed, episode in episodes(trial):
        generator = np.random.default_rng([seed, int(episode.seed)])
        for demonstrator, policy in POLICIES.items():
            for name, (brought, gain) in _brought(episode, policy, demonstrator == SHARP, generator).items():
                found[demonstrator, name].append((place, brought, gain))
    rows, effect = [], {}
    for (demonstrator, name), told in found.items():
        where, brought, gain = np.array(told).T
        figures = {"brought": mean(brought, where.astype(int)), "gain": mean(gain, where.astype(int))}
        kind = {BEST: "shortcut", LUCKIEST: "shortcut", TRUE: "oracle", SHUFFLED: "control"}.get(name, "inferred")
        rows.append(row(name, kind, len(told), figures, demonstrator=demonstrator))
        effect[demonstrator, name] = figures["gain"]
    judged = [(SHARP, INFERRED, POSITIVE), (SHARP, SHUFFLED, NEGATIVE), (WILD, INFERRED, NEGATIVE)]
    verdicts = [control(f"{of}: {name}", kind, *effect[of, name], GAIN) for of, name, kind in judged]
    return {"rows": rows, "controls": verdicts}


def _brought(
    episode: Episode, policy: dict, shuffles: bool, generator: np.random.Generator
) -> dict[str, tuple[float, float]]:
    """By contender, what it brings by the true worth, and how much more than the best demonstration."""
    fruit_map = fruit_map_of(episode)
    eaten, worth = demonstrated(episode, fruit_map, policy, generator)
    best = float((eaten[0, :DEMONSTRATIONS] @ worth).max())
    made = {INFERRED: inferred(eaten), TRUE: worth}
    told = {one: float(fruit_map.planned(wanted) @ worth) for one, wanted in made.items()}
    told[LUCKIEST] = float((eaten @ worth).max())  # which to tell apart takes the true worth
    if shuffles:
        flat = eaten.reshape(-1, eaten.shape[-1])
        every = [inferred(generator.permutation(flat).reshape(eaten.shape)) for _ in range(SHUFFLES)]
        told[SHUFFLED] = float(np.mean([fruit_map.planned(wanted) @ worth for wanted in every]))
    return {one: (brought, brought - best) for one, brought in {**told, BEST: best}.items()}
