"""The fidelity table: how far everybody is from the exact answer, and who got there without nesting.

docs/theory.md states the scores. They come from two surveys: the questions of the log that is scored, and
questions of training episodes, on which the shortcuts are fitted and the best of them, s*, is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from agents.answer import Answerer
from agents.registry import played, world_of
from agents.traits.sight import SIGHTS
from analysis.contenders.calibrating import REASONER
from analysis.contenders.fitting import Fitted, complete, fit
from analysis.contenders.partial import PARTIAL
from analysis.questions.perception import BUCKETS, bucket_name, within_bucket
from analysis.questions.sampling import Cell, Sampling
from analysis.questions.survey import FIXED, Progress, Survey, conduct
from analysis.scores.intervals import EpisodeBootstrap, or_none
from analysis.scores.measures import LEAST, agreement, divergence, entropy, total_variation
from analysis.scores.needs import decisive, demands, needs, on_decisive
from analysis.scores.paired import excess_over
from worlds.base_episode import BaseEpisode

FIGURES = (
    "excess_nats", "excess_low", "excess_high", "kept_excess_nats", "median_kl", "median_low", "median_high",
    "skill", "skill_low", "skill_high", "unfiltered_skill", "strict_skill", "strict_skill_low", "strict_skill_high",
    "decisive", "top1", "total_variation",
)  # fmt: skip
ENDS = ("", "_low", "_high")  # of a figure's name: itself, and its interval's ends
FEWEST = 200  # questions; a skill from fewer is not given
TRAINING_EPISODES = 96
FAR_FROM_ANY_LOG = 1_000_000_000  # indices of training episodes start here, so that no log of the run holds them


def score(
    log: Sequence[BaseEpisode],
    answerers: Sequence[Answerer] = (),
    train_log: Sequence[BaseEpisode] | None = None,
    *,
    controls: Sequence[Answerer] = (),
    sampling: Sampling | None = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> dict:
    """The table of a log: {"rows", "by_observed", "by_sight", "needs", "demands"}, lists of JSON values only.

    A row: stance, depth, contender, kind, questions, kept, excess_nats (mean KL from the truth over all
    questions) with its interval, kept_excess_nats, median_kl with its interval (median_low, median_high), skill
    with its interval, best_shortcut (the s* it is measured against), unfiltered_skill, top1, total_variation, and
    for predict log_loss_on_action, in nats, over the log_loss_questions that name a role the target really was in.
    A mind's row also holds excess_over, {contender: [nats, low, high]}: how far it is from the truth beyond the
    reasoner (predict), the calibrated reasoner (predict) and s*, question by question. Rows of by_observed and
    by_sight also say "observed" (earlier steps of evidence) or "sight" (of the asked agent × of its target).
    With `partial` the partial reasoners are contenders too: strict_skill, with its interval, is skill over the best of
    them, of the shortcuts and of mixtures with both; decisive, over the decisive_questions of a stance and depth, is
    the truth's probability of the answer's first action over that of its own; analysis.scores.needs has the rest.
    What is undefined is null, and "reason" says why; so do the rows of a stance and depth in which nothing could
    be asked (questions: 0). A world without sights has no rows by_sight. Without `train_log` the shortcuts are
    fitted on training episodes made from the log's own settings. Raises FunhouseError as survey.conduct does.
    """
    settings: dict[str, Any] = {"controls": controls, "sampling": sampling, "partial": partial, "progress": progress}
    return examine(log, answerers, train_log, **settings).report()


def examine(
    log: Sequence[BaseEpisode],
    answerers: Sequence[Answerer] = (),
    train_log: Sequence[BaseEpisode] | None = None,
    *,
    controls: Sequence[Answerer] = (),
    sampling: Sampling | None = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> Scores:
    """As `score`, question by question: what graphs are drawn from."""
    sampling = sampling or Sampling()
    survey = conduct(log, answerers, controls=controls, sampling=sampling, partial=partial, progress=progress)
    learned = replace(sampling, types="all", paraphrases="trained", episodes=None)
    seen = train_log if train_log is not None else training_episodes(log[0].run)
    train = conduct(seen, sampling=learned, partial=partial)
    return Scores.of(survey, fit(train))


def training_episodes(settings: dict, count: int = TRAINING_EPISODES) -> list[Any]:
    """Training episodes of a run's world, of types that training sees; none of them is in the run's log."""
    world = world_of(settings)
    run = world.for_training(world.run(settings))
    return played(run, range(FAR_FROM_ANY_LOG, FAR_FROM_ANY_LOG + count))


@dataclass(frozen=True)
class Scores:
    """Every contender's error on every question, and the tables made of them."""

    survey: Survey
    keep: np.ndarray  # q bool
    fitted: dict[Cell, Fitted]
    error: dict[str, np.ndarray]  # by contender: (q,) KL from the truth, NaN where it has no part

    @classmethod
    def of(cls, survey: Survey, fitted: dict[Cell, Fitted]) -> Scores:
        """The scores of a survey under shortcuts fitted elsewhere."""
        whole, keep = complete(survey, fitted)
        error = {name: divergence(whole.truth, answer) for name, answer in whole.answer.items()}
        return cls(whole, keep, fitted, error)

    @cached_property
    def bootstrap(self) -> EpisodeBootstrap:
        """The resamples of the episodes that all intervals share."""
        return EpisodeBootstrap(self.survey.episode)

    def report(self) -> dict:
        """The whole table; `score` says what it holds."""
        return {
            "rows": [row for cell in self._cells() for row in self.rows(cell) or self._silent(cell)],
            "by_observed": list(self._split("observed", self._buckets())),
            "by_sight": list(self._split("sight", self._sight_pairs())),
            "needs": needs(self),
            "demands": demands(self),
        }

    def rows(self, cell: Cell, within: np.ndarray | None = None, names: Sequence[str] | None = None) -> list[dict]:
        """A row for each contender, or those of `names`, over (part of) a stance and depth.

        A control that has no part in some questions has its row over the others, and comes last.
        """
        here = self.survey.within(cell)
        some = np.flatnonzero(here if within is None else here & within)
        part = {name: np.isfinite(self.error[name][some]) for name in names or self._ordered() if name in self.error}
        rows = self._rows(cell, some, [name for name, its in part.items() if its.all()])
        controls = [name for name in part if self.survey.kind[name] == "control" and not part[name].all()]
        return rows + [row for name in controls for row in self._rows(cell, some[part[name]], [name])]

    def _rows(self, cell: Cell, some: np.ndarray, names: Sequence[str]) -> list[dict]:
        """A row for each of some contenders over questions in all of which they have a part."""
        if not names or not len(some):
            return []
        tally = self._tally(cell, some, names)
        keep, stance = int(self.keep[some].sum()), cell[0]
        head = {"stance": stance, "depth": int(cell[1])}
        counts = {"questions": len(some), "kept": keep, "best_shortcut": self.fitted[cell].best}
        counts["decisive_questions"] = int(self.decisive[some].sum())
        return [
            {**head, "contender": name, "kind": self.survey.kind[name], **counts}
            | {key: or_none(value[i]) for key, value in tally.items()}
            | {"excess_over": excess_over(self, cell, name, some)}
            | self._log_loss(stance, name, some)
            | {"reason": None if keep >= FEWEST else f"{keep} questions kept, a skill needs {FEWEST}"}
            for i, name in enumerate(names)
        ]

    def entropy(self, cell: Cell) -> float | None:
        """How undecided the truth is on average, in nats, over the questions of a stance and depth; None without any.

        Of behave at depth 0 it is the entropy of behaviour: what makes acts tell, and leaves something to chance.
        """
        here = self.survey.within(cell)
        return float(entropy(self.survey.truth[here]).mean()) if here.any() else None

    def _cells(self) -> list[Cell]:
        return sorted({*self.survey.cells(), *self.survey.silent})

    def _silent(self, cell: Cell) -> list[dict]:
        """A row for each mind where nothing could be asked: no figures, and the reason."""
        minds = [name for name, kind in self.survey.kind.items() if kind == "mind"] or [REASONER]
        head = {"stance": cell[0], "depth": int(cell[1])}
        none = {"questions": 0, "kept": 0, "best_shortcut": None, "decisive_questions": 0}
        return [
            {**head, "contender": name, "kind": self.survey.kind[name], **none}
            | dict.fromkeys(FIGURES)
            | {"excess_over": {}, "log_loss_on_action": None, "log_loss_questions": 0}
            | {"reason": self.survey.silent[cell]}
            for name in minds
        ]

    def _tally(self, cell: Cell, some: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
        """The figures of each contender over some questions, (c,) each."""
        fitted, keep = self.fitted[cell], self.keep[some][:, None].astype(float)
        error = np.stack([self.error[name][some] for name in names], axis=1)
        excess, low, high = self.bootstrap.ratio(error, np.ones((len(some), 1)), some)
        kept_excess, *_ = self.bootstrap.ratio(error * keep, keep, some)
        median, median_low, median_high = np.array([self.bootstrap.median(one, some) for one in error.T]).T
        unfiltered, *_ = self.bootstrap.ratio(error, self.error[fitted.best_unfiltered][some][:, None], some)
        over = {"skill": fitted.best, "strict_skill": fitted.strict_best}
        skills = {key: self._skill(error * keep, rival, keep, some) for key, rival in over.items()}
        answer = [self.survey.answer[name][some] for name in names]
        truth = self.survey.truth[some]
        return {
            "excess_nats": excess, "excess_low": low, "excess_high": high, "kept_excess_nats": kept_excess,
            "median_kl": median, "median_low": median_low, "median_high": median_high,
            **{f"{key}{end}": one for key, found in skills.items() for end, one in zip(ENDS, found, strict=True)},
            "unfiltered_skill": np.where(len(some) >= FEWEST, 1 - unfiltered, np.nan),
            "decisive": np.array([on_decisive(self.decisive[some], truth, one) for one in answer]),
            "top1": np.array([agreement(truth, one).mean() for one in answer]),
            "total_variation": np.array([total_variation(truth, one).mean() for one in answer]),
        }  # fmt: skip

    def _skill(self, lost: np.ndarray, rival: str, keep: np.ndarray, some: np.ndarray) -> tuple[np.ndarray, ...]:
        """Skill over somebody, and its interval, (c,) each; lost: errors on the kept ones of some questions, (s, c)."""
        if not rival or keep.sum() < FEWEST:
            return (np.full(lost.shape[1], np.nan),) * 3
        value, low, high = self.bootstrap.ratio(lost, self.error[rival][some][:, None] * keep, some)
        return 1 - value, 1 - high, 1 - low

    @cached_property
    def decisive(self) -> np.ndarray:
        """(q,) bool: the decisive questions; none where no partial reasoner was asked."""
        return decisive(self.survey)

    def _log_loss(self, stance: str, name: str, some: np.ndarray) -> dict:
        """For predict: the mean surprise at the actions that were really taken in the role asked about."""
        taken = some[self.survey.action[some] >= 0]
        if stance != "predict" or not len(taken):
            return {"log_loss_on_action": None, "log_loss_questions": 0}
        chance = self.survey.answer[name][taken, self.survey.action[taken]]
        loss = -np.log(np.maximum(chance, LEAST)).mean()
        return {"log_loss_on_action": float(loss), "log_loss_questions": len(taken)}

    def _split(self, key: str, parts: Sequence[tuple[str, np.ndarray]]) -> Iterator[dict]:
        """Rows of the minds, the oracles and the best shortcut over parts of each stance and depth."""
        telling = [name for name in self._ordered() if self.survey.kind[name] in ("mind", "oracle")]
        for cell in self.survey.cells():
            for label, within in parts:
                for row in self.rows(cell, within, [*telling, self.fitted[cell].best]):
                    yield {**row, key: label}

    def _buckets(self) -> list[tuple[str, np.ndarray]]:
        return [(bucket_name(*bucket), within_bucket(self.survey.observed, bucket)) for bucket in BUCKETS]

    def _sight_pairs(self) -> list[tuple[str, np.ndarray]]:
        me, target = self.survey.sight.T
        pairs = [(i, j) for i in range(len(SIGHTS)) for j in range(len(SIGHTS))]
        return [(f"{SIGHTS[i]} × {SIGHTS[j]}", (me == i) & (target == j)) for i, j in pairs]

    def _ordered(self) -> list[str]:
        """The contenders in the order of the table: minds, exact ones, shortcuts, the oracle, controls."""
        minds = [name for name, kind in self.survey.kind.items() if kind == "mind"]
        parts = sorted(name for name, kind in self.survey.kind.items() if kind == "shortcut" and name not in FIXED)
        before, after = FIXED[: FIXED.index("mixture")], FIXED[FIXED.index("mixture") :]
        partial = [name for name, kind in self.survey.kind.items() if kind == PARTIAL]
        controls = [name for name in self.survey.kind if name not in (*minds, *parts, *partial, *FIXED)]
        return [*minds, *before, *parts, *after, *partial, *controls]
