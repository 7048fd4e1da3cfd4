"""θ replaced by a scripted agent of the same persona. What becomes of φ's answers, and are they still right?

φ is asked "predict θ pretending to be me". The truth is what whoever θ is then says: the copy, or the exact reasoner
in its place. Two conditions:

- now: only at the question; all that φ saw is what the copy did. φ cannot know, so its answer is the same.
- always: from the start, in the twin episode, in which the world goes another way once the two act differently.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from agents.answer import Answerer, Reasoned
from agents.world import type_space
from analysis.copies.asking import copies_of, questions_of, theirs
from analysis.probes.copies.effects import ITSELF, MOVED, effect, mean
from analysis.questions.perception import Perception
from analysis.scores.measures import divergence, total_variation
from worlds import Episode

REPLACED, NOW, ALWAYS = "θ replaced by a scripted agent", "now", "always"
BEFORE, AFTER, MORE = "nats from the copy", "nats from the scripted agent", "more nats than from the copy"
SAME = "acts that are the copy's"


@dataclass(frozen=True)
class Paired:
    """The same questions about θ, the copy, in an episode, and about its stand-in in the twin."""

    episode: np.ndarray  # q int
    was: np.ndarray  # q a: φ's answer in the episode
    then: np.ndarray  # q a: in the twin
    copy: np.ndarray  # q a: what θ itself says
    now: np.ndarray  # q a: what exact reasoning says in its place
    always: np.ndarray  # q a: what the scripted agent in the twin says
    same: np.ndarray  # (episodes,) float64: the share of its acts that are the copy's


def replace_theta(mind: Answerer, pairs: Iterable[tuple[Episode, Episode]], questions: int) -> Iterator[dict[str, Any]]:
    """Rows of φ's movement, of its distance from whoever θ is, and of how much these differ; each pair of episodes:
    one, and its twin with the last copy scripted."""
    pages = [page for place, pair in enumerate(pairs) if (page := _paired(mind, place, *pair, questions))]
    if not pages:
        return
    paired = _bound(pages)
    count, where = len(paired.episode), paired.episode
    yield effect(REPLACED, ALWAYS, ITSELF, SAME, mean(paired.same, np.arange(len(paired.same))), len(paired.same))
    yield effect(REPLACED, ALWAYS, mind.name, MOVED, mean(total_variation(paired.was, paired.then), where), count)
    before = divergence(paired.copy, paired.was)
    yield effect(REPLACED, "", mind.name, BEFORE, mean(before, where), count)
    for how, answer, truth in ((NOW, paired.was, paired.now), (ALWAYS, paired.then, paired.always)):
        after = divergence(truth, answer)
        yield effect(REPLACED, how, mind.name, AFTER, mean(after, where), count)
        yield effect(REPLACED, how, mind.name, MORE, mean(after - before, where), count)


def _paired(mind: Answerer, place: int, episode: Episode, twin: Episode, questions: int) -> Paired | None:
    """The questions that can be asked in both; None where there is none."""
    theta = copies_of(episode)[-1]
    among = Perception(twin).sees & (np.arange(len(episode.agents)) == theta)
    asked = questions_of(episode, "predict", questions, among=among)
    if not asked:
        return None
    queries, put, exact = [one.query for one in asked], [one.question for one in asked], Reasoned(type_space(episode))
    return Paired(
        episode=np.full(len(asked), place),
        was=mind.answer(episode, put),
        then=mind.answer(twin, put),
        copy=theirs(mind, [episode] * len(asked), queries),
        now=theirs(exact, [episode] * len(asked), queries),
        always=theirs(exact, [twin] * len(asked), queries),
        same=np.array([(episode.action[:, theta] == twin.action[:, theta]).mean()]),
    )


def _bound(pages: Sequence[Paired]) -> Paired:
    names = [field.name for field in fields(Paired)]
    return Paired(**{name: np.concatenate([getattr(page, name) for page in pages]) for name in names})
