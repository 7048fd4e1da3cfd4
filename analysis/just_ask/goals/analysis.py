"""How often a place is reached, of how often it can be, by everybody."""

from __future__ import annotations

from typing import Any

from analysis.just_ask.asking import DO, NO_WISH, contenders
from analysis.just_ask.experiment import minds
from analysis.just_ask.goals.design import asked_of
from analysis.just_ask.goals.thresholds import HITTING, SHARE
from analysis.just_ask.success import act_out
from analysis.probes.probe import NEGATIVE, Trial, control, controls
from analysis.questions.wished import AnotherWish
from analysis.scores.intervals import Bounded, ratio


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "controls"}."""
    asked = minds(trial)
    found = act_out(trial, asked_of, [*asked, *map(AnotherWish, asked), *contenders()])
    names = [one.name for one in asked]

    def effect(name: str) -> Bounded:
        return ratio(found.success[name], found.asked, found.place)

    negative = [name for name in found.success if name not in (DO, *names)]
    above = found.mean(found.success[NO_WISH] - found.chance)
    kinds = {DO: "oracle", NO_WISH: "shortcut"} | dict.fromkeys(names, "mind")
    return {
        "rows": found.rows(kinds),
        "controls": [
            *controls(effect, SHARE, [DO], negative),
            control(f"{NO_WISH}, above the chance of coming there", NEGATIVE, *above, HITTING),
        ],
    }
