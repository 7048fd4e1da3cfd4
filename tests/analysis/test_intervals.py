import numpy as np
import pytest

from analysis.scores.intervals import EpisodeBootstrap


def column(values) -> np.ndarray:
    return np.asarray(values, float)[:, None]


def test_the_value_is_the_ratio_of_the_sums_of_the_chosen_questions():
    bootstrap = EpisodeBootstrap(np.array([0, 0, 4, 4, 9]))
    rows = np.array([0, 2, 4])
    value, _, _ = bootstrap.ratio(column([1, 2, 3]), column([2, 2, 4]), rows)
    assert value == pytest.approx(6 / 8)


def test_the_interval_of_a_mean_is_as_wide_as_theory_says():
    episode = np.repeat(np.arange(400), 5)
    generator = np.random.default_rng(0)
    value = np.repeat(generator.normal(size=400), 5) + 0.1 * generator.normal(size=2000)
    _, low, high = EpisodeBootstrap(episode).ratio(column(value), column(np.ones(2000)), np.arange(2000))
    # Questions of one episode go together: 400 draws, not 2,000.
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * np.std(value) / np.sqrt(400), rel=0.15)


def test_numerator_and_denominator_are_resampled_together():
    episode = np.arange(50)
    denominator = np.random.default_rng(1).exponential(size=50)
    value, low, high = EpisodeBootstrap(episode).ratio(column(0.3 * denominator), column(denominator), np.arange(50))
    assert [value[0], low[0], high[0]] == pytest.approx([0.3, 0.3, 0.3])


def test_episodes_without_a_chosen_question_take_part_in_the_resampling():
    episode = np.arange(40)
    some = np.arange(10)
    bootstrap = EpisodeBootstrap(episode)
    totals = bootstrap.totals(column(np.ones(10)), some)
    assert totals.shape == (40, 1)
    assert totals.sum() == 10


def test_one_episode_has_no_interval():
    value, low, high = EpisodeBootstrap(np.zeros(9)).ratio(column(np.ones(9)), column(np.ones(9)), np.arange(9))
    assert value == 1
    assert np.isnan([low[0], high[0]]).all()


def test_nothing_over_nothing_is_undefined():
    value, low, high = EpisodeBootstrap(np.arange(9)).ratio(column(np.zeros(9)), column(np.zeros(9)), np.arange(9))
    assert np.isnan([value[0], low[0], high[0]]).all()


def test_intervals_are_the_same_every_time():
    episode, value = np.arange(30), column(np.random.default_rng(2).normal(size=30))
    one, other = (EpisodeBootstrap(episode).ratio(value, column(np.ones(30)), np.arange(30)) for _ in range(2))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("each", [1, 5])
def test_the_interval_of_a_median_is_as_wide_as_theory_says_of_so_many_episodes(each):
    value = np.repeat(np.random.default_rng(3).normal(size=400), each)
    middle, low, high = EpisodeBootstrap(np.repeat(np.arange(400), each)).median(value, np.arange(len(value)))
    assert middle == np.median(value)
    assert low < middle < high
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(np.pi / 2) / np.sqrt(400), rel=0.3)


def test_the_median_of_a_few_questions_is_resampled_exactly():
    value = np.random.default_rng(4).normal(size=31)
    bootstrap = EpisodeBootstrap(np.arange(31))
    drawn = [np.sort(np.repeat(value, times.astype(int)))[15] for times in bootstrap.times]
    assert bootstrap.median(value, np.arange(31))[1:] == pytest.approx(np.percentile(drawn, [2.5, 97.5]))


def test_the_median_of_one_episode_has_no_interval():
    middle, low, high = EpisodeBootstrap(np.zeros(9)).median(np.arange(9.0), np.arange(9))
    assert middle == 4
    assert np.isnan([low, high]).all()
