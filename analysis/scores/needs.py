"""What a log demands: how far exact reasoning falls short that leaves one ingredient out, and what tells it apart.

need of an ingredient = Σ KL(truth ‖ the reasoner without it) / Σ KL(truth ‖ ignorant), over the questions of a stance
and depth: 0 where one answers as well without it, 1 where one might as well know nobody. A question is *decisive* where
the truth's first action is, by a margin, that of no shortcut and of no reasoner that has the prior for somebody named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from analysis.contenders.fitting import KEPT_BEYOND, rivals, singles
from analysis.contenders.partial import models_nobody
from analysis.contenders.shortcuts import IGNORANT
from analysis.scores.intervals import or_none
from analysis.scores.measures import agreement, divergence, entropy, of_first, total_variation
from analysis.scores.table import bounded, rounded

if TYPE_CHECKING:
    from analysis.questions.survey import Survey
    from analysis.scores.fidelity import Scores

MARGIN = 0.02  # of the truth's probability, by which its first action must be ahead of somebody else's
FEW = 30  # questions: a figure of fewer is mostly chance
COLUMNS = ("exact but for", "need", "top-1")


def leads(truth: np.ndarray, answers: Iterable[np.ndarray]) -> np.ndarray:
    """(q,) bool: where the truth's likeliest action is, by the margin, likelier than that of every answer (q, a)."""
    ahead = np.ones(len(truth), bool)
    for answer in answers:
        ahead &= truth.max(1) - of_first(truth, answer) >= MARGIN
    return ahead


def decisive(survey: Survey) -> np.ndarray:
    """(q,) bool: the decisive questions; none where no partial reasoner was asked."""
    found = np.zeros(len(survey), bool)
    for cell in survey.cells():
        here = survey.within(cell)
        part = survey.select(here)
        if partial := rivals(part):
            names = [*singles(part, part.answer), *filter(models_nobody, partial)]
            found[here] = leads(part.truth, [part.answer[name] for name in names])
    return found


def on_decisive(here: np.ndarray, truth: np.ndarray, answer: np.ndarray) -> float:
    """Over decisive questions, (q,) bool, the truth's probability of an answer's first action over that of its own; NaN
    without any. truth and answer (q, a)."""
    if not here.any():
        return np.nan
    return float((of_first(truth[here], answer[here]) / truth[here].max(1)).mean())


def demands(scores: Scores) -> list[dict]:
    """A row for each stance and depth at which somebody is imagined.

    stance, depth, questions, ignorant_nats (mean KL of the truth from ignorant answers), entropy of the truth, kept
    (the share that is far from every shortcut), kept_strict (and from every partial reasoner), decisive_shortcuts (the
    share decisive against the shortcuts alone), decisive (against those that have a prior for somebody, too).
    """
    survey, found = scores.survey, []
    for cell in scores.survey.cells():
        part = survey.select(survey.within(cell))
        others = [part.answer[name] for name in rivals(part)]
        if not others:
            continue
        shortcuts = [part.answer[name] for name in singles(part, part.answer)]
        away = np.min([total_variation(part.truth, one) for one in others], axis=0) > KEPT_BEYOND
        here = survey.within(cell)
        keep = scores.keep[here]
        shares = {
            "kept": keep, "kept_strict": keep & away, "decisive_shortcuts": leads(part.truth, shortcuts),
            "decisive": scores.decisive[here],
        }  # fmt: skip
        found.append({
            "stance": cell[0], "depth": int(cell[1]), "questions": len(part),
            "ignorant_nats": float(divergence(part.truth, part.answer[IGNORANT]).mean()),
            "entropy": float(entropy(part.truth).mean()),
            **{name: float(share.mean()) for name, share in shares.items()},
        })  # fmt: skip
    return found


def needs(scores: Scores) -> list[dict]:
    """A row for each stance, depth and ingredient: stance, depth, ingredient (the name of the reasoner without it),
    need with its interval over episodes (need_low, need_high), top1 of that reasoner."""
    found = []
    for cell in scores.survey.cells():
        some = np.flatnonzero(scores.survey.within(cell))
        names = rivals(scores.survey.select(scores.survey.within(cell)))
        if not names:
            continue
        error = np.stack([scores.error[name][some] for name in names], axis=1)
        figures = scores.bootstrap.ratio(error, scores.error[IGNORANT][some][:, None], some)
        truth = scores.survey.truth[some]
        for name, need, low, high in zip(names, *figures, strict=True):
            found.append({
                "stance": cell[0], "depth": int(cell[1]), "ingredient": name, "need": or_none(need),
                "need_low": or_none(low), "need_high": or_none(high),
                "top1": float(agreement(truth, scores.survey.answer[name][some]).mean()),
            })  # fmt: skip
    return found


def needs_table(document: dict) -> Table:
    """The rows of `demands` and `needs` as a person reads them: a block for each stance and depth."""
    table = Table(title_justify="left", header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == COLUMNS[0] else "right", no_wrap=True)
    for cell in document["demands"]:
        table.add_section()
        table.add_row(_heading(cell), style="bold")
        for row in _of(document["needs"], cell):
            need = bounded(row["need"], row["need_low"], row["need_high"], 2)
            table.add_row(row["ingredient"], need, rounded(row["top1"], 2))
    return table


def _of(rows: Sequence[dict], cell: dict) -> list[dict]:
    return [row for row in rows if (row["stance"], row["depth"]) == (cell["stance"], cell["depth"])]


def _heading(cell: dict) -> str:
    few = f"\nfewer than {FEW} questions: mostly chance" if cell["questions"] < FEW else ""
    return (
        f"{cell['stance']} {cell['depth']}: {cell['questions']} asked, ignorant {cell['ignorant_nats']:.2f} nats from "
        f"the truth\nkept {cell['kept']:.0%}, with partial reasoners too {cell['kept_strict']:.0%}\n"
        f"decisive {cell['decisive_shortcuts']:.0%}, with reasoners that model nobody {cell['decisive']:.0%}{few}"
    )
