"""The rows, the interventions, the controls and the figures; analysis/probes/copies/__init__.py says what they mean."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from agents.answer import Reasoned
from agents.world import type_space
from analysis.contenders.fitting import fit
from analysis.copies.asking import STANCES
from analysis.copies.scoring import EXACT, survey_of
from analysis.probes.copies.edits import HIDDEN_ACT, LESS, OTHERS_ACT, SWAPPED, edit
from analysis.probes.copies.effects import LARGEST
from analysis.probes.copies.episodes import Design, played, worlds_of
from analysis.probes.copies.hiding import HIDING, RIGHT, SEEN, UNSEEN, intervene, movements, rows_of
from analysis.probes.copies.replaced import replace_theta
from analysis.probes.copies.transcript import story
from analysis.probes.probe import NEGATIVE, POSITIVE, Progress, Settings, Subject, control
from analysis.questions.sampling import Cell
from analysis.scores.fidelity import FEWEST, Scores

HEADLINE: Cell = ("predict", 2)
SKILL, RIGHTLY, ROUNDING, NOTHING = 0.1, 0.7, 0.01, 1e-6  # the thresholds: see analysis/probes/copies/__init__.py
STAGES = 5  # of which progress is told
Tell = Callable[[int, int], None]


def measure(
    subject: Subject,
    settings: Settings | None = None,
    progress: Progress | None = None,
    design: Design | None = None,
) -> dict[str, Any]:
    """{"rows", "interventions", "movements", "transcript", "controls", "figures", "seeds"}, JSON values only.

    An intervention: intervention, condition, contender, figure, value with its interval, questions. A movement: as
    hiding.movements has it. A figure: name, value with its interval, goal, reached, by_seed (of skill). Raises
    FunhouseError where nobody is here to play the copies, or no copy ever met another.
    """
    settings, design = settings or Settings(), design or Design()
    mind, tell = subject.mind, [_stage(progress, number) for number in range(STAGES)]
    train = played(subject, design.run(subject, "train", settings.seed), design.training)
    fitted = fit(survey_of(mind, train, (), design.drawn, tell[0]))
    worlds = list(worlds_of(subject, settings, design))
    seeds, episodes = np.array([seed for seed, *_ in worlds]), [episode for _, episode, _ in worlds]
    scores = Scores.of(survey_of(mind, episodes, subject.blanked, design.drawn, tell[1]), fitted)
    contenders = [mind, Reasoned(type_space(episodes[0]))]
    moved = intervene(mind, contenders, _watched(episodes, tell[2]), design.hidings)
    interventions = [
        *rows_of(moved),
        *edit(mind, contenders, _watched(episodes, tell[3]), design.edits),
        *replace_theta(mind, _watched([(one, twin) for _, one, twin in worlds], tell[4]), design.twins),
    ]
    return {
        "rows": [row for cell in scores.survey.cells() for row in scores.rows(cell)],
        "interventions": interventions,
        "movements": list(movements(moved)),
        "transcript": story(mind, episodes[: int((seeds == settings.seed).sum())]),
        "controls": list(_controls(scores, [one.name for one in subject.blanked])),
        "figures": [*_skills(scores, mind.name, seeds), *_effects(interventions, mind.name)],
        "seeds": list(settings.all_seeds),
    }


def _stage(progress: Progress | None, number: int) -> Tell:
    """Tells of one stage as a part of the whole."""
    return lambda done, total: progress(number * total + done, STAGES * total) if progress else None


def _watched(things: Sequence, tell: Tell) -> Iterator:
    for done, thing in enumerate(things, 1):
        yield thing
        tell(done, len(things))


def _controls(scores: Scores, blanked: Sequence[str]) -> Iterator[dict[str, Any]]:
    for name, kind in {EXACT: POSITIVE, **dict.fromkeys(blanked, NEGATIVE)}.items():
        row = _row(scores, HEADLINE, name)
        yield control(name, kind, row["skill"], row["skill_low"], row["skill_high"], SKILL)


def _row(scores: Scores, cell: Cell, name: str, within: np.ndarray | None = None) -> dict[str, Any]:
    """A contender's row; one without figures where nothing could be asked."""
    found = scores.rows(cell, within, [name])
    return found[0] if found else {"kept": 0, "skill": None, "skill_low": None, "skill_high": None}


def _skills(scores: Scores, mind: str, seeds: np.ndarray) -> Iterator[dict[str, Any]]:
    """The mind's skill at depth 2, whether it is clear of 0, and over how many kept questions."""
    seed = seeds[scores.survey.episode]
    for stance in STANCES:
        row = _row(scores, (stance, 2), mind)
        each = [_row(scores, (stance, 2), mind, seed == one)["skill"] for one in np.unique(seeds)]
        clear = None if row["skill_low"] is None else row["skill_low"] > 0
        figure = _figure(f"skill, {stance} at depth 2", row["skill"], 0.0, clear, row["skill_low"], row["skill_high"])
        yield figure | {"by_seed": each}
        yield _figure(f"kept questions, {stance} at depth 2", row["kept"], FEWEST, row["kept"] >= FEWEST)


def _effects(interventions: Iterable[dict], mind: str) -> Iterator[dict[str, Any]]:
    """What the interventions should come to."""
    own = (row for row in interventions if row["contender"] == mind)
    found = {(row["intervention"], row["condition"], row["figure"]): row for row in own}
    if row := found.get((HIDING, SEEN, RIGHT)):
        reached = row["value"] is not None and row["value"] >= RIGHTLY
        yield _figure(f"{HIDING}, {SEEN}: {RIGHT}", row["value"], RIGHTLY, reached, row["low"], row["high"])
    still = ((HIDING, UNSEEN), (LESS, HIDDEN_ACT), (LESS, OTHERS_ACT))
    for (intervention, condition), goal in {**dict.fromkeys(still, NOTHING), (SWAPPED, ""): ROUNDING}.items():
        value = found.get((intervention, condition, LARGEST), {}).get("value")
        name = ", ".join(filter(None, (intervention, condition)))
        yield _figure(f"{name}: {LARGEST}", value, goal, None if value is None else value <= goal)


def _figure(
    name: str, value: float | None, goal: float, reached: bool | None, low: float | None = None,
    high: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": name, "value": value, "low": low, "high": high, "goal": goal, "reached": reached, "by_seed": None,
    }  # fmt: skip
