"""What interventions did to φ's answers: a row for each figure, with its interval over episodes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.answer import Answerer, Question, Reasoned
from agents.registry import type_space
from analysis.copies.asking import copies_of, questions_of, theirs, to_theta
from analysis.copies.edits import (
    HIDDEN_ACT,
    HIDING,
    OTHERS_ACT,
    SEEN,
    SHOWN_ACT,
    SWAPPED,
    THEIR_ACT,
    UNSEEN,
    edits,
    hidden,
)
from analysis.questions.perception import Perception
from analysis.questions.sampling import Asked
from analysis.scores.intervals import Bounded, mean, ratio
from analysis.scores.measures import divergence, total_variation
from worlds import ACTIONS, Episode

Row = dict[str, Any]
SHOULD = 0.05  # total variation by which θ's own answer must move for φ's to be judged
ITSELF = "θ itself"  # who answers, beside those who answer for φ
MOVED, LARGEST = "moved", "largest change"  # mean total variation; of any probability
SLOPE, RIGHT = "slope", "episodes in which it moves as θ does"
REPLACED, NOW, ALWAYS = "θ replaced by a scripted agent", "now", "always"
BEFORE, AFTER, MORE = "nats from the copy", "nats from the scripted agent", "more nats than from the copy"
SAME = "acts that are the copy's"
ORDER = ("", THEIR_ACT, SHOWN_ACT, HIDDEN_ACT, OTHERS_ACT)


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
