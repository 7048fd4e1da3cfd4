"""Spaces become plain arrays; what cannot is refused, and says why."""

import json
import math

import numpy as np
import pytest
from gymnasium import spaces

from worlds import FunhouseError
from worlds.arena.observations import Unfit
from worlds.arena.spaces import Species, form_of

MOVES = spaces.Discrete(5)


def form(space, action=MOVES, **keywords):
    return form_of(space, action, **keywords)


@pytest.mark.parametrize(
    ("space", "shape", "dtype", "kind", "low", "high"),
    [
        (spaces.Box(-1, 2, (7,), np.float64), (7,), "float32", "vector", -1, 2),
        (spaces.Box(-np.inf, np.inf, (3, 4), np.float32), (3, 4), "float32", "vector", -math.inf, math.inf),
        (spaces.Box(0, 30, (7, 7, 3), np.float32), (7, 7, 3), "float32", "image", 0, 30),
        (spaces.Box(0, 255, (84, 84), np.uint8), (84, 84), "uint8", "image", 0, 255),
        (spaces.Box(0, 1, (6, 7, 2), np.int8), (6, 7, 2), "uint8", "image", 0, 1),
        (spaces.Box(-1, 1, (5,), np.int8), (5,), "float32", "vector", -1, 1),
        (spaces.Box(0, 1, (), np.float32), (1,), "float32", "vector", 0, 1),
        (spaces.MultiBinary((2, 3)), (2, 3), "uint8", "image", 0, 1),
        (spaces.Discrete(4), (4,), "uint8", "vector", 0, 1),
        (spaces.MultiDiscrete([3, 2]), (5,), "uint8", "vector", 0, 1),
        (spaces.Tuple((spaces.Discrete(2), spaces.Box(0, 1, (2,)))), (4,), "float32", "vector", 0, 1),
    ],
)
def test_a_space_has_its_shape_and_its_samples_fit(space, shape, dtype, kind, low, high):
    made = form(space)
    assert (made.shape, made.dtype, made.kind, made.low, made.high, made.actions) == (shape, dtype, kind, low, high, 5)
    space.seed(1)
    encoded = made.encode([space.sample(), space.sample()])
    assert (encoded.shape, encoded.dtype) == ((2, *shape), np.dtype(dtype))


NUMBER, ALONE, WIDE = (spaces.Box(-np.inf, np.inf, shape, np.float64) for shape in ((), (1,), (2,)))
WHOLES = spaces.Box(-(1 << 62), 1 << 62, (2,), np.int64)


@pytest.mark.parametrize(
    ("space", "value", "what"),
    [
        (ALONE, 3.0, r"an array of shape \(\), and its space has the shape \(1,\)"),
        (NUMBER, [3.0], r"an array of shape \(1,\), and its space has the shape \(\)"),
        (spaces.Discrete(4), [3], r"an array of shape \(1,\), and its space has the shape \(\)"),
        (spaces.MultiDiscrete([3, 2]), [[1, 1]], r"an array of shape \(1, 2\)"),
        (WIDE, [1, [2]], "which is no array: .*inhomogeneous"),
        (WIDE, np.array([1, 2], object), "no array of numbers, but of type object"),
        (WIDE, np.array([(1, 2.0)], [("a", int), ("b", float)]), "no array of numbers, but of type"),
        (WIDE, [2**70, 1], "shown .1180591620717411303424, 1., which is no array of numbers"),
        (WIDE, np.ma.array([1.0, 2.0], mask=[0, 1]), "a masked array, in which entries are missing"),
        (WIDE, [1e-50, 1], "shown 1e-50, and float32, in which it is stored, holds 0.0 instead"),
        (WIDE, [2**53 + 1, 0.5], "shown 9007199254740993, and float32"),
        (WHOLES, np.array([2**63 + 1, 1], np.uint64), "shown 9223372036854775809, and float32"),
        (spaces.Dict(a=WHOLES, b=NUMBER), {"a": [2**53 + 1, 0], "b": 0.5}, "shown 9007199254740993"),
        (spaces.Dict(a=spaces.Box(0, 7, (1,), np.uint8), b=MOVES), {"a": [0.5], "b": 1}, "whole numbers from 0 to 7;"),
        (spaces.Discrete(3, start=-1), np.uint64(2**64 - 1), "shown 18446744073709551615"),
    ],
)
def test_what_an_array_of_bytes_or_float32_would_change_is_refused_with_its_value(space, value, what):
    for shown in ([value], [value, value]):
        with pytest.raises(Unfit, match=what):
            form(space).encode(shown)


def test_numbers_of_several_types_are_each_held_to_their_own():
    assert form(WHOLES).encode([np.array([(1 << 24) + 2, 1]), np.ones(2)]).tolist() == [[(1 << 24) + 2, 1], [1, 1]]
    with pytest.raises(Unfit, match="shown 9007199254740993"):
        form(WHOLES).encode([np.array([2**53 + 1, 1]), np.ones(2)])


def test_discrete_observations_are_one_hot():
    assert form(spaces.Discrete(4, start=2)).encode([3]).tolist() == [[0, 1, 0, 0]]
    assert form(spaces.MultiDiscrete([3, 2])).encode([np.array([2, 0])]).tolist() == [[0, 0, 1, 1, 0]]


def test_a_mask_is_seen_in_the_observation_or_told_beside_it():
    masked = spaces.Dict({"observation": spaces.Box(0, 1, (3,)), "action_mask": spaces.Box(0, 1, (5,), np.int8)})
    assert (form(masked).masked, form(masked).shape) == (True, (3,))
    assert not form(masked["observation"]).masked
    assert form(masked["observation"], told_mask=True).masked


def test_actions_are_numbered_from_zero():
    assert [form(MOVES, spaces.Discrete(3, start=-1)).decode(a) for a in range(3)] == [-1, 0, 1]
    pairs = form(MOVES, spaces.MultiDiscrete([2, 3]))
    assert pairs.actions == 6
    assert [pairs.decode(a).tolist() for a in (0, 1, 5)] == [[0, 0], [0, 1], [1, 2]]
    switches = form(MOVES, spaces.MultiBinary(2))
    assert [switches.decode(a).tolist() for a in range(4)] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    for made, space in ((pairs, spaces.MultiDiscrete([2, 3])), (switches, spaces.MultiBinary(2))):
        assert all(space.contains(made.decode(action)) for action in range(made.actions))


@pytest.mark.parametrize(
    ("observation", "action", "what"),
    [
        (MOVES, spaces.Box(-1, 1, (2,)), "is not discrete"),
        (MOVES, spaces.MultiDiscrete([91, 91]), "has 8,281 actions"),
        (MOVES, spaces.MultiBinary(14), "has 16,384 actions"),
        (spaces.Text(5), MOVES, "is not understood"),
        (spaces.Sequence(spaces.Discrete(3)), MOVES, "is not understood"),
        (spaces.Discrete(100_000), MOVES, "is not understood"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy(observation, action, what):
    with pytest.raises(FunhouseError, match=what) as caught:
        form(observation, action)
    assert caught.value.remedy


def test_a_species_survives_json():
    for space in (spaces.Box(-np.inf, np.inf, (3,)), spaces.Box(0, 2, (3, 3, 1))):
        species = form(space).species(2)
        assert Species.from_dict(json.loads(json.dumps(species.to_dict(), allow_nan=False))) == species
    assert species.bytes == 9 * 4
