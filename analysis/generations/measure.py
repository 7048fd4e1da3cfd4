"""The rows and differences of a generation; analysis/generations/__init__.py says what they mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from agents.answer import Answerer
from analysis.contenders.fitting import Fitted, fit
from analysis.generations.asking import of_copies
from analysis.questions.sampling import Cell, Sampling
from analysis.questions.survey import REASONER, Survey, conduct
from analysis.scores.fidelity import FEWEST, Scores, training_episodes
from analysis.scores.intervals import or_none
from worlds import Episode

START = "start"  # the arm of generation 0, from which both others come
COPIES, SCRIPTED, ANCESTOR, SELF = "copies", "scripted", "ancestor", "self"
ARMS = (COPIES, SCRIPTED)
PAIRS = ((COPIES, SCRIPTED), (COPIES, START), (SCRIPTED, START))  # of which differences are told
ABOUT = (SCRIPTED, ANCESTOR, COPIES, SELF)
PREDICT: tuple[Cell, ...] = (("predict", 1), ("predict", 2))
CELLS: Mapping[str, tuple[Cell, ...]] = {
    SCRIPTED: (("behave", 1), ("behave", 2), *PREDICT), ANCESTOR: PREDICT, COPIES: PREDICT, SELF: (("behave", 2),),
}  # fmt: skip
FIGURES = (
    "questions", "kept", "best_shortcut", "excess_nats", "excess_low", "excess_high", "skill", "skill_low",
    "skill_high", "top1", "total_variation", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Lives:
    """A mind, and episodes in which copies of it live."""

    mind: Answerer  # named after its arm
    episodes: Sequence[Episode]  # to be asked about
    train: Sequence[Episode]  # of the training split, on which shortcuts are fitted and the best is chosen


class Judge:
    """Scores minds of any generation; what all of them are asked alike is fitted once."""

    def __init__(self, ancestor: Lives, scripted: Sequence[Episode], questions: int = 12, seed: int = 0):
        """ancestor: generation 0; scripted: evaluation episodes without copies; questions: to an episode, of each sort
        about copies; about scripted agents four times as many, over all."""
        self.ancestor, self.scripted, self.questions, self.seed = ancestor, scripted, questions, seed
        self.sampling = Sampling(questions=4 * questions, depths=(1, 2), weights=(1, 2), seed=seed)

    def judge(
        self, generation: int, arms: Sequence[Lives], progress: Callable[[float, float], None] | None = None
    ) -> dict[str, list[dict]]:
        """{"rows", "differences"} of one generation, JSON values only; progress is told of the arms.

        Raises FunhouseError where no question can be drawn.
        """
        minds = [one.mind for one in arms]
        beside = [*minds, *([self.ancestor.mind] if generation else [])]
        alike = {SCRIPTED: self._about_scripted(beside), ANCESTOR: self._about_ancestor(minds)}
        rows = [row for about, scores in alike.items() for mind in minds for row in _rows(scores, about, mind.name)]
        for done, own in enumerate(arms, 1):
            scores = self._own(own)
            rows += [row for about in (COPIES, SELF) for row in _rows(scores, about, own.mind.name)]
            if progress:
                progress(done, len(arms))
        pairs = PAIRS if generation else ()
        differences = [_difference(scores, about, cell, pair)
                       for about, scores in alike.items() for cell in CELLS[about] for pair in pairs]  # fmt: skip
        head = {"generation": generation}
        return {"rows": [head | row for row in rows], "differences": [head | row for row in differences]}

    def _about_scripted(self, minds: Sequence[Answerer]) -> Scores:
        return Scores.of(conduct(self.scripted, minds, sampling=self.sampling), self._scripted_shortcuts)

    def _about_ancestor(self, minds: Sequence[Answerer]) -> Scores:
        others = [mind for mind in minds if mind is not self.ancestor.mind]
        return Scores.of(self._survey(self.ancestor, self.ancestor.episodes, PREDICT, others), self._ancestor_shortcuts)

    def _own(self, lives: Lives) -> Scores:
        """What a mind knows of its own copies."""
        cells = (*CELLS[COPIES], *CELLS[SELF])
        train, asked = (self._survey(lives, episodes, cells) for episodes in (lives.train, lives.episodes))
        return Scores.of(asked, fit(train))

    def _survey(
        self, lives: Lives, episodes: Sequence[Episode], cells: Sequence[Cell], others: Sequence[Answerer] = ()
    ) -> Survey:
        return of_copies(lives.mind, episodes, cells, others, self.questions, self.seed)

    @cached_property
    def _ancestor_shortcuts(self) -> dict[Cell, Fitted]:
        return fit(self._survey(self.ancestor, self.ancestor.train, PREDICT))

    @cached_property
    def _scripted_shortcuts(self) -> dict[Cell, Fitted]:
        learned = replace(self.sampling, paraphrases="trained")
        return fit(conduct(training_episodes(self.scripted[0].run), sampling=learned))


def _rows(scores: Scores, about: str, arm: str) -> list[dict]:
    """What a mind, named after its arm, and the exact reasoner beside it come to."""
    head = {"arm": arm, "about": about}
    return [
        head
        | {"stance": row["stance"], "depth": row["depth"]}
        | {"contender": "mind" if row["contender"] == arm else row["contender"]}
        | {name: row[name] for name in FIGURES}
        for cell in CELLS[about]
        for row in scores.rows(cell, names=[arm, REASONER])
    ]


def _difference(scores: Scores, about: str, cell: Cell, pair: tuple[str, str]) -> dict:
    """Of skill, over kept questions, and of nats, over all: both above 0 where the first arm is nearer to the truth."""
    some = np.flatnonzero(scores.survey.within(cell))
    gain = (scores.error[pair[1]] - scores.error[pair[0]])[some][:, None]
    keep, best = scores.keep[some][:, None].astype(float), scores.error[scores.fitted[cell].best][some][:, None]
    skill = scores.bootstrap.ratio(gain * keep, best * keep, some)
    nats = scores.bootstrap.ratio(gain, np.ones_like(gain), some)
    kept = int(keep.sum())
    if kept < FEWEST:
        skill = (np.full(1, np.nan),) * 3
    figures = {f"{name}{end}": or_none(float(value[0]))
               for name, values in (("skill", skill), ("nats", nats))
               for end, value in zip(("", "_low", "_high"), values, strict=True)}  # fmt: skip
    head = {"arm": pair[0], "beside": pair[1], "about": about, "stance": cell[0], "depth": cell[1]}
    return {**head, "questions": len(some), "kept": kept, **figures}
