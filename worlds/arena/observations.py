"""Observations as plain arrays, whatever their space: as they are, or not at all.

Many values are read at once. What is stored are bytes or float32. What those cannot hold (-1, 300 or a half in bytes),
another shape or order of axes, the 49th of 49 values raises Unfit; nothing is wrapped, cut or reshaped. Reals are
rounded as float32 rounds, by at most 2^-24 of themselves; where it would do worse, and where it would change the whole
numbers beyond 2^24, that raises Unfit too. Values outside the bounds of their Box are stored as they are.
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
_EVERY_WHOLE = 1 << 24  # up to here float32 holds every whole number
_TINY = float(np.finfo(np.float32).tiny)  # nearer to zero, float32 rounds by more than it does elsewhere
Read = Callable[[Sequence], np.ndarray]


class Unfit(ValueError):
    """A value that is none of its space's, in words that follow "cannot observe: "; and how to mend it, where known."""

    def __init__(self, what: str, remedy: str | None = None):
        super().__init__(what)
        self.remedy = remedy


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
        return Numbers(tuple(space.shape), "uint8", 0.0, 1.0, _plain(space, "uint8"))
    _check_flat(space)
    bounds = spaces.flatten_space(space)
    assert isinstance(bounds, spaces.Box)
    flat = _box(bounds)
    read = _flat(space, flat.dtype)
    return flat._replace(read=lambda values: read(values).astype(flat.dtype, copy=False))


def _box(space: spaces.Box) -> Numbers:
    shape = tuple(int(size) for size in space.shape) or (1,)
    if not math.prod(shape):
        raise FunhouseError(f"an observation space {space} has no entries", remedy="give it one, if only a constant")
    low, high = float(np.min(space.low)), float(np.max(space.high))
    whole = np.issubdtype(space.dtype, np.integer) or space.dtype == np.bool_
    if whole and low >= 0 and high <= 255:
        return Numbers(shape, "uint8", low, high, _plain(space, "uint8"))
    # Bounds beyond float32's, as of some unbounded spaces, are none.
    low, high = (-math.inf if low < -1e30 else low), (math.inf if high > 1e30 else high)
    return Numbers(shape, "float32", low, high, _plain(space, "float32"))


def _plain(space: spaces.Box | spaces.MultiBinary, dtype: str) -> Read:
    """How values of a Box become (m, *shape) of bytes or float32; (m, 1) where the shape is ()."""
    shape = tuple(int(size) for size in space.shape)

    def read(values: Sequence) -> np.ndarray:
        stored = _exactly(_array(values, shape), values, dtype, space)
        return stored if shape else stored[:, None]

    return read


def _array(values: Sequence, shape: tuple[int, ...]) -> np.ndarray:
    """Values as (m, *shape) numbers of whatever type they have. Raises Unfit, ValueError where they differ."""
    if np.ma.MaskedArray in map(type, values) and any(np.ma.is_masked(value) for value in values):
        raise Unfit("it is shown a masked array, in which entries are missing", "fill them: array.filled(value)")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise Unfit(f"it is shown {short(values[0])}, which is no array: {error}") from None
    if array.dtype.kind not in "fuib":
        raise Unfit(f"it is shown {short(values[0])}, which is no array of numbers, but of type {array.dtype}")
    if array.shape[1:] != shape:
        remedy = "let the space have the shape of what is shown, or the environment reshape it"
        raise Unfit(f"it is shown an array of shape {array.shape[1:]}, and its space has the shape {shape}", remedy)
    return array


def _exactly(array: np.ndarray, values: Sequence, dtype: str, space: spaces.Space) -> np.ndarray:
    """The same numbers as bytes or as float32. Raises Unfit where those do not hold them."""
    if array.dtype == dtype:
        return array
    with np.errstate(all="ignore"):  # what comes of that is looked at below
        stored = array.astype(dtype)
    kind, size = array.dtype.kind, array.dtype.itemsize
    if dtype == "uint8" and kind != "b" and not (same := stored == array).all():
        low, high = (space.low.min(), space.high.max()) if isinstance(space, spaces.Box) else (0, 1)
        remedy = "let the space have the type and the bounds of what is shown"
        holds = f"its space holds whole numbers from {int(low)} to {int(high)}"
        more = "" if int(high) == 255 else "; as bytes, those up to 255 are stored"
        raise Unfit(f"it is shown {array[~same][0]}, and {holds}{more}", remedy)
    if dtype == "float32" and (size > 4 or (size > 2 and kind in "iu")):
        _check_float32(array, stored, values)
    return stored


def _check_float32(array: np.ndarray, stored: np.ndarray, values: Sequence) -> None:
    """Raises Unfit where float32 changes numbers by more than it rounds. NaN and infinity are for others to tell."""
    if array.dtype.kind == "f" and (lost := (np.abs(array) < _TINY) & (stored != array)).any():
        what = f"it is shown {array[lost][0]}, and float32, in which it is stored, holds {stored[lost][0]} instead"
        raise Unfit(what, "show it in another unit, or round it in the environment, to np.float32, and that is stored")
    if array.min() >= -_EVERY_WHOLE and array.max() <= _EVERY_WHOLE:
        return
    great = np.isfinite(array) & ((array < -_EVERY_WHOLE) | (array > _EVERY_WHOLE))
    # The values once more as Python's own numbers, which are compared exactly: an array of several types has rounded.
    for given, kept in zip(np.asarray(values, object)[great], stored[great], strict=True):
        number = given.item() if hasattr(given, "item") else given
        if float(kept) != number:
            what = f"it is shown {number}, and float32, in which it is stored, holds {float(kept)} instead"
            remedy = f"show it in another unit, or as a difference (up to {_EVERY_WHOLE:,} every whole number is held)"
            raise Unfit(what, f"{remedy}, or round it in the environment, to np.float32, and that is stored")


def _flat(space: spaces.Space, dtype: str) -> Read:
    """How values become rows (m, entries) of bytes or float32, in the order of gymnasium's own `flatten`."""
    if isinstance(space, spaces.Discrete):
        return lambda values: _one_hot(values, (), np.array([space.n]), space.start)
    if isinstance(space, spaces.MultiDiscrete):
        return lambda values: _one_hot(values, tuple(space.shape), space.nvec.ravel(), space.start.ravel())
    if isinstance(space, (spaces.Box, spaces.MultiBinary)):
        plain = _plain(space, dtype)
        return lambda values: plain(values).reshape(len(values), -1)
    parts = space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)  # type: ignore[attr-defined]
    reads = [(name, _flat(part, dtype)) for name, part in parts]
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
            raise Unfit(f"it is shown {short(value)}, and the space is a tuple of {len(names)}")
    elif not isinstance(value, Mapping):
        raise Unfit(f"it is shown {short(value)}, and the space is a Dict of {_listed(names)}")
    elif value.keys() != set(names):
        raise Unfit(f"it is shown {_listed(value)}, and the space is a Dict of {_listed(names)}")


def _one_hot(values: Sequence, shape: tuple[int, ...], sizes: np.ndarray, start: Any) -> np.ndarray:
    """(m, sum of sizes) uint8: of each number of each value a one in its place."""
    array = _array(values, shape).reshape(len(values), -1)
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
    """Numbers as int64. Raises Unfit where they are not whole, or too great for int64 or for telling neighbours."""
    with np.errstate(invalid="ignore"):
        whole = array.astype(np.int64)
    if array.dtype.kind == "f":
        same = (whole == array) & (np.abs(array) < 1 << 53)
    elif array.dtype.kind == "u":
        same = whole >= 0
    else:
        return whole
    if not same.all():
        raise Unfit(f"it is shown {array[~same][0]}, and its space counts in whole numbers")
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
        f"an observation space of {entries:,} entries, {short(space)}, is not understood",
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


def short(value: Any) -> str:
    """A value on one line, at most 61 characters long."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:60]}…"
