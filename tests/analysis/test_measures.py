import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.contenders.calibrating import Calibration, calibrate
from analysis.scores.measures import (
    agreement,
    checked,
    divergence,
    mixture_weights,
    sharpened,
    smoothed,
    total_variation,
)
from worlds import FunhouseError


def draws(seed: int, count: int = 50) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(5), count)


def test_divergence_is_the_textbook_sum():
    p, q = np.array([[0.5, 0.5, 0, 0, 0]]), np.array([[0.25, 0.75, 0, 0, 0]])
    assert divergence(p, q) == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))


@given(st.integers(0, 1000))
def test_divergence_is_zero_only_for_the_truth(seed):
    p, q = draws(seed), draws(seed + 1)
    assert divergence(p, p) == pytest.approx(0)
    assert (divergence(p, q) > 0).all()


def test_an_action_ruled_out_costs_much_but_not_infinity():
    p, q = np.array([[0.5, 0.5, 0, 0, 0]]), np.array([[1.0, 0, 0, 0, 0]])
    assert 5 < divergence(p, q)[0] < 20


def test_total_variation_is_the_largest_difference_of_any_event():
    p, q = draws(1), draws(2)
    events = (np.arange(32)[:, None] >> np.arange(5)) & 1  # every set of actions
    largest = np.abs((p - q) @ events.T).max(axis=1)
    assert total_variation(p, q) == pytest.approx(largest)


def test_agreement_counts_a_tie_at_the_top_as_right():
    truth = np.array([[0.4, 0.4, 0.2, 0, 0], [0.5, 0.3, 0.2, 0, 0]])
    contender = np.array([[0.1, 0.6, 0.3, 0, 0], [0.1, 0.6, 0.3, 0, 0]])
    assert agreement(truth, contender).tolist() == [True, False]


def test_a_guess_is_smoothed_and_no_guess_is_the_base_rate():
    base = np.array([0.4, 0.3, 0.1, 0.1, 0.1])
    got = smoothed(np.array([2, -1]), base, 0.25)
    assert got[0] == pytest.approx([0.1, 0.075, 0.775, 0.025, 0.025])
    assert got[1] == pytest.approx(base)


def test_the_mixture_finds_the_weights_that_made_the_truth():
    parts = [draws(3, 400), draws(4, 400), draws(5, 400)]
    made = 0.6 * parts[0] + 0.1 * parts[1] + 0.3 * parts[2]
    assert mixture_weights(made, parts) == pytest.approx([0.6, 0.1, 0.3], abs=0.01)


def test_no_other_mixture_is_likelier():
    parts, truth = [draws(6), draws(7)], draws(8)
    weight = mixture_weights(truth, parts)[0]

    def loss(w):
        return divergence(truth, w * parts[0] + (1 - w) * parts[1]).sum()

    assert loss(weight) <= min(loss(w) for w in np.linspace(0, 1, 101)) + 1e-6


def test_a_temperature_keeps_the_order_and_at_one_the_answer():
    answer = draws(9)
    assert sharpened(answer, 1.0) == pytest.approx(answer)
    assert (sharpened(answer, 2.0).max(axis=1) < answer.max(axis=1)).all()
    assert (sharpened(answer, 0.5).argmax(axis=1) == answer.argmax(axis=1)).all()
    assert sharpened(np.array([[0.5, 0.5, 0, 0, 0]]), 0.2).tolist() == [[0.5, 0.5, 0, 0, 0]]


def test_calibration_finds_the_temperature_and_the_share_that_made_the_truth():
    answer, base = draws(10, 400), np.tile(draws(11, 1), (400, 1))
    for made in (Calibration(2.5, 0.2), Calibration(0.6, 0.05)):
        found = calibrate(made.of(answer, base), answer, base)
        assert found == pytest.approx(made, abs=0.02)


def test_no_other_calibration_is_likelier():
    answer, base, truth = draws(12), np.full((50, 5), 0.2), 0.7 * draws(12) + 0.3 * draws(13)
    found = calibrate(truth, answer, base)
    least = divergence(truth, found.of(answer, base)).sum()
    for temperature in np.geomspace(0.2, 5, 9):
        for share in np.linspace(0, 1, 11):
            assert least <= divergence(truth, Calibration(temperature, share).of(answer, base)).sum() + 1e-3


@pytest.mark.parametrize(
    "answers",
    [np.full((2, 5), 0.2)[:1], np.full((2, 5), 0.3), np.full((2, 5), np.nan), [[1.2, -0.2, 0, 0, 0]] * 2],
    ids=["too few", "sums to 1.5", "NaN", "negative"],
)
def test_what_is_no_distribution_is_refused_by_name(answers):
    with pytest.raises(FunhouseError, match="'parrot' answered"):
        checked(answers, 2, "parrot")


def test_a_sum_a_little_off_is_put_right():
    assert checked(np.full((3, 5), 0.2001), 3, "x").sum(axis=1) == pytest.approx(1)
