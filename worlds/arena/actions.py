"""Actions as numbers from zero on, whatever their space; what is put together has a number for each combination."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from worlds.errors import FunhouseError

MOST_ACTIONS = 8192  # of an agent: those of chess are 4,672
UNDERSTOOD = "a Discrete, MultiDiscrete or MultiBinary, or a Tuple or Dict of these"
Build = Callable[[list[int]], Any]  # the environment's action, of one number for each of its parts


class Choices(NamedTuple):
    """How many actions there are, and an action's number in the environment's words."""

    size: int
    decode: Callable[[int], Any]


def choices_of(space: spaces.Space) -> Choices:
    """The actions of an action space. Raises FunhouseError where it is not discrete, or has too many."""
    sizes, build = _parts(space, "an action space")
    if (count := math.prod(sizes)) > MOST_ACTIONS:
        raise FunhouseError(
            f"an action space {space} has {count:,} actions",
            remedy=f"choose one of at most {MOST_ACTIONS:,}, each combination of its parts counted",
        )
    if isinstance(space, spaces.Discrete):
        return Choices(count, [build([action]) for action in range(count)].__getitem__)
    # The last part moves fastest.
    table = np.stack(np.unravel_index(np.arange(count), sizes), -1).tolist()
    return Choices(count, lambda action: build(table[action]))


def _parts(space: Any, name: str) -> tuple[list[int], Build]:
    """How many values each part of a space has, and how parts make one action. Raises FunhouseError."""
    if isinstance(space, spaces.Discrete):
        start, kind = int(space.start), np.dtype(space.dtype).type  # as the space's own samples are
        return [int(space.n)], lambda place: kind(start + place[0])
    if isinstance(space, spaces.MultiDiscrete):
        first, shape = space.start, space.shape
        return space.nvec.ravel().tolist(), lambda place: (np.reshape(place, shape) + first).astype(space.dtype)
    if isinstance(space, spaces.MultiBinary):
        return [2] * math.prod(space.shape), lambda place: np.reshape(place, space.shape).astype(space.dtype)
    if isinstance(space, spaces.Tuple):
        inner = [_parts(part, f"{name}'s part {place}") for place, part in enumerate(space.spaces)]
        return _joined(inner, tuple)
    if isinstance(space, spaces.Dict):
        names = list(space.spaces)
        inner = [_parts(part, f"{name}'s part {key!r}") for key, part in space.spaces.items()]
        return _joined(inner, lambda values: dict(zip(names, values, strict=True)))
    raise FunhouseError(
        f"{name} {space} is not discrete",
        remedy=f"choose an environment, or constructor arguments, with discrete actions (continuous_actions=False): "
        f"{UNDERSTOOD}",
    )


def _joined(inner: list[tuple[list[int], Build]], whole: Callable[[list], Any]) -> tuple[list[int], Build]:
    """Parts one after the other; `whole` makes one action of theirs."""
    ends = np.cumsum([len(sizes) for sizes, _ in inner]).tolist()
    spans = [slice(end - len(sizes), end) for end, (sizes, _) in zip(ends, inner, strict=True)]
    builds = [build for _, build in inner]

    def build(place: list[int]) -> Any:
        return whole([make(place[span]) for make, span in zip(builds, spans, strict=True)])

    return [size for sizes, _ in inner for size in sizes], build
