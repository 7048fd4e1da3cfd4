"""Species: the agents of an environment that share their spaces, and the plain arrays that those spaces become."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Interval, MaxLen
from gymnasium import spaces
from pydantic import AllowInfNan, BeforeValidator

from worlds import schema
from worlds.arena.actions import choices_of
from worlds.arena.masks import MASK, shows_mask, tells_mask, without_mask
from worlds.arena.observations import Unfit, numbers_of
from worlds.errors import FunhouseError

MOST_ENTRIES = 1 << 24  # of an observation
Size = Annotated[int, Interval(ge=1, le=MOST_ENTRIES)]


@dataclass(frozen=True)
class Species:
    """Agents with the same observation space and the same action space: only they can imitate one another."""

    index: Annotated[int, Interval(ge=0, lt=1 << 16)]
    shape: Annotated[tuple[Size, ...], MaxLen(16)]  # of one observation
    dtype: Annotated[str, schema.one_of("float32", "uint8")]
    actions: Annotated[int, Interval(ge=1, le=1 << 15)]  # the log holds them as int16
    masked: bool  # whether some actions are illegal at times
    kind: Literal["vector", "image"]  # images are (height, width[, channels])
    # of all entries of an observation; -inf and inf where the space has no bound, None in a file
    low: Annotated[float, AllowInfNan(), BeforeValidator(lambda low: -math.inf if low is None else low)]
    high: Annotated[float, AllowInfNan(), BeforeValidator(lambda high: math.inf if high is None else high)]

    def __post_init__(self):
        if math.prod(self.shape) > MOST_ENTRIES or (self.kind == "image" and len(self.shape) not in (2, 3)):
            what = f"no observation is a {self.kind} of the shape {self.shape}"
            raise FunhouseError(what, remedy=f"choose at most {MOST_ENTRIES} numbers; an image has three axes")

    def to_dict(self) -> dict:
        """Plain JSON values; no bound is None."""
        bounds = {name: None if math.isinf(getattr(self, name)) else getattr(self, name) for name in ("low", "high")}
        return {**asdict(self), "shape": list(self.shape), **bounds}

    @classmethod
    def from_dict(cls, values: dict) -> "Species":
        """The species from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)

    @property
    def bytes(self) -> int:
        """Of one observation, uncompressed."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


def mask_bytes(form: Species) -> int:
    """Of one mask, as bits; 0 where the species has none."""
    return -(-form.actions // 8) if form.masked else 0


def forms_of(run: Mapping) -> list[Species]:
    """The species of a run, from its settings as a log has them. Raises FunhouseError as schema.read does."""
    forms = [Species.from_dict(values) for values in run["species"]]
    if not forms or [form.index for form in forms] != list(range(len(forms))):
        place = run.file if isinstance(run, schema.Document) else None
        raise FunhouseError("species are not numbered 0, 1, …", place=place, remedy="restore a copy of the file")
    return forms


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

    def unmasked(self, shown: Any, info: Any) -> tuple[Any, list]:
        """An observation without its mask, and the masks that lie beside it and in the info, if any. Raises Unfit."""
        told = [info[MASK]] if tells_mask(info) and info[MASK] is not None else []
        if not shows_mask(shown) or shown[MASK] is None:
            if self.declared:
                raise Unfit(f"it is shown no {MASK}, which its space says is there")
            if not shows_mask(shown):
                return shown, told
        else:
            told.insert(0, shown[MASK])
        if self.entry is not None and self.entry in shown and len(shown) == 2:
            return shown[self.entry], told
        rest = {key: value for key, value in shown.items() if key != MASK}
        if self.whole and not (len(rest) == 1 and isinstance(next(iter(rest.values())), Mapping)):
            return rest, told
        if len(rest) != 1:
            raise Unfit(f"it is shown {', '.join(map(str, rest)) or 'nothing'} beside its mask: the space says of one")
        return next(iter(rest.values())), told


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
