"""How far success stays behind asked, by everybody; and, with luck, how far asked itself stays behind best."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.just_ask.asking import DO, FILTERED, NO_WISH, contenders, episodes
from analysis.just_ask.experiment import minds, row
from analysis.just_ask.returns.design import asked_of, replies
from analysis.just_ask.returns.filtering import Filtered
from analysis.just_ask.returns.thresholds import NEAR, SLIP, TRAP
from analysis.just_ask.success import act_out
from analysis.probes.probe import NEGATIVE, POSITIVE, Row, Trial, control, controls
from analysis.questions.wished import AnotherWish
from analysis.scores.intervals import Bounded, mean


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}."""
    asked = minds(trial)
    found = act_out(trial.part(0, 2), asked_of, [*asked, *map(AnotherWish, asked), *contenders(), Filtered()])
    names = [one.name for one in asked]

    def lack(name: str) -> Bounded:
        return found.mean(found.success[name] - found.asked)

    negative = [name for name in found.success if name not in (DO, *names)]
    kinds = {DO: "oracle", NO_WISH: "shortcut", FILTERED: "shortcut"} | dict.fromkeys(names, "mind")
    luck, verdicts = _luck(trial.part(1, 2))
    return {
        "rows": [*found.rows(kinds, acts="sure"), *luck],
        "controls": [*controls(lack, -NEAR, [DO], negative), *verdicts],
    }


def _luck(trial: Trial) -> tuple[list[Row], list[Row]]:
    """The exact gap between asking and optimising, with luck and without."""
    gaps: dict[float, list[tuple]] = {0.0: [], SLIP: []}
    for place, _, episode in episodes(trial):
        for slip, found in gaps.items():
            found += [(place, one.asked, one.chance, one.best) for one in replies(episode, slip)]
    rows, verdicts = [], []
    for slip, told in gaps.items():
        where, asked, chance, best = np.array(told).T
        exact = {"success": asked, "asked": asked, "chance": chance, "best": best, "gap": best - asked}
        figures = {name: mean(value, where.astype(int)) for name, value in exact.items()}
        acts = f"{slip:g} slip" if slip else "sure"
        rows.append(row("do, exact", "oracle", len(told), figures, acts=acts))
        kind = POSITIVE if slip else NEGATIVE
        verdicts.append(control(f"best less asked, acts {acts}", kind, *figures["gap"], TRAP))
    return rows, verdicts
