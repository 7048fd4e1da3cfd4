"""Species: the agents of an environment that share their spaces, and the plain arrays that those spaces become."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from gymnasium import spaces

from worlds.errors import FunhouseError

MOST_ACTIONS = 64  # of a MultiDiscrete or MultiBinary action space, flattened
MOST_ONE_HOT = 4096  # entries of a discrete observation
_WORD = "an observation of numbers: Box, Discrete, MultiBinary, MultiDiscrete, or Dict and Tuple of these"


@dataclass(frozen=True)
class Species:
    """Agents with the same observation space and the same action space: only they can imitate one another."""

    index: int
    shape: tuple[int, ...]  # of one observation
    dtype: str  # float32 or uint8
    actions: int
    masked: bool  # whether some actions are illegal at times
    kind: Literal["vector", "image"]  # images are (height, width[, channels])
    low: float  # of all entries of an observation; -inf and inf where the space has no bound
    high: float

    def to_dict(self) -> dict:
        """Plain JSON values; no bound is None."""
        bounds = {name: None if math.isinf(getattr(self, name)) else getattr(self, name) for name in ("low", "high")}
        return {**asdict(self), "shape": list(self.shape), **bounds}

    @classmethod
    def from_dict(cls, values: dict) -> "Species":
        """The species from to_dict's values."""
        low = -math.inf if values["low"] is None else values["low"]
        high = math.inf if values["high"] is None else values["high"]
        return cls(**{**values, "shape": tuple(values["shape"]), "low": low, "high": high})

    @property
    def bytes(self) -> int:
        """Of one observation, uncompressed."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class Form:
    """How one agent's observations and actions become plain arrays, and back."""

    shape: tuple[int, ...]
    dtype: str
    actions: int
    low: float
    high: float
    masked: bool
    encode: Callable[[Sequence], np.ndarray]  # m observations, without masks, to an array (m, *shape) of dtype
    decode: Callable[[int], Any]  # an action's index to what the environment expects

    @property
    def kind(self) -> Literal["vector", "image"]:
        """Three axes, or two of bytes, are an image."""
        flat = len(self.shape) == 2 and self.dtype == "uint8"
        return "image" if len(self.shape) == 3 or flat else "vector"

    def species(self, index: int) -> Species:
        """What the rest of the project is told of it."""
        return Species(index, self.shape, self.dtype, self.actions, self.masked, self.kind, self.low, self.high)


def form_of(observation: spaces.Space, action: spaces.Space, told_mask: bool = False) -> Form:
    """How an agent of these spaces is read; `told_mask` where its infos hold an action mask.

    Raises FunhouseError for continuous actions and for spaces that are no numbers.
    """
    masked = told_mask
    if isinstance(observation, spaces.Dict) and {"observation", "action_mask"} == set(observation.spaces):
        observation, masked = observation["observation"], True
    shape, dtype, low, high, encode = _observation(observation)
    actions, decode = _action(action)
    return Form(shape, dtype, actions, low, high, masked, encode, decode)


def _observation(space: spaces.Space):
    """(shape, dtype, low, high, encode) of a space without a mask."""
    if isinstance(space, spaces.Box):
        return _box(space)
    if isinstance(space, spaces.MultiBinary):
        return tuple(space.shape), "uint8", 0.0, 1.0, _into(tuple(space.shape), np.uint8)
    flat = isinstance(space, (spaces.Discrete, spaces.MultiDiscrete, spaces.Dict, spaces.Tuple))
    if not flat or not space.is_np_flattenable or spaces.flatdim(space) > MOST_ONE_HOT:
        raise FunhouseError(f"an observation space {space} is not understood", remedy=f"give agents {_WORD}")
    bounds = spaces.flatten_space(space)
    assert isinstance(bounds, spaces.Box)
    shape, dtype, low, high, into = _box(bounds)
    return shape, dtype, low, high, lambda values: into([spaces.flatten(space, value) for value in values])


def _box(space: spaces.Box):
    shape = tuple(int(size) for size in space.shape) or (1,)
    low, high = float(np.min(space.low)), float(np.max(space.high))
    whole = np.issubdtype(space.dtype, np.integer) or space.dtype == np.bool_
    if whole and low >= 0 and high <= 255:
        return shape, "uint8", low, high, _into(shape, np.uint8)
    # Bounds beyond float32's, as of some unbounded spaces, are none.
    low, high = (-math.inf if low < -1e30 else low), (math.inf if high > 1e30 else high)
    return shape, "float32", low, high, _into(shape, np.float32)


def _into(shape: tuple[int, ...], dtype: type) -> Callable[[Sequence], np.ndarray]:
    return lambda values: np.array(values, dtype).reshape(len(values), *shape)


def _action(space: spaces.Space) -> tuple[int, Callable[[int], Any]]:
    """The number of actions, and an action's index in the environment's words. Raises FunhouseError."""
    if isinstance(space, spaces.Discrete):
        start = int(space.start)
        return int(space.n), lambda action: action + start
    if isinstance(space, (spaces.MultiDiscrete, spaces.MultiBinary)):
        sizes = np.full(space.shape, 2) if isinstance(space, spaces.MultiBinary) else np.asarray(space.nvec)
        if (count := math.prod(sizes.ravel().tolist())) <= MOST_ACTIONS:
            table = np.stack(np.unravel_index(np.arange(count), sizes.ravel()), -1).reshape(count, *sizes.shape)
            return count, lambda action: table[action].astype(space.dtype)
        raise FunhouseError(
            f"an action space {space} has {count} actions", remedy=f"choose one of at most {MOST_ACTIONS}"
        )
    raise FunhouseError(
        f"an action space {space} is not discrete",
        remedy="choose an environment, or constructor arguments, with discrete actions (continuous_actions=False)",
    )
