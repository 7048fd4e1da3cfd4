"""How well φ knows θ: rows like those of the fidelity table, the truth being θ's own answer."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from agents.answer import Answerer, Question, Reasoned, reasoner_of, type_space
from analysis.copies.asking import MYSELF, STANCES, questions_of, theirs
from analysis.fidelity import Scores
from analysis.fitting import fit
from analysis.measures import checked
from analysis.questions import Cell
from analysis.survey import REASONER, TRUTH, Progress, Survey, bound, put
from worlds import Episode

MINE, THEIRS = "what I would do", "what θ does as itself"
EXACT = "exact reasoning in θ's place"
CELLS: tuple[Cell, ...] = tuple((stance, 2) for stance in STANCES)


def score_copies(
    mind: Answerer,
    episodes: Sequence[Episode],
    train: Sequence[Episode],
    blanked: Sequence[Answerer] = (),
    questions: int = 32,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[dict]:
    """Rows as analysis.fidelity.score has them, at (predict, 2) and (behave, 2), with intervals over episodes.

    mind: what θ and φ are copies of; episodes: with copies of it in them; train: such episodes too, on which the
    shortcuts are fitted and the best is chosen; blanked: minds of which something is taken away, who answer for φ,
    never for θ; questions: of each stance in each episode. Raises FunhouseError where no question can be drawn.
    """
    fitted = fit(survey_of(mind, train, (), questions, seed))
    scores = Scores.of(survey_of(mind, episodes, blanked, questions, seed, progress), fitted)
    return [row for cell in CELLS for row in scores.rows(cell)]


def survey_of(
    mind: Answerer,
    episodes: Sequence[Episode],
    blanked: Sequence[Answerer] = (),
    questions: int = 32,
    seed: int = 0,
    progress: Progress | None = None,
) -> Survey:
    """The questions of some episodes, everybody's answers, and θ's own as the truth."""
    pages = []
    for place, episode in enumerate(episodes):
        asked = [one for stance in STANCES for one in questions_of(episode, stance, questions, seed)]
        if asked:
            pages.append(_of_copies(put(place, episode, asked, [mind], blanked), mind, episode))
        if progress:
            progress(place + 1, len(episodes))
    return bound(pages)


def _of_copies(page: Survey, mind: Answerer, episode: Episode) -> Survey:
    """A page with θ's own answers for the truth; what was exact becomes a ceiling."""
    queries = [one.query for one in page.asked]
    own = [Question(one.question.agent, one.question.step, MYSELF) for one in page.asked]
    exact = Reasoned(type_space(episode))
    answer = {name: said for name, said in page.answer.items() if name != TRUTH}
    answer |= {
        REASONER: reasoner_of(type_space(episode)).enact(episode, queries),
        EXACT: theirs(exact, episode, queries),
        MINE: checked(mind.answer(episode, own), len(queries), mind.name, episode.actions),
        THEIRS: theirs(mind, episode, queries, MYSELF),
    }
    truth = checked(theirs(mind, episode, queries), len(queries), mind.name, episode.actions)
    kind = {**page.kind, EXACT: "oracle", MINE: "shortcut", THEIRS: "shortcut"}
    return replace(page, truth=truth, answer={name: np.asarray(said) for name, said in answer.items()}, kind=kind)
