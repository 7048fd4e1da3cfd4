"""Observations as plain arrays, whatever their space: as they are, or not at all.

Many values are read at once. What an array of the space's type cannot hold (-1 or 300 in bytes, a half in whole
numbers, another shape or order of axes, the 49th of 49 values) raises Unfit; nothing is wrapped, cut or reshaped. Reals
that lie outside the bounds of their Box are stored as they are.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from worlds.errors import FunhouseError

MOST_FLAT = 4096  # entries of an observation that is put together, or of one that counts: one for each value
UNDERSTOOD = "a Box, Discrete, MultiBinary, MultiDiscrete, or a Dict or Tuple of these"
_WRAP = (
    "wrap the environment in a function of your own that shows the picture alone, or one flat Box of what matters, and "
    "name that: --world pettingzoo:my_module:function"
)
Read = Callable[[Sequence], np.ndarray]


class Unfit(ValueError):
    """A value that is none of its space's, in words that follow "cannot observe: "."""


class Numbers(NamedTuple):
    """How values of a space become an array (m, *shape) of dtype; low and high are the least bounds of all entries."""

    shape: tuple[int, ...]
    dtype: str  # float32 or uint8
    low: float
    high: float
    read: Read


def numbers_of(space: spaces.Space) -> Numbers:
    """How values of an observation space, without a mask, become numbers. Raises FunhouseError where they do not."""
    if isinstance(space, spaces.Box):
        return _box(space)
    if isinstance(space, spaces.MultiBinary):
        shape = tuple(space.shape)
        return Numbers(shape, "uint8", 0.0, 1.0, lambda values: _exactly(_array(values, shape), np.uint8))
    _check_flat(space)
    read = _flat(space)
    bounds = spaces.flatten_space(space)
    assert isinstance(bounds, spaces.Box)
    flat = _box(bounds)
    return flat._replace(read=lambda values: _exactly(read(values), flat.dtype))


def _box(space: spaces.Box) -> Numbers:
    shape = tuple(int(size) for size in space.shape) or (1,)
    if not math.prod(shape):
        raise FunhouseError(f"an observation space {space} has no entries", remedy="give it one, if only a constant")
    low, high = float(np.min(space.low)), float(np.max(space.high))
    whole = np.issubdtype(space.dtype, np.integer) or space.dtype == np.bool_
    if whole and low >= 0 and high <= 255:
        return Numbers(shape, "uint8", low, high, lambda values: _exactly(_array(values, shape), np.uint8))
    # Bounds beyond float32's, as of some unbounded spaces, are none.
    low, high = (-math.inf if low < -1e30 else low), (math.inf if high > 1e30 else high)
    return Numbers(shape, "float32", low, high, lambda values: _exactly(_array(values, shape), np.float32))


def _array(values: Sequence, shape: tuple[int, ...]) -> np.ndarray:
    """Values as (m, *shape) numbers of whatever type they have. Raises Unfit, ValueError where they differ."""
    array = np.asarray(values)
    if array.dtype.kind not in "fuib":
        raise Unfit(f"it is shown {_short(values[0])}, which is no array of numbers")
    if array.shape[1:] == shape:
        return array
    # An axis of length one says nothing: a number alone is read as a vector of one.
    if [size for size in array.shape[1:] if size != 1] != [size for size in shape if size != 1]:
        raise Unfit(f"it is shown an array of shape {array.shape[1:]}, and the space has {shape}")
    return array.reshape(len(array), *shape)


def _exactly(array: np.ndarray, dtype: Any) -> np.ndarray:
    """The same numbers as bytes or as float32. Raises Unfit where bytes do not hold them."""
    if array.dtype == dtype:
        return array
    with np.errstate(all="ignore"):  # what is beyond float32 becomes infinite, and is told as that
        stored = array.astype(dtype)
    if array.dtype != np.bool_ and stored.dtype == np.uint8 and not (same := stored == array).all():
        raise Unfit(f"it is shown {array[~same][0]}, and its space holds whole numbers from 0 to 255")
    return stored


def _flat(space: spaces.Space) -> Read:
    """How values become rows (m, entries), in the order of gymnasium's own `flatten`."""
    if isinstance(space, spaces.Discrete):
        return lambda values: _one_hot(values, (), np.array([space.n]), space.start)
    if isinstance(space, spaces.MultiDiscrete):
        return lambda values: _one_hot(values, tuple(space.shape), space.nvec.ravel(), space.start.ravel())
    if isinstance(space, (spaces.Box, spaces.MultiBinary)):
        shape = tuple(space.shape)
        return lambda values: _array(values, shape).reshape(len(values), -1)
    parts = space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)  # type: ignore[attr-defined]
    reads = [(name, _flat(part)) for name, part in parts]
    names = [name for name, _ in reads]
    keyed = isinstance(space, spaces.Dict)

    def read(values: Sequence) -> np.ndarray:
        for value in values:
            _check_parts(value, names, keyed)
        return np.concatenate([read([value[name] for value in values]) for name, read in reads], axis=1)

    return read


def _check_parts(value: Any, names: list, keyed: bool) -> None:
    """Raises Unfit unless a value has those parts, no fewer and no more."""
    if not keyed:
        if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != len(names):
            raise Unfit(f"it is shown {_short(value)}, and the space is a tuple of {len(names)}")
    elif not isinstance(value, Mapping):
        raise Unfit(f"it is shown {_short(value)}, and the space is a Dict of {_listed(names)}")
    elif value.keys() != set(names):
        raise Unfit(f"it is shown {_listed(value)}, and the space is a Dict of {_listed(names)}")


def _one_hot(values: Sequence, shape: tuple[int, ...], sizes: np.ndarray, start: Any) -> np.ndarray:
    """(m, sum of sizes) uint8: of each number of each value a one in its place."""
    array = _array(values, shape or (1,)).reshape(len(values), -1)
    place = _whole(array) - start
    if not ((place >= 0) & (place < sizes)).all():
        row, column = np.argwhere((place < 0) | (place >= sizes))[0]
        raise Unfit(
            f"it is shown {array[row, column]}, and the space has {sizes[column]} values from "
            f"{np.broadcast_to(start, sizes.shape)[column]} on"
        )
    hot = np.zeros((len(values), int(sizes.sum())), np.uint8)
    first = np.cumsum(sizes) - sizes
    hot[np.arange(len(values))[:, None], first + place] = 1
    return hot


def _whole(array: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        whole = array.astype(np.int64)
    if array.dtype.kind == "f" and not (same := whole == array).all():
        raise Unfit(f"it is shown {array[~same][0]}, and the space counts")
    return whole


def _check_flat(space: spaces.Space) -> None:
    """Raises FunhouseError, naming the part, unless a space is made of numbers, and of few enough."""
    for name, part in _parts(space, ""):
        if not isinstance(part, (spaces.Box, spaces.Discrete, spaces.MultiBinary, spaces.MultiDiscrete)):
            where = f"{name} of the observation, a space {part}," if name else f"an observation space {part}"
            raise FunhouseError(f"{where} is not understood", remedy=f"give agents {UNDERSTOOD}")
    if (entries := spaces.flatdim(space)) <= MOST_FLAT:
        return
    for name, part in _parts(space, ""):
        if name and isinstance(part, spaces.Box) and len(part.shape) == 3:
            others = [other for other, _ in _parts(space, "") if other != name]
            what = f"an observation that is a picture, {name} of shape {part.shape}, beside {_listed(others)}"
            raise FunhouseError(f"{what} is not understood", remedy=_WRAP)
    raise FunhouseError(
        f"an observation space of {entries:,} entries, {_short(space)}, is not understood",
        remedy=f"give agents one Box, or a space of at most {MOST_FLAT:,} entries when it is flattened",
    )


def _parts(space: spaces.Space, name: str) -> list[tuple[str, spaces.Space]]:
    """The spaces that a space is made of in the end, each with the names that lead there."""
    if isinstance(space, spaces.Dict):
        pairs: list = list(space.spaces.items())
    elif isinstance(space, spaces.Tuple):
        pairs = list(enumerate(space.spaces))
    else:
        return [(name, space)]
    return [found for key, part in pairs for found in _parts(part, f"{name}[{key!r}]")]


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:60]}…"
