"""How well φ knows θ: rows like those of the fidelity table; what interventions did to φ's answers; a story of one.

Interventions (analysis/copies/interventions.py) have intervention, condition, contender, figure, value with its
interval, and questions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Answerer, Question, Reasoned
from agents.registry import type_space
from analysis.contenders.fitting import fit
from analysis.copies.asking import MYSELF, STANCES, pair_of, questions_of, to_theta
from analysis.copies.edits import HIDDEN_ACT, HIDING, LESS, OTHERS_ACT, SEEN, SWAPPED, UNSEEN, hidden
from analysis.copies.interventions import (
    LARGEST,
    RIGHT,
    SLOPE,
    change,
    edit,
    intervene,
    movements,
    replace_theta,
    rows_of,
)
from analysis.copies.scoring import EXACT, MINE, THEIRS, survey_of
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, label
from analysis.probes import panels
from analysis.probes.copies.design import HEADLINE, played, worlds_of
from analysis.probes.copies.thresholds import ABOVE, KEPT, NOTHING, RIGHTLY, ROUNDING, SKILL
from analysis.probes.probe import Document, Row, Trial, at_most, controls, figure
from analysis.probes.tables import lines
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked, Cell
from analysis.questions.survey import REASONER
from analysis.scores.fidelity import Scores
from analysis.scores.intervals import NONE, Bounded
from analysis.scores.measures import total_variation
from analysis.scores.table import heading
from worlds import Episode

MOMENTS = 48  # of each episode, among which the story is looked for
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
    return ((rows[0]["skill"], rows[0]["skill_low"], rows[0]["skill_high"]), rows[0]["kept"]) if rows else (NONE, 0)


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
        right = figure(f"{HIDING}, {SEEN}: {RIGHT}", (row["value"], row["low"], row["high"]), RIGHTLY)
        yield right | {"reached": bool(right["reached"])}
    still = ((HIDING, UNSEEN), (LESS, HIDDEN_ACT), (LESS, OTHERS_ACT))
    for (intervention, condition), goal in {**dict.fromkeys(still, NOTHING), (SWAPPED, ""): ROUNDING}.items():
        value = found.get((intervention, condition, LARGEST), {}).get("value")
        name = ", ".join(filter(None, (intervention, condition)))
        yield figure(f"{name}: {LARGEST}", (value, None, None), goal, reached=at_most)


def story(mind: Answerer, episodes: Sequence[Episode]) -> dict[str, Any] | None:
    """The story of one question: what a copy expects of another that pretends to be it, and what happens if it is
    hidden. None where no copy could be hidden from another.

    Told is the question at which hiding moved *θ's own* answer most, of those at which θ really was in that role if
    there are any: chosen by what θ says, whatever φ makes of it."""
    able = [
        (episode, asked, pair)
        for episode in episodes
        for asked in questions_of(episode, "predict", MOMENTS)
        if (pair := hidden(episode, asked.query, SEEN))
    ]
    able = [one for one in able if one[1].action >= 0] or able
    moved = [change(mind, *pair, to_theta(episode, asked.query)) for episode, asked, pair in able]
    if not able:
        return None
    size = total_variation(np.array(moved), np.zeros((len(moved), 1)))
    return _told(mind, *able[int(size.argmax())])


def _told(mind: Answerer, episode: Episode, asked: Asked, pair: tuple[Episode, Episode]) -> dict[str, Any]:
    query, perception = asked.query, Perception(episode)
    (theta, phi), (was, then) = pair_of(query), pair
    seen = perception.observed[query.step]
    return {
        "episode": episode.index, "step": query.step, "theta": _who(episode, theta), "phi": _who(episode, phi),
        "phi_saw_theta": int(seen[phi, theta]), "theta_saw_phi": int(seen[theta, phi]),
        "hidden_at": np.flatnonzero((was.cell != then.cell).any(1)).tolist(),
        "said": [_said(episode, *one, was, then) for one in _voices(mind, episode, asked)],
        "taken": episode.action_names[asked.action] if asked.action >= 0 else None,
    }  # fmt: skip


def _who(episode: Episode, agent: int) -> dict[str, str]:
    return {"name": episode.names[agent], "persona": episode.agents[agent].description}


def _voices(mind: Answerer, episode: Episode, asked: Asked) -> list[tuple[str, Answerer, Question]]:
    """Who is asked what."""
    query, exact = asked.query, Reasoned(type_space(episode))
    theta, phi = (episode.names[agent] for agent in pair_of(query))
    own = to_theta(episode, query)
    return [
        (phi, mind, asked.question),
        (theta, mind, own),
        (f"exact, in {theta}'s place", exact, own),
        (phi, mind, Question(phi, query.step, MYSELF)),
        (theta, mind, Question(theta, query.step, MYSELF)),
    ]


def _said(episode: Episode, who: str, answerer: Answerer, question: Question, was: Episode, then: Episode) -> dict:
    answers = {key: answerer.answer(world, [question])[0] for key, world in (("was", was), ("hidden", then))}
    actions = episode.action_names
    words = {key: dict(zip(actions, map(float, said), strict=True)) for key, said in answers.items()}
    return {"who": who, "asked": question.prompt, **words}


def sentences(told: Document) -> str:
    """The story in sentences, before its table."""
    theta, phi = told["theta"], told["phi"]
    one, other = theta["name"], phi["name"]
    return (
        f"Episode {told['episode']}, step {told['step']}. {one} and {other} are copies of one mind.\n"
        f"{one}: {theta['persona']}\n{other}: {phi['persona']}\n"
        f"{other} has seen {one} act as itself at {told['phi_saw_theta']} steps, and was seen so by it at "
        f"{told['theta_saw_phi']}."
        + (f"\n{one} is told to behave as {other}. It does: {told['taken']}." if told["taken"] else "")
    )


def hidden_words(told: Document) -> str:
    """What is done to the story."""
    return f"{told['phi']['name']} out of {told['theta']['name']}'s sight at {len(told['hidden_at'])}"


def tables(document: Document) -> list[Table]:
    """Skill by stance and depth; what the interventions did; the transcript, last."""
    told = document["transcript"]
    return [_skill_table(document), _intervention_table(document), *([_story_table(told)] if told else [])]


def _skill_table(document: Document) -> Table:
    told = [row for row in document["rows"] if row["kind"] in ("mind", "control") or row["contender"] in _beside(row)]
    rows = [
        {
            "asked": heading(row), "nats": row["excess_nats"], "skill": row["skill"], "top-1": row["top1"],
            "95%": _bounds(row, "skill_"),
            "contender": row["contender"] + (" *" if row["contender"] == row["best_shortcut"] else ""),
        }
        for row in told
    ]  # fmt: skip
    title = "what φ expects of θ, against what θ itself says"
    return lines(title, rows, ("asked", "contender"), ("nats", "skill", "95%", "top-1"))


def _beside(row: Row) -> tuple[str, ...]:
    return REASONER, EXACT, MINE, THEIRS, row["best_shortcut"]


def _intervention_table(document: Document) -> Table:
    rows = [
        {
            "what is done": row["intervention"], "condition": row["condition"], "whose answer": row["contender"],
            "figure": row["figure"], "95%": _bounds(row), "of": row["questions"],
            "value": f"{row['value']:.1e}" if row["figure"] == LARGEST and row["value"] else row["value"],
        }
        for row in document["interventions"]
    ]  # fmt: skip
    left = ("what is done", "condition", "whose answer", "figure")
    return lines("interventions", rows, left, ("value", "95%", "of"))


def _story_table(told: Document) -> Table:
    worlds = (("was", "as it was"), ("hidden", hidden_words(told)))
    rows = [{"world": words, **one, **one[key]} for key, words in worlds for one in told["said"]]
    actions = [(action, lambda row, action=action: f"{row[action]:.2f}") for action in told["said"][0]["was"]]
    return lines(sentences(told), rows, ("world", "who", "asked"), actions)


def _bounds(row: Row, stem: str = "") -> str:
    low, high = row[f"{stem}low"], row[f"{stem}high"]
    return "" if low is None else f"{low:.3f} to {high:.3f}"


def draw(document: Document) -> dict[str, Figure]:
    """ "copies": skill by depth, where there are questions enough; "copies_hidden": a point for each question."""
    skilled = [row for row in document["rows"] if row["skill"] is not None]
    mine = [one for one in document["movements"] if one["contender"] == "mind"]
    drawn = {"copies": _depths(skilled)} if any(row["kind"] == "mind" for row in skilled) else {}
    return drawn | ({"copies_hidden": _hidden(document, mine)} if mine else {})


def _depths(rows: Sequence[Row]) -> Figure:
    stances = [stance for stance in STANCES if any(row["stance"] == stance for row in rows)]
    figure, places = canvas(_title(rows), len(stances), (4.6 * len(stances) + 0.4, 4.9), share="y")
    for axes, stance in zip(places, stances, strict=True):
        _panel(axes, [row for row in rows if row["stance"] == stance], stance)
    places[0].set_ylabel("skill, with 95% interval")
    panels.legend(figure, places, loc="outside lower left", ncols=3, fontsize=10)
    return figure


def _title(rows: Sequence[Row]) -> str:
    mine = {row["depth"]: row["skill"] for row in rows if row["kind"] == "mind" and row["stance"] == STANCES[0]}
    if TRAINED not in mine:
        return "What a copy expects of a copy, by depth"
    deeper = " and ".join(f"{mine[depth]:.2f}" for depth in sorted(mine) if depth > TRAINED)
    beyond = f";\n{deeper} at depths that were never trained" if deeper else ""
    return f"What will a copy of me do, pretending to be me? Skill {mine[TRAINED]:.2f}{beyond}"


def _panel(axes: Axes, rows: Sequence[Row], stance: str) -> None:
    drawn = [
        ("exact reasoning in θ's place", GREEN, [row for row in rows if row["contender"] == EXACT]),
        ("the mind", BLUE, [row for row in rows if row["kind"] == "mind"]),
        ("exact reasoning in φ's place", ORANGE, [row for row in rows if row["contender"] == REASONER]),
    ]
    panels.curves(axes, drawn, "skill", lambda row: row["depth"])
    panels.bound(axes, 0, "the best shortcut", across=True)
    deepest = max(row["depth"] for row in rows)
    if deepest > TRAINED:
        axes.axvspan(TRAINED + 0.5, deepest + 0.3, color=GREY, alpha=0.12, linewidth=0, zorder=0)
        label(axes, TRAINED + 0.5, 1.06, "never trained", GREY, dx=4, fontweight="normal", fontsize=9)
    axes.set_xticks(sorted({row["depth"] for row in rows}))
    axes.set_xlim(0.7, deepest + 0.3)
    axes.set_ylim(top=1.12)
    axes.set_xlabel("depth: 2 is “θ pretending to be me”")
    axes.set_title({"predict": "predict θ …", "behave": "behave as θ …"}[stance], fontsize=11, color=BLACK)


def _hidden(document: Document, points: Sequence[Row]) -> Figure:
    slope = {
        row["condition"]: row["value"]
        for row in document["interventions"]
        if (row["intervention"], row["figure"], row["contender"]) == (HIDING, SLOPE, "mind")
    }
    when = {SEEN: "φ could see that θ was away", UNSEEN: "φ could not see it"}
    conditions = [how for how in when if any(one["condition"] == how for one in points)]
    figure, places = canvas(_moral(slope), len(conditions), (4.6 * len(conditions) + 0.4, 5.0), share="both")
    for axes, how in zip(places, conditions, strict=True):
        own = [one for one in points if one["condition"] == how]
        axes.plot((-1, 1), (-1, 1), color=GREY, linewidth=1, linestyle="--", zorder=1)
        across, up = ([one[who] for one in own] for who in ("theta", "phi"))
        axes.scatter(across, up, s=16, color=BLUE, alpha=0.55, linewidths=0)
        axes.set_title(when[how], fontsize=11, color=BLACK)
        axes.set(xlim=(-0.9, 0.9), ylim=(-0.9, 0.9), aspect="equal", xlabel="change in θ's own answer")
    label(places[0], 0.55, 0.55, "as θ does", GREY, dx=-4, dy=14, fontweight="normal", ha="right")
    places[0].set_ylabel("change in what φ expects of θ")
    return figure


def _moral(slope: Mapping[str, float | None]) -> str:
    seen = slope.get(SEEN)
    if seen is None:
        return "φ was hidden from θ"
    tail = ";\nwhere it could not know, it expects the same as before" if slope.get(UNSEEN) == 0 else ""
    return f"Hidden from θ, φ expects θ to know less of it (slope {seen:.2f}){tail}"
