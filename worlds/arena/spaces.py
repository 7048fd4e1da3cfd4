"""Species: the agents of an environment that share their spaces, and the plain arrays that those spaces become."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from gymnasium import spaces

from worlds.arena.choices import choices_of
from worlds.arena.masks import MASK, shows_mask, tells_mask, without_mask
from worlds.arena.numbers import Unfit, numbers_of


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
    declared: bool  # whether the observation space says that a mask lies beside every observation
    entry: str | None  # the key of the one other entry, where the space says so
    whole: bool  # whether observations without their masks are Dicts still
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

    def unmasked(self, shown: Any, info: Any) -> tuple[Any, Any]:
        """An observation without its mask, and the mask, None where nothing is said. Raises Unfit."""
        if not shows_mask(shown):
            if self.declared:
                raise Unfit(f"it is shown no {MASK}, which its space says is there")
            return shown, info[MASK] if tells_mask(info) else None
        if self.entry is not None and self.entry in shown:
            return shown[self.entry], shown[MASK]
        rest = {key: value for key, value in shown.items() if key != MASK}
        if self.whole and not (len(rest) == 1 and isinstance(next(iter(rest.values())), Mapping)):
            return rest, shown[MASK]
        if len(rest) != 1:
            raise Unfit(f"it is shown {', '.join(map(str, rest)) or 'nothing'} beside its mask: the space says of one")
        return next(iter(rest.values())), shown[MASK]


def form_of(observation: spaces.Space, action: spaces.Space, told_mask: bool = False) -> Form:
    """How an agent of these spaces is read; `told_mask` where masks were found that the space says nothing of.

    Raises FunhouseError for continuous actions and for spaces that are no numbers.
    """
    bare, entry, declared = without_mask(observation)
    numbers, choices = numbers_of(bare), choices_of(action)
    return Form(
        numbers.shape, numbers.dtype, choices.size, numbers.low, numbers.high, declared or told_mask, declared, entry,
        isinstance(bare, spaces.Dict), numbers.read, choices.decode,
    )  # fmt: skip
