"""How much a network gains by changed scenes, and by being told of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.just_ask.augmentation.changes import ANOTHER, NOTHING, TURNED
from analysis.just_ask.augmentation.design import CHOSEN, RANDOM, TOLD, UNTOLD, Ground, choice
from analysis.just_ask.augmentation.thresholds import SAVED, TELLING
from analysis.just_ask.experiment import row, shown
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control
from analysis.scores.intervals import NONE, Bounded, mean

NONE_CHANGED, ASKED, NOT_TOLD, AT_RANDOM = (
    "nothing changed",
    "changed, told",
    "changed, not told",
    "changed, random token",
)
SYMMETRY, SAME = "turned with their acts", "a token, nothing changed"
ANOTHER_TOLD, ANOTHER_UNTOLD = f"{ANOTHER}, told", f"{ANOTHER}, not told"
UNTOLD_OF = {ASKED: NOT_TOLD, AT_RANDOM: NOT_TOLD, ANOTHER_TOLD: ANOTHER_UNTOLD}  # what telling is held against
KINDS = {NONE_CHANGED: "shortcut", ASKED: "asked", NOT_TOLD: "shortcut", SYMMETRY: "oracle"}


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}. Nobody is asked but networks. nats: KL(policy || network) on clean scenes; saved, telling:
    the share of it that goes away by what is changed, and by a token, seed by seed."""
    found: dict[tuple[int, str], list[float]] = {}
    design, count = trial.design, trial.count(trial.design.episodes)
    for seed in trial.watched(trial.seeds, len(trial.seeds)):
        ground = Ground(design, trial.settings.split, seed, count)
        for size in design.sizes:
            for name, far in _arms(ground, size):
                found.setdefault((size, name), []).append(far)
    rows, told = [], {}
    for (size, name), by_seed in found.items():
        nats = np.array(by_seed)
        saved = NONE if name == NONE_CHANGED else _share(nats, found[size, NONE_CHANGED])
        telling = _share(nats, found[size, UNTOLD_OF[name]]) if name in UNTOLD_OF else NONE
        told[size, name] = figures = {"nats": mean(nats), "saved": saved, "telling": telling}
        yes = [shown(saved, SAVED), *([shown(telling, TELLING)] if name in UNTOLD_OF else [])]
        own = {"episodes": size, "shown": "–" if name == NONE_CHANGED else ", ".join(yes)}
        questions = count * design.steps * len(by_seed)
        rows.append(row(name, KINDS.get(name, "control"), questions, figures, **own))
    most = max(design.sizes)
    held = [(SYMMETRY, "saved", POSITIVE, SAVED), (SAME, "saved", NEGATIVE, SAVED)]
    held += [(ANOTHER_TOLD, "telling", POSITIVE, TELLING), (AT_RANDOM, "telling", NEGATIVE, TELLING)]
    verdicts = [control(f"{of}: {name}", kind, *told[most, name][of], least) for name, of, kind, least in held]
    return {"rows": rows, "controls": verdicts}


def _share(nats: np.ndarray, than: list[float]) -> Bounded:
    """By how much of it nats are less than others, seed by seed."""
    return mean(1 - nats / np.array(than))


def _arms(ground: Ground, size: int) -> Iterator[tuple[str, float]]:
    """(name, nats) of each network that learned from so many episodes."""
    none, changed = choice(size)
    yield NONE_CHANGED, ground.nats(size, (), UNTOLD, none)
    yield ASKED, ground.nats(size, CHOSEN, TOLD, changed)
    yield NOT_TOLD, ground.nats(size, CHOSEN, UNTOLD, changed)
    yield AT_RANDOM, ground.nats(size, CHOSEN, RANDOM, changed)
    if size == max(ground.design.sizes):
        yield SYMMETRY, ground.nats(size, (TURNED,), UNTOLD, changed)
        yield SAME, ground.nats(size, (NOTHING,), TOLD, none)
        yield ANOTHER_TOLD, ground.nats(size, (ANOTHER,), TOLD, changed)
        yield ANOTHER_UNTOLD, ground.nats(size, (ANOTHER,), UNTOLD, changed)
