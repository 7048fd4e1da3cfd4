"""What the shortcuts say to questions that somebody asks: beside the truth, they show what the nesting is worth."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from agents.answer import Question, resolve
from agents.registry import world_of
from analysis.contenders.fits import fitted_for
from analysis.contenders.fitting import Fitted, answers, complete, fit
from analysis.questions.sampling import Asked, Cell, Draw, Sampling
from analysis.questions.survey import bound, put
from analysis.scores.fidelity import training_episodes
from analysis.scores.narrow import narrowed
from worlds.base_episode import BaseEpisode
from worlds.log.reader import Log


def shortcuts_beside(
    episode: BaseEpisode, agent: str, step: int, prompt: str, log: Log | None = None
) -> dict[str, dict[str, float]]:
    """By shortcut, its distribution over the actions of the world: those that take part at the depth of the question.

    They are fitted on a few training episodes of the same world, so their figures differ a little from those
    of a whole table; where training holds no such question, only those that need no fitting are there. Given the
    episode's log, what was fitted for it is kept (analysis/contenders/fits.py). Raises FunhouseError as
    agents.answer.resolve does.
    """
    return shortcuts_and_best(episode, agent, step, prompt, log)[0]


def shortcuts_and_best(
    episode: BaseEpisode, agent: str, step: int, prompt: str, log: Log | None = None
) -> tuple[dict[str, dict[str, float]], str | None]:
    """The same, and which of them is nearest the truth over training questions of that stance and depth; None where
    training holds none. Raises as `shortcuts_beside` does."""
    question = Question(agent, step, prompt)
    query = resolve(episode, question)
    survey = put(0, episode, [Asked(question, query, observed=0, action=-1)])
    cell = (query.stance, query.depth)
    fitted = fitted_for(log, survey, lambda: _fitted(episode, cell))
    whole = survey if fitted is None else complete(survey, {cell: fitted})[0]
    names = [
        name
        for name, kind in whole.kind.items()
        if kind == "shortcut" and name in whole.answer and whole.taking_part(name).all()
    ]
    said = {name: dict(zip(episode.action_names, whole.answer[name][0].tolist(), strict=True)) for name in names}
    return said, None if fitted is None else fitted.best


def truth_and_best(
    episode: BaseEpisode, asked: Sequence[Asked], log: Log | None = None
) -> tuple[np.ndarray, np.ndarray, dict[Cell, str]]:
    """Of many questions about an episode the truth and what the best shortcut says, (q, actions) each, zeros where
    training holds no such question; and the name of the best of each stance and depth."""
    survey, best = put(0, episode, asked), {}
    said = np.zeros(survey.truth.shape)
    for cell in survey.cells():
        part = survey.select(survey.within(cell))
        if fitted := fitted_for(log, part, partial(_fitted, episode, cell)):
            best[cell] = fitted.best
            said[survey.within(cell)] = answers(part, fitted)[fitted.best]
    return survey.truth, said, best


def _fitted(episode: BaseEpisode, cell: Cell) -> Fitted | None:
    """The shortcuts of a stance and depth, as training episodes of the same world make them; None where these hold no
    such question."""
    stance, depth = cell
    sampling = Sampling(stances=(stance,), depths=(depth,), weights=(1,), paraphrases="trained")
    made = training_episodes(episode.run, world_of(episode).refitted)
    drawn = [(place, one, Draw(one, sampling).asked()) for place, one in enumerate(made)]
    pages = [narrowed(put(place, one, asked)) for place, one, asked in drawn if asked]
    return fit(bound(pages))[cell] if pages else None
