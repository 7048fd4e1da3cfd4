"""Whether error falls by a law, understanding comes late, and error peaks between two descents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from analysis.just_ask.asking import episodes
from analysis.just_ask.experiment import row
from analysis.just_ask.scaling import law
from analysis.just_ask.scaling.design import DECAY, DRAWS, SPARE, Design, Scenes, learned_from, scenes
from analysis.just_ask.scaling.features import errors
from analysis.just_ask.scaling.thresholds import DECADES, LATER, PEAK, R2, ROWS, WIDTHS
from analysis.just_ask.scaling.wheel import Learned, learned
from analysis.probes.probe import NEGATIVE, POSITIVE, Row, Trial, control
from analysis.scores.intervals import NONE, Bounded, mean
from worlds import Episode

STATED = "behave 0"  # whose law is the statement; all others are told of
MISSING = f"not measured: {law.COMMAND} makes it"


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls", "law", "late", "peak"}; the last three are what is drawn. Nobody is asked. effect: R² of a
    law; how many times later; how many times as high. reach: decades of a law's amounts."""
    parts = [_law(law.measured(law.MEASURED)), _late(trial), _peak(trial)]
    rows, controls, (lines, late, peak) = zip(*parts, strict=True)
    drawn = {"law": lines, "late": late, "peak": peak}
    return {"rows": [*chain(*rows)], "controls": [*chain(*controls)], **drawn}


Part = tuple[list[Row], list[Row], list[Row]]  # rows, controls, what is drawn


def _law(trainings: Sequence[law.Training] | None) -> Part:
    """Of each way to be asked, and of each amount; shuffled, too, of the one that is stated."""
    if trainings is None:
        nothing = {"exponent": NONE, "effect": NONE, "reach": NONE}
        return [row(MISSING, "missing", 0, nothing, statement="law", shown="–")], [], []
    rows, controls, lines = [], [], []
    for cell in law.CELLS:
        for axis in law.AXES:
            found, generator = law.points(trainings, axis, cell), np.random.default_rng(0)
            if len(found.amount) < law.FEWEST:
                continue
            exponent, fit = law.bounded(found, generator)
            far = found.decades >= DECADES.get("weights" if axis == "blocks" else axis, 0) - 1e-9
            reach = {"reach": (found.decades, None, None)}
            count = len(found.nats[0]) if found.same else sum(map(len, found.nats))
            own = {"statement": "law", "shown": _yes((fit[0] or 0) >= R2 and far)}
            rows.append(row(f"{cell}, {axis}", "mind", count, {"effect": fit, "exponent": exponent, **reach}, **own))
            if cell == STATED:
                lines.append({"axis": axis, **_drawn(found)})
                null, name = law.shuffled(found, generator), f"{cell}, {axis}, shuffled"
                controls.append(control(f"law: {name}", NEGATIVE, *null, R2))
                own = {"statement": "law", "shown": _yes(controls[-1]["passed"])}
                rows.append(row(name, "control", count, {"effect": null, "exponent": NONE, **reach}, **own))
    return rows, controls, lines


def _drawn(found: law.Points) -> Row:
    """What the picture has of a law."""
    start, exponent, _ = law.line(found.amount, found.means)
    points = [list(one) for one in zip(found.amount.tolist(), found.means.tolist(), strict=True)]
    return {"points": points, "start": start, "exponent": exponent}


def _late(trial: Trial) -> Part:
    """With weight decay and without, seed by seed."""
    made: dict[float, list[Learned]] = {DECAY: [], 0.0: []}
    for seed in trial.seeds:
        for decay, some in made.items():
            some.append(learned(seed, decay))
    told = {"with weight decay": (POSITIVE, made[DECAY]), "without weight decay": (NEGATIVE, made[0.0])}
    effects = {name: (kind, mean(np.array([one.later for one in some]))) for name, (kind, some) in told.items()}
    drawn = [{"contender": name, "curve": [list(one) for one in some[0].curve]} for name, (_, some) in told.items()]
    return *_told("late", effects, len(trial.seeds), LATER), drawn


def _peak(trial: Trial) -> Part:
    """Without a ridge and with the best, over random features that are drawn several times."""
    every: dict[int, list[Episode]] = {}
    least = Design().episodes  # fewer hold too few acts
    enough = replace(trial.settings, episodes=max(trial.count(trial.design.episodes), least))
    for _, seed, episode in episodes(replace(trial, settings=enough)):
        every.setdefault(seed, []).append(episode)
    found = np.array([list(_curves(scenes(some), seed, trial.design.steps)) for seed, some in every.items()])
    names = {"without a ridge": POSITIVE, "with the best ridge": NEGATIVE}
    effects, drawn = {}, []
    for (name, kind), error in zip(names.items(), np.moveaxis(found, -1, 0), strict=True):  # seeds widths
        peak = error[:, WIDTHS.index(ROWS)] / np.maximum(error[:, 0], error[:, -1])
        effects[name] = kind, mean(peak)
        drawn.append(
            {"contender": name, "curve": [list(one) for one in zip(WIDTHS, error.mean(0).tolist(), strict=True)]}
        )
    return *_told("peak", effects, len(found), PEAK), drawn


def _curves(found: Scenes, seed: int, steps: int) -> Iterator[np.ndarray]:
    """(2,) of each width: the errors without a ridge and with one, medians over draws of features."""
    spare = SPARE * steps
    learning = learned_from(found, len(found.x) - 2 * spare, np.random.default_rng(seed))
    parts = found.some(learning), found.some(slice(-2 * spare, -spare)), found.some(slice(-spare, None))
    for width in WIDTHS:
        generator = np.random.default_rng([seed, width])
        yield np.median([errors(*parts, width, generator) for _ in range(DRAWS)], axis=0)


def _told(
    statement: str, effects: dict[str, tuple[str, Bounded]], count: int, threshold: float
) -> tuple[list[Row], list[Row]]:
    """Rows and controls."""
    rows, controls = [], []
    for name, (kind, effect) in effects.items():
        controls.append(control(f"{statement}: {name}", kind, *effect, threshold))
        own = {"statement": statement, "shown": _yes(controls[-1]["passed"])}
        rows.append(row(name, "exact" if kind == POSITIVE else "control", count, {"effect": effect}, **own))
    return rows, controls


def _yes(so: bool) -> str:
    return "yes" if so else "no"
