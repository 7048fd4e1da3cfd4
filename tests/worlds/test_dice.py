"""Randomness: the generator written down in its paper, uniform, and without ties between its counters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds import dice

WORD = (1 << 64) - 1
FAR = 4.5  # standard deviations that chance alone will not reach, on fixed seeds


def splitmix_finaliser(word: int) -> int:
    """Steele, Lea & Flood (2014), figure 17, mix64variant13, in Python's own integers."""
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & WORD
    return word ^ (word >> 31)


def episode_key(episode: int) -> np.uint64:
    """The key of an episode of this file's seed."""
    return np.uint64(dice.key(11, 0, episode))


def excess_of_chi_square(counts: np.ndarray) -> float:
    """How many standard deviations the chi-square statistic of equally likely cells lies above its mean."""
    expected = counts.sum() / counts.size
    freedom = counts.size - 1
    return (((counts - expected) ** 2).sum() / expected - freedom) / np.sqrt(2 * freedom)


@given(st.integers(0, WORD), st.integers(0, 2**32 - 1), st.integers(0, 2**24 - 1), st.integers(0, 255))
def test_draw_is_the_stated_function(key, step, agent, stream):
    counter = (step << 32) ^ (agent << 8) ^ stream
    golden = 0x9E3779B97F4A7C15
    expected = splitmix_finaliser((splitmix_finaliser((counter * golden + key) & WORD) + golden) & WORD)
    assert int(dice.draw(np.uint64(key), step, agent, stream)) == expected


def test_keys_differ_between_seeds_splits_and_episodes():
    keys = {int(dice.key(s, p, e)) for s in range(30) for p in range(3) for e in range(400)}
    assert len(keys) == 30 * 3 * 400


def test_a_key_is_a_function_of_its_arguments_alone():
    assert int(dice.key(7, 1, 12)) == int(dice.key(7, 1, 12)) != int(dice.key(7, 1, 13))


@pytest.mark.parametrize("count", [2, 3, 5, 24, 100, 121])
@pytest.mark.parametrize("axis", ["step", "agent", "stream", "episode"])
def test_below_is_uniform_along_every_counter(count, axis):
    size = {"stream": 256}.get(axis, 20_000)
    at = {"step": 3, "agent": 5, "stream": dice.TIE, "episode": 0}
    counts = np.zeros(count)
    for value in range(size):
        at[axis] = value
        key = episode_key(at["episode"])
        counts[dice.pick(key, at["step"], at["agent"], at["stream"], count)] += 1
    assert excess_of_chi_square(counts) < FAR


def test_neighbouring_draws_are_independent():
    side = 16
    thrown = [dice.pick(episode_key(0), step, 0, dice.ACTION, side) for step in range(40_001)]
    counts = np.zeros((side, side))
    np.add.at(counts, (thrown[:-1], thrown[1:]), 1)
    assert excess_of_chi_square(counts.ravel()) < FAR


def test_one_bit_of_a_counter_changes_half_of_the_draw():
    key = episode_key(0)
    flips = [
        int(dice.draw(key, step, 0, 0) ^ dice.draw(key, step ^ (1 << bit), 0, 0)).bit_count()
        for step in range(64)
        for bit in range(16)
    ]
    assert abs(np.mean(flips) - 32) < FAR * 4 / np.sqrt(len(flips))


def test_uniform_is_uniform_on_the_half_open_unit_interval():
    words = [np.uint64(dice.draw(episode_key(4), step, 1, dice.ACTION)) for step in range(20_000)]
    values = np.array([dice.uniform(word) for word in words])
    assert values.min() >= 0
    assert values.max() < 1
    assert excess_of_chi_square(np.histogram(values, 50, (0, 1))[0]) < FAR
    assert dice.uniform(np.uint64(WORD)) < 1
