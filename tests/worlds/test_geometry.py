"""What a map lets one reach and see, against slow definitions that share nothing with the kernels."""

from collections import deque
from fractions import Fraction
from itertools import product
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from worlds.orchard.geometry import geometry_of, has, line_is_clear, lowest_bit, popcount, put

SHAPES = st.tuples(st.integers(3, 10), st.integers(3, 10))
MAPS = arrays.arrays(bool, SHAPES, elements=st.booleans(), fill=st.nothing())
SPARSE = arrays.arrays(bool, SHAPES, elements=st.integers(0, 4).map(lambda n: n == 0), fill=st.nothing())
SIGHTS = (2, 6)


def slow_neighbor(walls, row, column, action):
    """Where an action leads, by its definition."""
    down, right = {0: (0, 0), 1: (-1, 0), 2: (1, 0), 3: (0, -1), 4: (0, 1)}[action]
    r, c = row + down, column + right
    inside = 0 <= r < walls.shape[0] and 0 <= c < walls.shape[1]
    return (r, c) if inside and not walls[r, c] else (row, column)


def slow_distance(walls, row, column):
    """Walking distances from one cell as a dictionary of the cells that can be reached."""
    found, queue = {(row, column): 0}, deque([(row, column)])
    while queue:
        here = queue.popleft()
        for action in range(1, 5):
            there = slow_neighbor(walls, *here, action)
            if there not in found:
                found[there] = found[here] + 1
                queue.append(there)
    return found


def slow_sight(walls, one, two):
    """Whether the straight line between two centres, sampled once a step, misses all walls; in fractions."""
    (r1, c1), (r2, c2) = sorted((one, two))
    length = max(abs(r2 - r1), abs(c2 - c1))
    for k in range(1, length):
        along = Fraction(k, length)
        row, column = r1 + along * (r2 - r1), c1 + along * (c2 - c1)
        if walls[floor(row + Fraction(1, 2)), floor(column + Fraction(1, 2))]:
            return False
    return True


def as_matrix(board, cells):
    """Bitboards (cells, words) as a (cells, cells) bool matrix."""
    other = np.arange(cells)
    return (board[:, other >> 6] >> (other & 63).astype(np.uint64) & np.uint64(1)).astype(bool)


@settings(max_examples=60)
@given(st.one_of(MAPS, SPARSE))
def test_reach_equals_its_definition(walls):
    tables, width = geometry_of(walls, SIGHTS), walls.shape[1]
    expected = np.full((walls.size, walls.size), 255)
    for cell in range(walls.size):
        at = divmod(cell, width)
        after = [slow_neighbor(walls, *at, action) for action in range(5)]
        assert tables.neighbor[cell].tolist() == [r * width + c for r, c in after]
        if not walls[at]:
            for (r, c), steps in slow_distance(walls, *at).items():
                expected[cell, r * width + c] = steps
    np.testing.assert_array_equal(tables.distance, expected)


@settings(max_examples=25)
@given(st.one_of(MAPS, SPARSE))
def test_sight_equals_its_definition(walls):
    tables, width = geometry_of(walls, SIGHTS), walls.shape[1]
    expected = np.zeros((2, walls.size, walls.size), bool)
    for one, two in product(np.flatnonzero(~walls), repeat=2):
        (r1, c1), (r2, c2) = divmod(int(one), width), divmod(int(two), width)
        away = max(abs(r1 - r2), abs(c1 - c2))
        if away <= max(SIGHTS) and slow_sight(walls, (r1, c1), (r2, c2)):
            expected[:, one, two] = [away <= radius for radius in SIGHTS]
    for s in range(2):
        np.testing.assert_array_equal(as_matrix(tables.visible[s], walls.size), expected[s])
    np.testing.assert_array_equal(tables.seen, expected.sum(-1))


@settings(max_examples=60)
@given(SPARSE, st.data())
def test_a_line_is_as_clear_from_either_end(walls, data):
    cell = st.tuples(st.integers(0, walls.shape[0] - 1), st.integers(0, walls.shape[1] - 1))
    for one, two in data.draw(st.lists(st.tuples(cell, cell), min_size=20, max_size=20)):
        assert line_is_clear(walls, *one, *two) == line_is_clear(walls, *two, *one) == slow_sight(walls, one, two)


@settings(max_examples=60)
@given(SPARSE)
def test_sight_is_symmetric_reflexive_and_grows_with_its_radius(walls):
    tables = geometry_of(walls, SIGHTS)
    near, far = (as_matrix(board, walls.size) for board in tables.visible)
    np.testing.assert_array_equal(near, near.T)
    np.testing.assert_array_equal(far, far.T)
    np.testing.assert_array_equal(np.diag(near), ~walls.ravel())
    assert (near <= far).all()


def test_a_wall_hides_what_lies_behind_it():
    walls = np.zeros((3, 7), bool)
    walls[:, 3] = True
    far = as_matrix(geometry_of(walls, SIGHTS).visible[1], walls.size)
    assert far[8, 9]  # row 1: column 1 sees column 2
    assert not far[8, 11:14].any()
    walls[1, 3] = False
    assert as_matrix(geometry_of(walls, SIGHTS).visible[1], walls.size)[8, 11]


def test_long_walks_are_capped():
    walls = np.zeros((31, 33), bool)
    walls[1::2] = True
    walls[1::4, -1] = walls[3::4, 0] = False
    distance = geometry_of(walls, SIGHTS).distance
    assert distance[0, walls.size - 1] == 254
    assert (distance[:, 33] == 255).all()  # cell 33 is a wall


@given(st.sets(st.integers(0, 191)), st.integers(1, 2**64 - 1))
def test_bitboards_are_sets(cells, word):
    board = np.zeros(3, np.uint64)
    for cell in cells:
        put(board, cell)
    assert {cell for cell in range(192) if has(board, cell)} == cells
    assert sum(popcount(w) for w in board) == len(cells)
    assert popcount(np.uint64(word)) == word.bit_count()
    assert lowest_bit(np.uint64(word)) == (word & -word).bit_length() - 1


@pytest.mark.parametrize("sights", [(0, 1), (1, 4), (3, 12)])
def test_sights_of_any_radius(sights):
    walls = np.zeros((9, 9), bool)
    seen = geometry_of(walls, sights).seen
    assert seen[:, 40].tolist() == [min(2 * radius + 1, 9) ** 2 for radius in sights]
