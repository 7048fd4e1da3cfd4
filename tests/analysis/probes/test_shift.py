"""Correlations of shifts, slopes and areas, against numbers worked out by hand."""

import numpy as np
import pytest

from analysis.probes.shift import correlation, flat, separation, slope
from analysis.scores.intervals import NONE, EpisodeBootstrap, share

EPISODES = EpisodeBootstrap(np.array([0, 0, 1, 1]))
REAL = np.array([[1.0, -1.0], [0.0, 0.0], [2.0, -2.0], [0.0, 0.0]])
ROWS = np.arange(4)


def test_what_is_said_in_proportion_correlates_fully_and_has_the_proportion_for_a_slope():
    assert correlation(EPISODES, 0.3 * REAL, REAL, ROWS) == pytest.approx((1, 1, 1))
    assert slope(EPISODES, 0.3 * REAL, REAL, ROWS) == pytest.approx((0.3, 0.3, 0.3))


def test_who_shifts_as_much_where_nothing_is_real_has_one_over_the_root_of_two():
    always = np.repeat(REAL[[0, 2]], 2, axis=0)
    assert correlation(EPISODES, always, REAL, ROWS)[0] == pytest.approx(0.5**0.5)


def test_where_nothing_moves_there_is_no_correlation():
    assert correlation(EPISODES, np.zeros_like(REAL), REAL, ROWS) == NONE
    assert correlation(EPISODES, REAL, np.zeros_like(REAL), ROWS) == NONE
    assert correlation(EPISODES, REAL, REAL, ROWS[:0]) == NONE
    assert share(EPISODES, REAL[:, 0], REAL[:, 0], ROWS[:0]) == NONE


def test_the_area_is_the_chance_of_the_higher_score_ties_counting_half():
    score, so = np.array([0.9, 0.1, 0.1, 0.0]), np.array([True, True, False, False])
    assert separation(EPISODES, score, so, ROWS)[0] == pytest.approx((2 + 1.5) / 4)
    assert separation(EPISODES, so.astype(float), ~so, ROWS)[0] == pytest.approx(0)
    assert separation(EPISODES, score, np.ones(4, bool), ROWS)[0] is None


def test_intervals_are_over_episodes():
    bootstrap = EpisodeBootstrap(np.arange(40))
    generator = np.random.default_rng(0)
    said, real = generator.normal(size=(2, 40, 5))
    value, low, high = correlation(bootstrap, said + real, real, np.arange(40))
    assert low < value < high
    assert correlation(EpisodeBootstrap(np.zeros(40, int)), said + real, real, np.arange(40))[1] is None


def test_figures_lie_flat_in_a_row():
    assert flat({"slope": (0.5, 0.4, None)}) == {"slope": 0.5, "slope_low": 0.4, "slope_high": None}
