"""How well φ knows θ: rows like those of the fidelity table, the truth being θ's own answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answer import Answerer, Question, Reasoned
from agents.registry import reasoner_of, type_space
from analysis.contenders.fitting import fit
from analysis.copies.asking import MYSELF, STANCES, places_of, questions_of, theirs
from analysis.questions.sampling import Asked
from analysis.questions.survey import REASONER, TRUTH, Progress, Survey, bound, put
from analysis.scores.fidelity import Scores
from analysis.scores.measures import checked
from worlds import Episode

MINE, THEIRS = "what I would do", "what θ does as itself"
EXACT = "exact reasoning in θ's place"


@dataclass(frozen=True)
class Drawn:
    """What is drawn from each episode."""

    predict: int = 32  # moments, each asked about at every depth
    behave: int = 32
    depths: tuple[int, ...] = (2,)
    seed: int = 0

    def of(self, episode: Episode) -> list[Asked]:
        """The questions of an episode."""
        counts = zip(STANCES, (self.predict, self.behave), strict=True)
        return [one for kind, count in counts for one in questions_of(episode, kind, count, self.seed, self.depths)]


def score_copies(
    mind: Answerer,
    episodes: Sequence[Episode],
    train: Sequence[Episode],
    blanked: Sequence[Answerer] = (),
    drawn: Drawn | None = None,
    progress: Progress | None = None,
) -> list[dict]:
    """Rows as analysis.scores.fidelity.score has them, at every stance and depth that is drawn, with intervals over
    episodes.

    mind: what θ and φ are copies of; episodes: with copies of it in them; train: such episodes too, on which the
    shortcuts are fitted and the best is chosen; blanked: minds of which something is taken away, who answer for φ,
    never for θ. Raises FunhouseError where no question can be drawn.
    """
    fitted = fit(survey_of(mind, train, (), drawn))
    scores = Scores.of(survey_of(mind, episodes, blanked, drawn, progress), fitted)
    return [row for cell in scores.survey.cells() for row in scores.rows(cell)]


def survey_of(
    mind: Answerer,
    episodes: Sequence[Episode],
    blanked: Sequence[Answerer] = (),
    drawn: Drawn | None = None,
    progress: Progress | None = None,
) -> Survey:
    """The questions of some episodes, everybody's answers, and θ's own as the truth."""
    pages, drawn = [], drawn or Drawn()
    for place, episode in enumerate(episodes):
        if asked := drawn.of(episode):
            pages.append(_of_copies(put(place, episode, asked, [mind], blanked), mind, episode))
        if progress:
            progress(place + 1, len(episodes))
    return bound(pages)


def _of_copies(page: Survey, mind: Answerer, episode: Episode) -> Survey:
    """A page with θ's own answers for the truth; what was exact becomes a ceiling."""
    queries, space = [one.query for one in page.asked], type_space(episode)
    own = [Question(one.question.agent, one.question.step, MYSELF) for one in page.asked]
    places = places_of(episode, queries)
    answer = {name: said for name, said in page.answer.items() if name != TRUTH}
    answer |= {
        REASONER: reasoner_of(space).enact(episode, queries),
        EXACT: theirs(Reasoned(space), places, queries),
        MINE: checked(mind.answer(episode, own), len(queries), mind.name, episode.actions),
        THEIRS: np.where(page.depth[:, None] > 1, theirs(mind, places, queries, MYSELF), np.nan),  # at 1, the truth
    }
    truth = checked(theirs(mind, places, queries), len(queries), mind.name, episode.actions)
    kind = {**page.kind, EXACT: "oracle", MINE: "shortcut", THEIRS: "shortcut"}
    return replace(page, truth=truth, answer=answer, kind=kind)
