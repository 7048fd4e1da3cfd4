"""What comes about where somebody is asked for a wish and acts on: how often the wish comes true.

The asked one takes over at the step of the question. At each step it is asked for what is left of the wish, in words,
and an act is drawn from what it says, or the likeliest is taken. Its own acts are acts in a role, and so no evidence of
a type: that is what `asked` is the exact probability of (docs/wishes.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.answer import Answerer, Question
from agents.language.wishes import parse_wish, say_wish
from agents.orchard.hindsight import events, hindsight
from agents.registry import world_of
from agents.wishes.progress import progress as restated
from agents.wishes.wish import Wish, beyond, contradiction
from analysis.questions.sampling import Sampling
from analysis.questions.survey import Progress
from analysis.questions.wished import drawn, heed, wishable
from analysis.scores.intervals import mean
from worlds import Episode

ASKED = ("an asked agent",)  # the role of who acts on a wish


def score_acting(
    log: Sequence[Episode],
    answerers: Sequence[Answerer],
    *,
    sampling: Sampling | None = None,
    likeliest: bool = False,
    progress: Progress | None = None,
) -> list[dict]:
    """A row for each who answers wishes and each number of clauses: contender, clauses, wishes, and as
    [value, low, high] success, how often a wish came true, with the exact means of asked, best and chance beside it.

    likeliest: whether the likeliest act is taken, and none is drawn. None where wishes have no exact answers.
    """
    minds, sampling = heed(answerers), sampling or Sampling()
    if not minds or not wishable(log[0]):
        return []
    count = len(log) if sampling.episodes is None else min(sampling.episodes, len(log))
    figures: dict[tuple[str, int], list[tuple]] = {}
    for place in range(count):
        episode = log[place]
        for number, (asked, exact) in enumerate(drawn(episode, sampling)):
            for mind in minds:
                generator = np.random.default_rng([sampling.seed, int(episode.seed), number])
                success = came_about(episode, asked.question, mind, generator, likeliest)
                row = (success, exact.asked, exact.best, exact.chance, place)
                figures.setdefault((mind.name, exact.depth), []).append(row)
        if progress:
            progress(place + 1, count)
    return [_row(name, clauses, np.array(rows, float)) for (name, clauses), rows in sorted(figures.items())]


def _row(name: str, clauses: int, rows: np.ndarray) -> dict:
    *columns, episode = rows.T
    names = ("success", "asked", "best", "chance")
    told = {one: list(mean(column, episode.astype(int))) for one, column in zip(names, columns, strict=True)}
    return {"contender": name, "clauses": clauses, "wishes": len(rows), **told}


def came_about(
    episode: Episode, question: Question, answerer: Answerer, generator: np.random.Generator, likeliest: bool = False
) -> bool:
    """Whether a wish came true where an answerer acted on it from the step of the question on.

    Raises FunhouseError as the answerer does.
    """
    ground = world_of(episode).wishing(episode, episode.find(question.agent), question.step)
    whole = parse_wish(question.prompt, episode.names, ground)
    steps = whole.steps or ground.steps
    said: Wish | None = whole._replace(steps=steps)
    played = taken_over(episode, question.step)
    for step in range(question.step, question.step + steps):
        if said is None or not _may_come_true(played, step, said):
            return False
        words = question.prompt if step == question.step else say_wish(said, me=question.agent)
        chances = answerer.answer(played, [replace(question, step=step, prompt=words)])[0]
        action = int(chances.argmax()) if likeliest else int(generator.choice(len(chances), p=chances))
        played = acted(played, step, action)
        said = restated(said, events(played)[0][step])
    return hindsight(played, 0, question.step, whole._replace(steps=steps))


def _may_come_true(episode: Episode, step: int, said: Wish) -> bool:
    """Whether what is left of a wish can still be wished for."""
    ground = world_of(episode).wishing(episode, 0, step)._replace(steps=said.steps or 0)
    return not contradiction(said.clauses) and not beyond(said.clauses, ground)


def taken_over(episode: Episode, step: int) -> Episode:
    """The episode with the role of its only agent from a step on that of one who acts on a wish."""
    role: list[list[tuple[str, ...]]] = [roles if t < step else [ASKED] for t, roles in enumerate(episode.role)]
    return replace(episode, role=role)


def acted(episode: Episode, step: int, action: int) -> Episode:
    """The episode with an act of its only agent at a step, and what that leads to; it then stays where it is."""
    cell, board, taken = episode.cell.copy(), episode.board.copy(), episode.action.copy()
    taken[step, 0] = action
    there = int(episode.geometry.neighbor[cell[step, 0], action])
    kind = int(episode.fruit[step].ravel()[there])
    cell[step + 1 :, 0], board[step + 1 :], taken[step + 1 :, 0] = there, board[step], 0
    if kind >= 0:
        board[step + 1 :, kind, there >> 6] &= ~(np.uint64(1) << np.uint64(there & 63))
    return replace(episode, cell=cell, board=board, action=taken)
