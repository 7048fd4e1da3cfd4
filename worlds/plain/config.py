"""The settings of a world of one's own: the class that makes it, and all that a log of it is read by."""

import json
from dataclasses import dataclass, fields
from typing import Annotated, Any

from annotated_types import Interval, Len

from worlds import schema
from worlds.arena.config import canonical
from worlds.errors import FunhouseError
from worlds.orchard.config import MOST_AGENTS, MOST_STEPS
from worlds.trust import is_class_name

MOST_PLACES = 1 << 12
MOST_CELLS = 1 << 19  # steps times places, of an episode
Word = Annotated[str, Len(1, 64)]


@dataclass(frozen=True)
class PlainConfig:
    """One world. Raises FunhouseError, naming the field, where a value makes none.

    It is hashable: `arguments` may be given as a dict and is held as canonical JSON, `keywords` is the dict.
    """

    world: Annotated[str, schema.Needs(is_class_name, "a module and a class of it, MODULE:NAME")]
    agents: Annotated[int, Interval(ge=1, le=MOST_AGENTS)]
    steps: Annotated[int, Interval(ge=1, le=MOST_STEPS)]
    places: Annotated[int, Interval(ge=1, le=MOST_PLACES)]
    contents: Annotated[int, Interval(ge=1, le=1 << 15)]  # how many things a place may hold, nothing included
    actions: Annotated[tuple[Word, ...], Len(1, 256)]
    arguments: Any = "{}"  # the fields of the class: a dict of JSON values, or that as JSON

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", canonical(self.arguments))
        schema.check(self, "world")
        if self.steps * self.places > MOST_CELLS:
            what = f"{self.steps} steps of {self.places} places are more than {MOST_CELLS:,} in all"
            raise FunhouseError(what, place=self.world, remedy="ask for fewer steps")

    @property
    def keywords(self) -> dict:
        """The fields of the class."""
        return json.loads(self.arguments)

    def to_dict(self) -> dict:
        """Plain JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"actions": list(self.actions), "arguments": self.keywords}

    @classmethod
    def from_dict(cls, values: dict) -> "PlainConfig":
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)
