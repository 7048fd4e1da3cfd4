"""The kernel's own exponential, which a register holds eight of."""

import numpy as np
from numba import njit

from agents.orchard.unpacked import LEAST, MODERATE, exponential


@njit
def every(x, out):
    for i in range(len(x)):
        out[i] = exponential(x[i])


def test_the_exponential_is_that_of_numpy():
    x = np.concatenate([np.linspace(LEAST, MODERATE, 20_001), np.linspace(-1, 1, 2_001), [0.0]])
    out = np.empty_like(x)
    every(x, out)
    assert np.abs(out / np.exp(x) - 1).max() < 3e-14
    assert out[-1] == 1


def test_what_is_less_likely_than_the_least_counts_as_that():
    out = np.empty(1)
    every(np.array([-1e4]), out)
    assert np.allclose(out, np.exp(LEAST), rtol=3e-14)
