"""The settings of an arena: whose environment, how long, and who perceives whom."""

import json
from dataclasses import dataclass, fields
from typing import Annotated, Any

from annotated_types import Interval, Len, MaxLen

from worlds import schema
from worlds.errors import FunhouseError
from worlds.orchard.config import MOST_STEPS

MOST_TEXT = 4096  # characters of a name or a rule


@dataclass(frozen=True)
class ArenaConfig:
    """One kind of arena. Raises FunhouseError, naming the field, where a value makes no world.

    It is hashable: `arguments` may be given as a dict and is held as canonical JSON, `keywords` is the dict.
    """

    # mpe2.simple_tag_v3, pettingzoo.classic.connect_four_v3, or an id of PettingZoo's registry
    environment: Annotated[str, Len(1, MOST_TEXT)]
    arguments: Any = "{}"  # what its constructor is given: a dict of JSON values, or that as JSON
    steps: Annotated[int, Interval(ge=1, le=MOST_STEPS)] = 64  # moves of each agent in one episode
    visibility: Annotated[str, MaxLen(MOST_TEXT)] = "all"  # all, radius:R, partial:SHARE,INTERVAL, or module:function

    def __post_init__(self):
        from worlds.arena.visibility import check_rule  # which needs episodes' words, not settings

        object.__setattr__(self, "environment", self.environment.removeprefix("pettingzoo:"))
        object.__setattr__(self, "arguments", canonical(self.arguments))
        schema.check(self, "arena")
        check_rule(self.visibility)

    @property
    def keywords(self) -> dict:
        """The constructor's arguments."""
        return json.loads(self.arguments)

    @property
    def code(self) -> tuple[str, ...]:
        """What must be trusted before this world may be played: names of modules and functions."""
        from worlds.arena.loading import code_of
        from worlds.arena.visibility import check_rule

        rule = (self.visibility,) if check_rule(self.visibility) is None else ()
        return (*code_of(self.environment, self.keywords), *rule)

    @property
    def world(self) -> str:
        """What the manifest of a log calls it."""
        return f"pettingzoo:{self.environment}"

    @property
    def species(self) -> "list":
        """The environment's species, [Species]; opens the environment once. Raises FunhouseError where it cannot."""
        from worlds.arena.seats import seats_of

        return list(seats_of(self.environment, self.arguments)[0])

    @property
    def actions(self) -> int:
        """The most actions that any species has; opens the environment once."""
        return max(species.actions for species in self.species)

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {"arguments": self.keywords}

    @classmethod
    def from_dict(cls, values: dict) -> "ArenaConfig":
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)


def canonical(arguments: Any) -> str:
    """Arguments as JSON in one form. Raises FunhouseError where they are no JSON object."""
    try:
        values = json.loads(arguments) if isinstance(arguments, str) else arguments
        if isinstance(values, dict):
            return json.dumps(values, sort_keys=True, allow_nan=False)
    except (ValueError, TypeError, RecursionError):  # the last of brackets within brackets without end
        pass
    what = f"arguments = {schema.shown(arguments)} make no environment"
    raise FunhouseError(what, remedy='give a JSON object such as {"max_cycles": 64}')
