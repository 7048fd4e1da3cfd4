"""How well φ knows θ: rows like those of the fidelity table; what interventions did to φ's answers; a story of one.

Interventions (analysis/copies/interventions.py) have intervention, condition, contender, figure, value with its
interval, and questions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Reasoned
from agents.registry import type_space
from analysis.contenders.fitting import fit
from analysis.copies.asking import STANCES
from analysis.copies.edits import HIDDEN_ACT, HIDING, LESS, OTHERS_ACT, SEEN, SWAPPED, UNSEEN
from analysis.copies.interventions import LARGEST, RIGHT, SLOPE, edit, intervene, movements, replace_theta, rows_of
from analysis.copies.scoring import EXACT, MINE, THEIRS, survey_of
from analysis.copies.story import sentences, story
from analysis.figures.picture import BLUE, GREEN, GREY, ORANGE, canvas
from analysis.probes import panels
from analysis.probes.copies.design import HEADLINE, played, worlds_of
from analysis.probes.copies.thresholds import ABOVE, KEPT, NOTHING, RIGHTLY, ROUNDING, SKILL
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure
from analysis.probes.shift import bounds
from analysis.probes.tables import bounded, lines
from analysis.questions.sampling import Cell
from analysis.questions.survey import REASONER
from analysis.scores.fidelity import Scores
from analysis.scores.intervals import NONE, Bounded
from analysis.scores.table import heading

TRAINED = 2  # the deepest that training asks
PARTS = 5  # of the whole, of which progress is told


def measure(trial: Trial) -> dict[str, Any]:
    """{"rows", "interventions", "movements", "transcript", "controls", "figures"}. A movement: as `movements` has it.

    Raises FunhouseError where nobody is here to play the copies, or no copy ever met another.
    """
    mind, design, blanked = trial.mind, trial.design, [one.name for one in trial.subject.blanked]
    train = played(trial.subject, design.run(trial.subject, "train", trial.settings.seed), design.training)
    fitted = fit(survey_of(mind, train, (), design.drawn, trial.part(0, PARTS).progress))
    worlds = list(worlds_of(trial))
    seeds, episodes = np.array([seed for seed, *_ in worlds]), [episode for _, episode, _ in worlds]
    survey = survey_of(mind, episodes, trial.subject.blanked, design.drawn, trial.part(1, PARTS).progress)
    scores, contenders = Scores.of(survey, fitted), [mind, Reasoned(type_space(episodes[0]))]
    first, second = (trial.part(k, PARTS).watched(episodes, len(episodes)) for k in (2, 3))
    pairs = trial.part(4, PARTS).watched([(one, twin) for _, one, twin in worlds], len(worlds))
    moved = intervene(mind, contenders, first, design.hidings)
    interventions = [
        *rows_of(moved), *edit(mind, contenders, second, design.edits), *replace_theta(mind, pairs, design.twins)
    ]  # fmt: skip
    return {
        "rows": [row for cell in scores.survey.cells() for row in scores.rows(cell)],
        "interventions": interventions,
        "movements": list(movements(moved)),
        "transcript": story(mind, episodes[: int((seeds == trial.settings.seed).sum())]),
        "controls": controls(lambda name: _skill(scores, HEADLINE, name)[0], SKILL, [EXACT], blanked),
        "figures": [*_skills(scores, mind.name, seeds), *_effects(interventions, mind.name)],
    }


def _skill(scores: Scores, cell: Cell, name: str, within: np.ndarray | None = None) -> tuple[Bounded, int]:
    """A contender's skill, and over how many kept questions; of some, (q,) bool."""
    rows = scores.rows(cell, within, [name])
    return (bounds(rows[0], "skill"), rows[0]["kept"]) if rows else (NONE, 0)


def _skills(scores: Scores, mind: str, seeds: np.ndarray) -> Iterator[Row]:
    """The mind's skill at depth 2, whether it is clear of 0, and over how many kept questions."""
    seed = seeds[scores.survey.episode]
    for stance in STANCES:
        values, kept = _skill(scores, (stance, 2), mind)
        each = [_skill(scores, (stance, 2), mind, seed == one)[0][0] for one in np.unique(seeds)]
        clear = figure(f"skill, {stance} at depth 2", values, ABOVE, by_seed=each)
        yield clear | {"reached": None if values[1] is None else values[1] > ABOVE}
        yield figure(f"kept questions, {stance} at depth 2", (kept, None, None), KEPT)


def _effects(interventions: Iterable[Row], mind: str) -> Iterator[Row]:
    """What the interventions should come to."""
    own = (row for row in interventions if row["contender"] == mind)
    found = {(row["intervention"], row["condition"], row["figure"]): row for row in own}
    if row := found.get((HIDING, SEEN, RIGHT)):
        right = figure(f"{HIDING}, {SEEN}: {RIGHT}", bounds(row), RIGHTLY)
        yield right | {"reached": bool(right["reached"])}
    still = ((HIDING, UNSEEN), (LESS, HIDDEN_ACT), (LESS, OTHERS_ACT))
    for (intervention, condition), goal in {**dict.fromkeys(still, NOTHING), (SWAPPED, ""): ROUNDING}.items():
        value = found.get((intervention, condition, LARGEST), {}).get("value")
        name = ", ".join(filter(None, (intervention, condition)))
        yield figure(f"{name}: {LARGEST}", (value, None, None), goal, reached=at_most)


def tables(document: Document) -> list[Table]:
    """Skill by stance and depth; what the interventions did; the transcript, last."""
    shown, told = (REASONER, EXACT, MINE, THEIRS), document["transcript"]
    skills = [
        {**row, "asked": heading(row), "contender": row["contender"] + best}
        for row in document["rows"]
        if (best := " *" if row["contender"] == row["best_shortcut"] else "")
        or row["kind"] in ("mind", "control")
        or row["contender"] in shown
    ]
    figures = ("excess_nats", ("skill", bounded("skill")), "top1")
    done = ("intervention", "condition", ("whose answer", lambda row: row["contender"]), "figure")
    return [
        lines("what φ expects of θ, against what θ itself says", skills, ("asked", "contender"), figures),
        lines("interventions", document["interventions"], done, (("value (95%)", _value), "questions")),
        *([_story_table(told)] if told else []),
    ]


def _value(row: Mapping[str, Any]) -> str:
    return f"{row['value']:.1e}" if row["figure"] == LARGEST and row["value"] else bounded("value")(row)


def _story_table(told: Document) -> Table:
    hidden = f"{told['phi']['name']} out of {told['theta']['name']}'s sight at {len(told['hidden_at'])}"
    rows = [{"world": words, **one, **one[key]} for key, words in (("was", "as it was"), ("hidden", hidden))
            for one in told["said"]]  # fmt: skip
    actions = [(action, lambda row, action=action: f"{row[action]:.2f}") for action in told["said"][0]["was"]]
    return lines(sentences(told), rows, ("world", "who", "asked"), actions)


def draw(document: Document) -> dict[str, Figure]:
    """ "copies": skill by depth, where there are questions enough; "copies_hidden": a point for each question."""
    skilled = [row for row in document["rows"] if row["skill"] is not None]
    mine = [one for one in document["movements"] if one["contender"] == "mind"]
    drawn = {"copies": _depths(skilled)} if any(row["kind"] == "mind" for row in skilled) else {}
    return drawn | ({"copies_hidden": _hidden(document, mine)} if mine else {})


def _depths(rows: Sequence[Row]) -> Figure:
    stances = [stance for stance in STANCES if any(row["stance"] == stance for row in rows)]
    skill = {row["depth"]: row["skill"] for row in rows if row["kind"] == "mind" and row["stance"] == STANCES[0]}
    deeper = " and ".join(f"{skill[depth]:.2f}" for depth in sorted(skill) if depth > TRAINED)
    told = "What will a copy of me do, pretending to be me? Skill {:.2f}"
    told += f";\n{deeper} at depths that were never trained" if deeper else ""
    title = panels.finding(told, [skill.get(TRAINED)], "What a copy expects of a copy, by depth")
    figure, places = canvas(title, len(stances), (4.6 * len(stances) + 0.4, 4.9), share="y")
    theirs, mine = ("exact reasoning in θ's place", GREEN, EXACT), ("exact reasoning in φ's place", ORANGE, REASONER)
    for axes, stance in zip(places, stances, strict=True):
        own = [row for row in rows if row["stance"] == stance]
        panels.curves(axes, panels.rows_of(own, theirs, panels.MIND, mine), "skill", lambda row: row["depth"])
        panels.bound(axes, 0, "the best shortcut", across=True)
        panels.bound(axes, TRAINED + 0.5, "never trained →")
        asked = "behave as θ …" if stance == "behave" else "predict θ …"
        panels.titled(axes, asked, "depth: 2 is “θ pretending to be me”")
        axes.set_xticks(sorted({row["depth"] for row in own}))
    places[0].set_ylim(top=1.12)  # all are drawn by now, and share the axis
    places[0].set_ylabel("skill, with 95% interval")
    panels.legend(figure, places, loc="outside lower left", ncols=3, fontsize=10)
    return figure


def _hidden(document: Document, points: Sequence[Row]) -> Figure:
    """Against how θ's own answer changed, how φ's did; on the dashed line it does as θ does."""
    slope = {
        row["condition"]: row["value"]
        for row in document["interventions"]
        if (row["intervention"], row["figure"], row["contender"]) == (HIDING, SLOPE, "mind")
    }
    told = "Hidden from θ, φ expects θ to know less of it (slope {:.2f})"
    told += ";\nwhere it could not know, it expects the same as before" if slope.get(UNSEEN) == 0 else ""
    when = {SEEN: "φ could see that θ was away", UNSEEN: "φ could not see it"}
    conditions = [how for how in when if any(one["condition"] == how for one in points)]
    figure, places = canvas(
        panels.finding(told, [slope.get(SEEN)], "φ was hidden from θ"), len(conditions),
        (4.6 * len(conditions) + 0.4, 5.0), share="both",
    )  # fmt: skip
    for axes, how in zip(places, conditions, strict=True):
        own = [one for one in points if one["condition"] == how]
        axes.plot((-1, 1), (-1, 1), color=GREY, linewidth=1, linestyle="--", zorder=1)
        axes.scatter([one["theta"] for one in own], [one["phi"] for one in own], s=16, color=BLUE, alpha=0.55)
        panels.titled(axes, when[how], "change in θ's own answer")
        axes.set(xlim=(-0.9, 0.9), ylim=(-0.9, 0.9), aspect="equal")
    places[0].set_ylabel("change in what φ expects of θ")
    return figure
