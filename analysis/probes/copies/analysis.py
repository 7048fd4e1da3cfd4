"""How well φ knows θ: rows like those of the fidelity table, what interventions did to φ's answers, and a story of one.

Rows of interventions have intervention, condition, contender, figure, value with its interval, and questions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

from agents.answer import Answerer, Question, Reasoned
from agents.world import type_space
from analysis.contenders.fitting import fit
from analysis.copies.asking import MYSELF, STANCES, copies_of, pair_of, questions_of, theirs, to_theta
from analysis.copies.scoring import EXACT, MINE, THEIRS, survey_of
from analysis.figures.picture import BLACK, BLUE, GREEN, GREY, ORANGE, canvas, label
from analysis.probes import panels
from analysis.probes.copies.design import (
    HEADLINE,
    HIDDEN_ACT,
    HIDING,
    LESS,
    NOTHING,
    OTHERS_ACT,
    RIGHTLY,
    ROUNDING,
    SEEN,
    SHOULD,
    SHOWN_ACT,
    SKILL,
    SWAPPED,
    THEIR_ACT,
    UNSEEN,
    edits,
    hidden,
    played,
    worlds_of,
)
from analysis.probes.probe import Bounded, Document, Row, Trial, at_most, controls, figure
from analysis.probes.shift import NONE, mean, ratio
from analysis.probes.tables import lines
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked, Cell
from analysis.questions.survey import REASONER
from analysis.scores.fidelity import FEWEST, Scores
from analysis.scores.measures import divergence, total_variation
from analysis.scores.table import heading
from worlds import ACTIONS, Episode

ITSELF = "θ itself"  # who answers, beside those who answer for φ
MOVED, LARGEST = "moved", "largest change"  # mean total variation; of any probability
SLOPE, RIGHT = "slope", "episodes in which it moves as θ does"
REPLACED, NOW, ALWAYS = "θ replaced by a scripted agent", "now", "always"
BEFORE, AFTER, MORE = "nats from the copy", "nats from the scripted agent", "more nats than from the copy"
SAME = "acts that are the copy's"
ORDER = ("", THEIR_ACT, SHOWN_ACT, HIDDEN_ACT, OTHERS_ACT)
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
        clear = figure(f"skill, {stance} at depth 2", values, 0.0, by_seed=each)
        yield clear | {"reached": None if values[1] is None else values[1] > 0}
        yield figure(f"kept questions, {stance} at depth 2", (kept, None, None), FEWEST)


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


def effect(intervention: str, condition: str, contender: str, figure: str, values: Bounded, questions: int) -> Row:
    """One row: which intervention, under which condition, whose answers, and what of them."""
    value, low, high = values
    return {
        "intervention": intervention, "condition": condition, "contender": contender, "figure": figure,
        "value": value, "low": low, "high": high, "questions": questions,
    }  # fmt: skip


def change(answerer: Answerer, was: Episode, then: Episode, question: Question) -> np.ndarray:
    """(a,): an answer in the world as it is then, minus the same in the world as it was."""
    before, after = (answerer.answer(world, [question])[0] for world in (was, then))
    return after - before


def movement(
    intervention: str, condition: str, contender: str, moved: np.ndarray, episode: np.ndarray
) -> Iterator[Row]:
    """Rows of how far answers moved, (q, a): on average, and at most in any probability."""
    size = total_variation(moved, np.zeros_like(moved))
    largest = float(np.abs(moved).max()) if len(moved) else None
    yield effect(intervention, condition, contender, MOVED, mean(size, episode), len(moved))
    yield effect(intervention, condition, contender, LARGEST, (largest, None, None), len(moved))


@dataclass(frozen=True)
class Moved:
    """What hiding did, question by question: axis q."""

    condition: np.ndarray  # q str
    episode: np.ndarray  # q int
    theta: np.ndarray  # q a: θ's own answer hidden, minus its answer as it was
    phi: dict[str, np.ndarray]  # by contender: q a, the same of φ's answer
    asked: tuple[Asked, ...]


def intervene(
    mind: Answerer, contenders: Sequence[Answerer], episodes: Iterable[Episode], questions: int = 32, seed: int = 0
) -> Moved:
    """Hides φ from θ before each of some questions "predict θ pretending to be me" of each episode.

    mind: what θ is; contenders: who answer for φ, the mind itself and exact reasoning, say.
    """
    found = [
        (how, place, asked, pair)
        for place, episode in enumerate(episodes)
        for asked in questions_of(episode, "predict", questions, seed)
        for how in (SEEN, UNSEEN)
        if (pair := hidden(episode, asked.query, how))
    ]
    theta = [change(mind, *pair, to_theta(pair[0], one.query)) for *_, one, pair in found]
    phi = {other.name: [change(other, *pair, one.question) for *_, one, pair in found] for other in contenders}
    conditions, places, asked, _ = zip(*found, strict=True) if found else ((), (), (), ())
    shape = len(found), len(ACTIONS)
    rows = {name: np.reshape(moved, shape) for name, moved in phi.items()}
    return Moved(np.array(conditions, str), np.array(places, int), np.reshape(theta, shape), rows, asked)


def movements(moved: Moved) -> Iterator[Row]:
    """For each question and contender {"condition", "contender", "theta", "phi"}: how much likelier the action became
    that hiding changed most in θ's own answer, in θ's and in φ's."""
    if not len(moved.asked):
        return
    most = np.abs(moved.theta).argmax(1)
    rows = np.arange(len(most))
    for name, phi in moved.phi.items():
        for how, one, other in zip(moved.condition, moved.theta[rows, most], phi[rows, most], strict=True):
            yield {"condition": str(how), "contender": name, "theta": float(one), "phi": float(other)}


def rows_of(moved: Moved) -> Iterator[Row]:
    """Rows for each condition and contender: by how much θ's own answer and φ's moved; the
    slope of φ's movement on θ's, 1 where it is the same; and, of the episodes in which θ's answer moves by SHOULD or
    more somewhere, the share in which φ's answers move in θ's direction on the whole."""
    for how in (SEEN, UNSEEN):
        rows = np.flatnonzero(moved.condition == how)
        theta, episode = moved.theta[rows], moved.episode[rows]
        size = total_variation(theta, np.zeros_like(theta))
        yield from movement(HIDING, how, ITSELF, theta, episode)
        for name, answer in moved.phi.items():
            phi = answer[rows]
            along = (theta * phi).sum(1)
            yield from movement(HIDING, how, name, phi, episode)
            yield effect(HIDING, how, name, SLOPE, ratio(along, (theta**2).sum(1), episode), len(rows))
            right = _right(along, size, episode)
            yield effect(HIDING, how, name, RIGHT, mean(right), len(right))


def _right(along: np.ndarray, size: np.ndarray, episode: np.ndarray) -> np.ndarray:
    """Of each episode in which θ's answer should move φ's: whether φ's moved in its direction on the whole, 0 or 1."""
    each = [np.flatnonzero(episode == one) for one in np.unique(episode)]
    return np.array([float(along[rows].sum() > 0) for rows in each if size[rows].max() >= SHOULD])


def edit(mind: Answerer, contenders: Sequence[Answerer], episodes: Iterable[Episode], questions: int) -> list[Row]:
    """Rows of slots swapped and of one event less, on some questions "predict θ pretending to be me" of each episode.

    mind: what θ is; contenders: who answer for φ. Where slots are swapped θ itself is asked too.
    """
    moved: dict[tuple[str, str, str], list[tuple[int, np.ndarray]]] = {}
    for place, episode in enumerate(episodes):
        for asked in questions_of(episode, "predict", questions):
            for intervention, condition, was, then in edits(episode, asked.query):
                said = {one.name: change(one, was, then, asked.question) for one in contenders}
                if intervention == SWAPPED:
                    said[ITSELF] = change(mind, was, then, to_theta(was, asked.query))
                for name, by in said.items():
                    moved.setdefault((intervention, condition, name), []).append((place, by))
    return [
        row
        for key in sorted(moved, key=lambda key: ORDER.index(key[1]))
        for row in movement(*key, np.array([said for _, said in moved[key]]), np.array([k for k, _ in moved[key]]))
    ]


def replace_theta(mind: Answerer, pairs: Iterable[tuple[Episode, Episode]], questions: int) -> Iterator[Row]:
    """Rows of φ's movement, of its distance from whoever θ is, and of how much these differ; each pair of episodes:
    one, and its twin with the last copy scripted."""
    pages = [page for place, pair in enumerate(pairs) if (page := _paired(mind, place, *pair, questions))]
    if not pages:
        return
    where, was, then, copy, now, always, same = (np.concatenate(part) for part in zip(*pages, strict=True))
    yield effect(REPLACED, ALWAYS, ITSELF, SAME, mean(same), len(same))
    yield effect(REPLACED, ALWAYS, mind.name, MOVED, mean(total_variation(was, then), where), len(where))
    before = divergence(copy, was)
    yield effect(REPLACED, "", mind.name, BEFORE, mean(before, where), len(where))
    for how, answer, truth in ((NOW, was, now), (ALWAYS, then, always)):
        after = divergence(truth, answer)
        yield effect(REPLACED, how, mind.name, AFTER, mean(after, where), len(where))
        yield effect(REPLACED, how, mind.name, MORE, mean(after - before, where), len(where))


def _paired(mind: Answerer, place: int, episode: Episode, twin: Episode, questions: int) -> tuple[np.ndarray, ...]:
    """Of the questions about θ, the copy, that can be asked in both: the episode, (q,); φ's answer in it and in the
    twin, what θ itself says, exact reasoning in its place, and the scripted agent in the twin, (q, a); and (1,) the
    share of its acts that are the copy's. Empty where there is none."""
    theta = copies_of(episode)[-1]
    among = Perception(twin).sees & (np.arange(len(episode.agents)) == theta)
    asked = questions_of(episode, "predict", questions, among=among)
    if not asked:
        return ()
    queries, put, exact = [one.query for one in asked], [one.question for one in asked], Reasoned(type_space(episode))
    here, there = [episode] * len(asked), [twin] * len(asked)
    same = np.array([(episode.action[:, theta] == twin.action[:, theta]).mean()])
    return (
        np.full(len(asked), place), mind.answer(episode, put), mind.answer(twin, put), theirs(mind, here, queries),
        theirs(exact, here, queries), theirs(exact, there, queries), same,
    )  # fmt: skip


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
    rows = []
    for _, block in groupby(document["rows"], key=lambda row: (row["stance"], row["depth"])):
        for row in block:
            beside = (REASONER, EXACT, MINE, THEIRS, row["best_shortcut"])
            if row["kind"] in ("mind", "control") or row["contender"] in beside:
                star = " *" if row["contender"] == row["best_shortcut"] else ""
                rows.append(
                    row
                    | {
                        "asked": heading(row),
                        "nats": row["excess_nats"],
                        "top-1": row["top1"],
                        "95%": _bounds(row, "skill_"),
                        "contender": row["contender"] + star,
                    }
                )
    title = "what φ expects of θ, against what θ itself says"
    return lines(title, rows, ("asked", "contender"), ("nats", "skill", "95%", "top-1"))


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
