"""What is learned from training questions: base rates, smoothing, a mixture and which shortcut is best, and how far
the exact reasoner's predictions can be trusted."""

from dataclasses import dataclass, field, replace

import numpy as np

from analysis.contenders.calibrating import CALIBRATED, REASONER, Calibration, calibrate
from analysis.contenders.partial import PARTIAL
from analysis.contenders.shortcuts import BASE, MIXTURE
from analysis.questions.sampling import Cell
from analysis.questions.survey import Survey
from analysis.scores.measures import divergence, legal_only, mixture_weights, smoothed, total_variation
from worlds import FunhouseError

STRICT = "mixture with partial reasoners"
KEPT_BEYOND = 0.1  # total variation from every single shortcut beyond which a question is kept


@dataclass(frozen=True)
class Fitted:
    """The shortcuts of one stance and depth, as training questions make them."""

    base: np.ndarray  # (actions,) mean truth
    base_of: dict[int, np.ndarray]  # by species: (actions,) the mean truth in the place of one of these
    share: dict[str, float]  # by contender that says one action: how much of it is the base rate
    weight: dict[str, float]  # by shortcut: its share of the mixture
    best: str  # s* over kept questions
    best_unfiltered: str  # s* over all
    calibration: Calibration | None = None  # of the reasoner; None where it is no contender
    strict_weight: dict[str, float] = field(default_factory=dict)  # as weight, partial reasoners among them
    strict_best: str = ""  # as best, among shortcuts, partial reasoners and both mixtures; "": of no partial reasoner


def fit(train: Survey) -> dict[Cell, Fitted]:
    """One Fitted for each (stance, depth) of a training survey."""
    return {cell: _fit_cell(train.select(train.within(cell))) for cell in train.cells()}


def _fit_cell(survey: Survey) -> Fitted:
    kinds = {kind: _rate(survey, survey.species == kind) for kind in set(survey.species.tolist())}
    fitted = Fitted(_rate(survey, np.ones(len(survey), bool)), kinds, {}, {}, MIXTURE, MIXTURE)
    base = base_rate(survey, fitted)
    fitted = replace(fitted, share={name: _share(survey, name, base) for name in survey.guess})
    answer = answers(survey, fitted)
    names = singles(survey, answer)
    weight = mixture_weights(survey.truth, [answer[name] for name in names])
    fitted = replace(fitted, weight=dict(zip(names, weight.tolist(), strict=True)))
    answer = answers(survey, fitted)
    keep = kept(survey.truth, [answer[name] for name in names])
    error = {name: divergence(survey.truth, answer[name]) for name in [*names, MIXTURE]}
    best = min(error, key=lambda name: error[name].mean())
    chosen = min(error, key=lambda name: error[name][keep].mean()) if keep.any() else best
    fitted = replace(fitted, best=chosen, best_unfiltered=best, calibration=_calibration(survey, base))
    return _strictly(survey, fitted, keep)


def _strictly(survey: Survey, fitted: Fitted, keep: np.ndarray) -> Fitted:
    """With what is best of all that is not a mind, the partial reasoners among them, where they were asked."""
    if not (partial := rivals(survey)):
        return fitted
    answer = answers(survey, fitted)
    names = [*fitted.weight, *partial]
    weight = mixture_weights(survey.truth, [answer[name] for name in names])
    fitted = replace(fitted, strict_weight=dict(zip(names, weight.tolist(), strict=True)))
    answer = answers(survey, fitted)
    some = keep if keep.any() else np.ones(len(keep), bool)
    error = {name: divergence(survey.truth, answer[name])[some].mean() for name in (*names, MIXTURE, STRICT)}
    return replace(fitted, strict_best=min(error, key=lambda name: error[name]))


def rivals(survey: Survey) -> list[str]:
    """The partial reasoners that take part in the questions of one stance and depth."""
    names = [name for name, kind in survey.kind.items() if kind == PARTIAL and name != STRICT]
    return [name for name in names if np.isfinite(survey.answer[name]).all()]


def _calibration(survey: Survey, base: np.ndarray) -> Calibration | None:
    """Of the reasoner, where it predicts: what one does in another's place follows from what it perceived itself."""
    predicts = (survey.stance == "predict").all() and survey.taking_part(REASONER).all()
    return calibrate(survey.truth, survey.answer[REASONER], base) if predicts else None


def base_rate(survey: Survey, fitted: Fitted) -> np.ndarray:
    """(q, a): how often each action was right in training, for the species that acts, of what it may do.

    A species that training did not hold has everybody's rate.
    """
    rates = {kind: np.append(rate, 0.0) for kind, rate in fitted.base_of.items()}  # 0: of what is no action
    other, asked = np.append(fitted.base, 0.0), zip(survey.species.tolist(), survey.choice, strict=True)
    base = np.array([rates.get(kind, other)[choice] for kind, choice in asked])
    return legal_only(base.reshape(survey.truth.shape), survey.legal)


def _rate(survey: Survey, some: np.ndarray) -> np.ndarray:
    """(actions,): the mean truth of some questions, over all actions."""
    choice, truth = survey.choice[some].ravel(), survey.truth[some].ravel()
    actions = survey.members[0].actions
    return np.bincount(choice, truth, minlength=actions)[:actions] / some.sum()


def _share(survey: Survey, name: str, base: np.ndarray) -> float:
    """The maximum-likelihood share of the base rate in a smoothed guess."""
    guess = survey.guess[name]
    some = guess >= 0
    parts = [smoothed(guess[some], base[some], 0.0), base[some]]
    return float(mixture_weights(survey.truth[some], parts)[1])


def singles(survey: Survey, answer: dict[str, np.ndarray]) -> list[str]:
    """The shortcuts, the mixture aside, that take part in the questions of one stance and depth."""
    names = [name for name, kind in survey.kind.items() if kind == "shortcut" and name != MIXTURE]
    return [name for name in names if np.isfinite(answer[name]).all()]


def kept(truth: np.ndarray, shortcuts: list[np.ndarray]) -> np.ndarray:
    """(q,) bool: where the truth is more than KEPT_BEYOND from every single shortcut."""
    return np.min([total_variation(truth, answer) for answer in shortcuts], axis=0) > KEPT_BEYOND


def answers(survey: Survey, fitted: Fitted) -> dict[str, np.ndarray]:
    """Everybody's answers to the questions of one stance and depth, the fitted ones among them."""
    base = base_rate(survey, fitted)
    answer = {**survey.answer, BASE: base}
    answer |= {name: smoothed(guess, base, fitted.share[name]) for name, guess in survey.guess.items()}
    if fitted.weight:
        answer[MIXTURE] = np.sum([weight * answer[name] for name, weight in fitted.weight.items()], axis=0)
    if fitted.strict_weight:
        answer[STRICT] = np.sum([weight * answer[name] for name, weight in fitted.strict_weight.items()], axis=0)
    if fitted.calibration:
        answer[CALIBRATED] = fitted.calibration.of(answer[REASONER], base)
    return answer


def complete(survey: Survey, fitted: dict[Cell, Fitted]) -> tuple[Survey, np.ndarray]:
    """The survey with everybody's answers in it, and which questions are kept, (q,) bool.

    Raises FunhouseError where a stance and depth were not fitted.
    """
    names = [BASE, MIXTURE, CALIBRATED, *survey.guess]
    if any(one.strict_weight for one in fitted.values()):
        names.append(STRICT)
        survey = replace(survey, kind={**survey.kind, STRICT: PARTIAL})
    whole = {**survey.answer, **{name: np.full(survey.truth.shape, np.nan) for name in names}}
    keep = np.zeros(len(survey), bool)
    for cell in survey.cells():
        if cell not in fitted:
            raise FunhouseError(
                f"the training episodes hold no question to {cell[0]} at depth {cell[1]}",
                remedy="fit the shortcuts on more of them",
            )
        here = survey.within(cell)
        part = survey.select(here)
        answer = answers(part, fitted[cell])
        for name in answer.keys() & set(names):
            whole[name][here] = answer[name]
        keep[here] = kept(part.truth, [answer[name] for name in singles(part, answer)])
    return replace(survey, answer=whole, guess={}), keep
