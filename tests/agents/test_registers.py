"""Eight numbers in a register are as eight numbers one by one."""

import numpy as np
from numba import njit

from agents.orchard.registers import alike, eight, minus, over, plus, put, sum_of, times


@njit
def worked(x, y, first, out):
    one, other = eight(x, first), eight(y, first)
    put(plus(one, other), out[0], first)
    put(minus(one, other), out[1], first)
    put(times(one, other), out[2], first)
    put(over(one, other), out[3], first)
    put(alike(x[0]), out[4], first)
    return sum_of(one)


def test_registers_do_arithmetic_number_by_number_and_touch_no_others():
    x, y = np.random.default_rng(0).random((2, 24)) + 0.5
    out, some = np.zeros((5, 24)), slice(8, 16)
    total = worked(x, y, 8, out)
    expected = np.stack([x + y, x - y, x * y, x / y, np.full(24, x[0])])
    assert np.array_equal(out[:, some], expected[:, some])
    assert abs(total - x[some].sum()) < 1e-12
    assert not out[:, :8].any()
    assert not out[:, 16:].any()
