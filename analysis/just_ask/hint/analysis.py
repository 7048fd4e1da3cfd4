"""By how many nats a hint brings everybody nearer to do: the same wishes with it and without."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.wishes.wish import HINTS
from analysis.just_ask.asking import DO, Exact, episodes
from analysis.just_ask.experiment import minds, row
from analysis.just_ask.hint.design import Heedful, asked_of
from analysis.just_ask.hint.thresholds import EFFECT, WIDTH
from analysis.probes.probe import NEGATIVE, POSITIVE, Trial, control, some
from analysis.scores.intervals import mean
from analysis.scores.measures import divergence

NONSENSE = HINTS[-1]


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}; a row for each hint and contender, whose `told` says whether its interval is narrow."""
    contenders = [*minds(trial), Exact(), Heedful()]
    place: list[int] = []
    gain: dict[tuple[str, str], list[float]] = {(one.name, hint): [] for one in contenders for hint in HINTS}
    for where, seed, episode in episodes(trial):
        for plain, hinted, do in asked_of(episode, trial.design, seed):
            place.append(where)
            for one in contenders:
                nats = divergence(do, one.answer(episode, [plain, *hinted.values()]))
                for hint, with_it in zip(hinted, nats[1:], strict=True):
                    gain[one.name, hint].append(float(nats[0] - with_it))
    where_all = np.array(some(place, "no wish was found that can come true"))
    effect = {key: mean(np.array(values), where_all) for key, values in gain.items()}
    kinds = {DO: "oracle", Heedful.name: "control"}
    judged = [(POSITIVE, Heedful.name, HINTS[:-1]), (NEGATIVE, DO, HINTS)]
    judged += [(NEGATIVE, one.name, (NONSENSE,)) for one in minds(trial)]
    return {
        "rows": [
            row(name, kinds.get(name, "mind"), len(place), {"paired": ends}, hint=hint, told=_narrow(ends))
            for (name, hint), ends in effect.items()
        ],
        "controls": [
            control(f"{hint}: {name}", kind, *effect[name, hint], EFFECT)
            for kind, name, hints in judged
            for hint in hints
        ],
    }


def _narrow(ends: tuple[float | None, float | None, float | None]) -> bool | None:
    _, low, high = ends
    return None if low is None or high is None else high - low <= 2 * WIDTH
