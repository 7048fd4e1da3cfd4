"""How much nearer to the expert a network is for worse drivers whom it also learned from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.just_ask.drivers.design import DRIVERS, EXPERT, WILD, Choice, Ground, choice
from analysis.just_ask.drivers.thresholds import FEW, GAIN
from analysis.just_ask.experiment import row, shown
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control
from analysis.scores.intervals import mean

ALONE, TOLD = "expert episodes alone", "with others, z told"
SHUFFLED, UNTOLD = "with others, z shuffled", "with others, z not told"
EXPERTS, RANDOM = "with as many of other experts", "with others, all at random"
KINDS = {ALONE: "shortcut", TOLD: "asked", UNTOLD: "shortcut", EXPERTS: "oracle"}


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked but networks. nats: KL(expert || network); gain: how much less that is than
    of the expert episodes alone, seed by seed."""
    found: dict[tuple[int, str], list[float]] = {}
    design = trial.design
    for seed in trial.watched(trial.seeds, len(trial.seeds)):
        ground = Ground(design, trial.settings.split, seed, trial.count(design.episodes))
        for size in design.sizes:
            for name, far in _arms(ground, size, judged(design.sizes)):
                found.setdefault((size, name), []).append(far)
    rows, gains = [], {}
    questions = trial.count(design.episodes) * design.steps * len(trial.seeds)
    for (size, name), by_seed in found.items():
        nats = np.array(by_seed)
        gain = gains[size, name] = mean(np.array(found[size, ALONE]) - nats)
        own = {"episodes": size, "shown": "–" if name == ALONE else shown(gain, GAIN)}
        rows.append(row(name, KINDS.get(name, "control"), questions, {"nats": mean(nats), "gain": gain}, **own))
    size = judged(design.sizes)
    kinds = {EXPERTS: POSITIVE, SHUFFLED: NEGATIVE, RANDOM: NEGATIVE}
    controls = [control(f"{size}: {name}", kind, *gains[size, name], GAIN) for name, kind in kinds.items()]
    return {"rows": rows, "controls": controls}


def judged(sizes: tuple[int, ...]) -> int:
    """The number of expert episodes at which controls are held: the most up to FEW."""
    return max([size for size in sizes if size <= FEW] or sizes)


def _arms(ground: Ground, size: int, few: int) -> Iterator[tuple[str, float]]:
    """(name, nats) of each network that learned from so many expert episodes."""
    chosen, expert = choice(size), np.zeros(size, int)
    nobody, drove = np.zeros(len(ground.drove), int), ground.drove
    yield ALONE, ground.nats(size, None, nobody, expert, chosen.alone)
    yield TOLD, ground.nats(size, ground.others, drove, expert, chosen.joint)
    yield SHUFFLED, ground.nats(size, ground.others, *_shuffled(ground, size, chosen), chosen.joint)
    yield UNTOLD, ground.nats(size, ground.others, nobody, expert, chosen.joint)
    if size == few:
        yield EXPERTS, ground.nats(size, ground.more, nobody, expert, chosen.joint)
        wild = ground.drove * 0 + DRIVERS.index(WILD)
        yield RANDOM, ground.nats(size, ground.wild, wild, expert, chosen.joint)


def _shuffled(ground: Ground, size: int, chosen: Choice) -> tuple[np.ndarray, np.ndarray]:
    """z of the others' episodes and of the expert's, drawn as often as each is told in training, whoever drives."""
    others = len(DRIVERS) - 1
    share = [chosen.share if one == EXPERT else (1 - chosen.share) / others for one in DRIVERS]
    drawn = ground.shuffling(size).choice(len(DRIVERS), len(ground.drove) + size, p=share)
    return drawn[:-size], drawn[-size:]
