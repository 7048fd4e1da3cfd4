"""All readouts, the controls and the figures; analysis/probes/mirror/__init__.py says what they mean."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from agents.answer import Answerer
from analysis.contenders.controls import PLANNER
from analysis.probes.mirror.contenders import CONTINGENCY, LAG, ContingencyTest, LagCorrelation, Planner, Recogniser
from analysis.probes.mirror.effects import (
    ANTICIPATION,
    MARK,
    RECOGNITION,
    THRESHOLD,
    anticipation,
    interval,
    mean,
    recognition,
)
from analysis.probes.mirror.episodes import BLANK, LIVE, Design
from analysis.probes.mirror.marked import Washing, effect, washing
from analysis.probes.mirror.told import BLIND, FORESEEN, Exact, Told, told_by
from analysis.probes.probe import BASELINE, NEGATIVE, POSITIVE, Bounded, Progress, Settings, Subject, control
from analysis.questions.survey import REASONER
from analysis.scores.measures import agreement, divergence, total_variation

AS_IMAGE, NEXT, WHICH, WASHING = "as the image", "what the image will do", "which one is you", "washing"  # readouts
MIND = "mind"
COMMON = (
    "kept", "excess_nats", "excess_low", "excess_high", "skill", "skill_low", "skill_high", "unfiltered_skill", "top1",
    "total_variation",
)  # fmt: skip
NO_SKILL = "there is no shortcut to being the image"
_KINDS = {REASONER: "oracle", CONTINGENCY: "control", LAG: "control", PLANNER: "control"}
JUDGED_AS = {CONTINGENCY: POSITIVE, PLANNER: NEGATIVE, LAG: BASELINE}
Effects = dict[str, dict[str, Bounded]]  # by effect, by contender


def measure(
    subject: Subject,
    settings: Settings | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
) -> dict[str, Any]:
    """{"rows", "controls", "figures", "seeds"}, JSON values only; rows of all readouts, told apart by "readout"; those
    of the worlds with marks have "marks"."""
    settings, design = settings or Settings(), design or Design()
    tell = _counted(design, settings, progress)
    plain = told_by(_minds(subject) | _scripted(), design, settings, tell)
    others = {name: one for before, other in subject.marks.items() for name, one in _minds(other, f"{before} ").items()}
    marks = replace(design, marks=True)
    among = told_by(others | {REASONER: Exact()}, marks, settings, tell)
    found = washing(others | _scripted(), marks, settings, tell)
    effects: Effects = {
        RECOGNITION: _of_both(recognition, plain, among, design),
        ANTICIPATION: _of_both(anticipation, plain, among, design),
        MARK: {name: mean(effect(found, name, design)) for name in dict.fromkeys(name for name, _ in found)},
    }
    return {
        "rows": [*_rows(plain, design), *_rows(among, marks), *_washing(found, marks)],
        "controls": [one for what, values in effects.items() for one in _controls(values, what)],
        "figures": [_figure(name, what, value) for what, values in effects.items() for name, value in values.items()
                    if name.endswith(MIND)],
        "seeds": list(settings.all_seeds),
    }  # fmt: skip


def _counted(design: Design, settings: Settings, progress: Progress | None) -> Callable[[], None]:
    """What is called after each episode of each part, and tells how many there have been."""
    total, done = 3 * settings.seeds * design.episodes(settings), count(1)
    return lambda: progress(next(done), total) if progress else None


def _minds(subject: Subject, before: str = "") -> dict[str, Answerer]:
    """A mind, and what is left of it without its own actions."""
    blind = [one for one in subject.blanked if one.name == BLIND]
    return {before + MIND: subject.mind} | {before + one.name: one for one in blind}


def _scripted() -> dict[str, Answerer]:
    test, lag = Recogniser(ContingencyTest()), Recogniser(LagCorrelation())
    return {REASONER: Exact(), CONTINGENCY: test, LAG: lag, PLANNER: Planner()}


def _of_both(measured: Callable[[Told, str, Design], Bounded], plain: Told, among: Told, design: Design) -> dict:
    """An effect of everybody, in the world without marks and in that with them."""
    return {
        name: measured(told, name, design)
        for told in (plain, among)
        for name in dict.fromkeys(name for name, _ in told.answer)
        if told is plain or name != REASONER
    }


def _rows(told: Told, design: Design) -> Iterator[dict[str, Any]]:
    for row in (*_as_image(told, design), *_next(told, design), *_which(told, design)):
        yield row | {"marks": design.marks}


def _as_image(told: Told, design: Design) -> Iterator[dict[str, Any]]:
    """A row for each condition, contender and number of steps."""
    for name, condition in told.answer:
        truth, image = told.said(REASONER, condition)[0], told.said(name, condition)[0]
        excess, distance = interval(divergence(truth, image)), interval(told.distance(name, condition))
        for k, observed in enumerate(design.observed):
            yield _head(name, condition, len(truth)) | {
                "readout": AS_IMAGE, "observed": observed,
                "excess_nats": excess[0][k], "excess_low": excess[1][k], "excess_high": excess[2][k],
                "top1": float(agreement(truth[:, k], image[:, k]).mean()),
                "total_variation": float(total_variation(truth[:, k], image[:, k]).mean()),
                "from_myself": distance[0][k], "from_myself_low": distance[1][k], "from_myself_high": distance[2][k],
            }  # fmt: skip


def _next(told: Told, design: Design) -> Iterator[dict[str, Any]]:
    """A row for each condition in which the image's next act is known, contender and number of steps."""
    for name, condition in told.answer:
        if condition not in FORESEEN:
            continue
        missed = interval(told.unforeseen(name, condition))
        for k, observed in enumerate(design.observed):
            yield _head(name, condition, len(told.next[condition]), stance="predict") | {
                "readout": NEXT, "observed": observed,
                "foreseen": missed[0][k], "foreseen_low": missed[1][k], "foreseen_high": missed[2][k],
            }  # fmt: skip


def _which(told: Told, design: Design) -> Iterator[dict[str, Any]]:
    """A row for each contender and each image but the live one: how often the live one is taken for oneself."""
    for name, condition in told.score:
        if condition in (LIVE, BLANK):
            continue
        live, shown = (np.array(told.score[name, one]) for one in (LIVE, condition))
        value, low, high = interval(((live > shown) + 0.5 * (live == shown))[:, None])
        yield _head(name, condition, len(live)) | {
            "readout": WHICH, "observed": design.steps, "right": value[0], "right_low": low[0], "right_high": high[0],
        }  # fmt: skip


def _washing(found: Washing, design: Design) -> Iterator[dict[str, Any]]:
    """A row for each condition, contender and number of steps: the mean chance of washing."""
    for (name, condition), chances in found.items():
        wash = interval(np.array(chances))
        for k, observed in enumerate(design.observed):
            yield _head(name, condition, len(chances), 0) | {
                "readout": WASHING, "marks": True, "observed": observed,
                "wash": wash[0][k], "wash_low": wash[1][k], "wash_high": wash[2][k],
            }  # fmt: skip


def _head(contender: str, condition: str, questions: int, depth: int = 1, stance: str = "behave") -> dict[str, Any]:
    kind = _KINDS.get(contender, "control" if contender.endswith(BLIND) else "mind")
    head = {"stance": stance, "depth": depth, "contender": contender, "kind": kind, "questions": questions}
    return {**head, **dict.fromkeys(COMMON), "reason": NO_SKILL, "condition": condition}


def _controls(values: Mapping[str, Bounded], what: str) -> Iterator[dict[str, Any]]:
    """The controls of one effect, `what`, among all who have a value of it."""
    for name, value in values.items():
        kind = NEGATIVE if name.endswith(BLIND) else JUDGED_AS.get(name)
        if kind:
            yield control(f"{name}: {what}", kind, *value, None if kind == BASELINE else THRESHOLD)


def _figure(name: str, what: str, bounded: Bounded) -> dict[str, Any]:
    """What a mind came to; no goal is set."""
    value, low, high = bounded
    return {"name": f"{name}: {what}", "value": value, "low": low, "high": high, "goal": None, "reached": None}
