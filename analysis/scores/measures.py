"""Distances between distributions over actions. Arrays are (q, a) float64: questions by actions."""

from collections.abc import Sequence

import numpy as np

from worlds import ACTIONS, FunhouseError

LEAST = 1e-9  # a contender that rules an action out is charged for this much of it, not for infinity


def checked(
    probability: np.ndarray, questions: int, name: str, actions: int = len(ACTIONS), partly: bool = False
) -> np.ndarray:
    """The answers of one contender as (q, actions) float64 that sum to 1; where it answers partly, others are all NaN.

    Raises FunhouseError naming the contender where they are no such thing: another shape, a NaN, a negative
    probability, a sum off by more than 1e-3.
    """
    answers = np.asarray(probability, np.float64)
    remedy = f"an answerer returns one distribution over {actions} actions for each of its {questions} questions"
    if answers.shape != (questions, actions):
        raise FunhouseError(f"'{name}' answered with an array of shape {answers.shape}", remedy=remedy)
    total = answers.sum(axis=1)
    left_out = np.isnan(answers).all(axis=1) & partly
    wrong = ~left_out & ~(np.isfinite(answers).all(axis=1) & (answers >= 0).all(axis=1) & (np.abs(total - 1) <= 1e-3))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise FunhouseError(
            f"'{name}' answered with {answers[first].tolist()}, which is no distribution",
            place=f"question {first} of {questions}",
            remedy=remedy,
        )
    return answers / total[:, None]


def divergence(truth: np.ndarray, contender: np.ndarray) -> np.ndarray:
    """KL(truth ‖ contender) of each question, (q,) nats (Kullback & Leibler 1951)."""
    ratio = np.log(np.maximum(truth, LEAST)) - np.log(np.maximum(contender, LEAST))
    return np.maximum((truth * ratio).sum(axis=-1), 0.0)


def total_variation(truth: np.ndarray, contender: np.ndarray) -> np.ndarray:
    """Half the L1 distance of each question, (q,) in [0, 1]."""
    return 0.5 * np.abs(truth - contender).sum(axis=-1)


def entropy(distribution: np.ndarray) -> np.ndarray:
    """How undecided each distribution is, (q,) nats."""
    return -(distribution * np.log(np.maximum(distribution, LEAST))).sum(axis=-1)


def agreement(truth: np.ndarray, contender: np.ndarray) -> np.ndarray:
    """Whether the contender's likeliest action is one of the truth's likeliest, (q,) bool."""
    return of_first(truth >= truth.max(axis=-1, keepdims=True) - 1e-9, contender)


def of_first(value: np.ndarray, contender: np.ndarray) -> np.ndarray:
    """Of values (q, a), each question's for the contender's likeliest action, (q,)."""
    return np.take_along_axis(value, contender.argmax(axis=-1)[:, None], axis=-1)[:, 0]


def smoothed(action: np.ndarray, base: np.ndarray, share: float) -> np.ndarray:
    """A single guessed action made a distribution, (q, a): `share` of it is the base rate, (a,) or (q, a).

    `action` is (q,) int, -1 where there is no guess: there the base rate answers alone.
    """
    guess = np.where((action >= 0)[:, None], np.eye(base.shape[-1])[np.maximum(action, 0)], base)
    return (1 - share) * guess + share * base


def sharpened(answer: np.ndarray, temperature: float) -> np.ndarray:
    """Distributions (q, a) at a temperature: p^(1 / temperature), normalised: flatter above 1."""
    power = (answer / answer.max(axis=-1, keepdims=True)) ** (1 / temperature)
    return power / power.sum(axis=-1, keepdims=True)


def legal_only(answer: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Distributions (q, a) with nothing on illegal actions, `legal` (q, a) bool; what is all legal stays as it is.

    An answer that leaves nothing legal becomes uniform over what is.
    """
    left = np.where(legal, answer, 0.0)
    left = np.where(left.sum(axis=1, keepdims=True) > 0, left, legal)
    return np.where(legal.all(axis=1, keepdims=True), answer, left / left.sum(axis=1, keepdims=True))


def mixture_weights(truth: np.ndarray, parts: Sequence[np.ndarray], rounds: int = 400) -> np.ndarray:
    """The maximum-likelihood convex mixture of `parts` (m arrays), by expectation maximisation: weights (m,).

    The likelihood is that of actions drawn from the truth, taken in expectation: no sampling noise enters.
    Expectation maximisation for mixing proportions: Dempster, Laird & Rubin 1977.
    """
    part = np.maximum(np.stack(parts), LEAST)  # m q a
    weight = np.full(len(parts), 1 / len(parts))
    if not len(truth):
        return weight
    for _ in range(rounds):
        share = weight[:, None, None] * part
        updated = (truth * share / share.sum(axis=0)).sum(axis=(1, 2)) / len(truth)
        settled = np.abs(updated - weight).max() < 1e-7
        weight = updated / updated.sum()
        if settled:
            break
    return weight
