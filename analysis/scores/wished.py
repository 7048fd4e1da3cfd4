"""The rows of the stance do: how far everybody is from the exact answers to wishes, drawn first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.answer import Answerer
from analysis.contenders.fitting import fit
from analysis.questions.sampling import Sampling
from analysis.questions.survey import Progress
from analysis.questions.wished import AnotherWish, ask_wishes, heed, wishable
from analysis.scores.fidelity import Scores, training_episodes
from worlds.base_episode import BaseEpisode

TRAINING_EPISODES = 24  # on which shortcuts are fitted


def score_wishes(
    log: Sequence[BaseEpisode],
    answerers: Sequence[Answerer] = (),
    train_log: Sequence[BaseEpisode] | None = None,
    *,
    controls: Sequence[Answerer] = (),
    sampling: Sampling | None = None,
    progress: Progress | None = None,
) -> list[dict]:
    """Rows as those of `score`, of the stance do, whose depth is the number of clauses.

    They are of those who answer wishes, and of the shortcuts: no wish (cloning), the prior for the posterior, each
    clause alone, the product of the clauses, the base rate, uniform chances and the mixture. Of `controls` those who
    answer wishes have a part, and everybody is also asked for another wish. None where nobody answers wishes, or wishes
    have no exact answers in the log.
    """
    minds, sampling = heed(answerers), sampling or Sampling()
    if not minds or not wishable(log[0]):
        return []
    others = [*heed(controls), *map(AnotherWish, minds)]
    if (survey := ask_wishes(log, minds, others, sampling, progress)) is None:
        return []
    seen = training_episodes(log[0].run, TRAINING_EPISODES) if train_log is None else train_log[:TRAINING_EPISODES]
    train = ask_wishes(seen, sampling=replace(sampling, types="all", paraphrases="trained", episodes=None))
    scores = Scores.of(survey, fit(train))  # type: ignore[arg-type]
    return [row for cell in survey.cells() for row in scores.rows(cell)]
