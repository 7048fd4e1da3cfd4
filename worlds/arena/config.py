"""The settings of an arena: whose environment, how long, and who perceives whom."""

import json
from dataclasses import dataclass, fields
from typing import Any

from worlds.errors import FunhouseError

MOST_STEPS = 4096


@dataclass(frozen=True)
class ArenaConfig:
    """One kind of arena. Raises FunhouseError, naming the field, where a value makes no world.

    It is hashable: `arguments` may be given as a dict and is held as canonical JSON, `keywords` is the dict.
    """

    environment: str  # mpe2.simple_tag_v3, pettingzoo.classic.connect_four_v3, or an id of PettingZoo's registry
    arguments: Any = "{}"  # what its constructor is given: a dict of JSON values, or that as JSON
    steps: int = 64  # moves of each agent in one episode
    visibility: str = "all"  # all, radius:R, partial:SHARE,INTERVAL, or module:function

    def __post_init__(self):
        from worlds.arena.visibility import parse_rule  # which needs episodes' words, not settings

        object.__setattr__(self, "environment", self.environment.removeprefix("pettingzoo:"))
        object.__setattr__(self, "arguments", _canonical(self.arguments))
        self._check("environment", bool(self.environment), "a module's path or an id of PettingZoo's registry")
        self._check("steps", 1 <= self.steps <= MOST_STEPS, f"1 to {MOST_STEPS}")
        parse_rule(self.visibility)

    def _check(self, field: str, good: bool, need: str):
        if not good:
            raise FunhouseError(f"{field} = {getattr(self, field)!r} makes no arena", remedy=f"choose {need}")

    @property
    def keywords(self) -> dict:
        """The constructor's arguments."""
        return json.loads(self.arguments)

    @property
    def world(self) -> str:
        """What the manifest of a log calls it."""
        return f"pettingzoo:{self.environment}"

    @property
    def species(self) -> "list":
        """The environment's species, [Species]; opens the environment once. Raises FunhouseError where it cannot."""
        from worlds.arena.environment import species_of

        return list(species_of(self.environment, self.arguments))

    @property
    def actions(self) -> int:
        """The most actions that any species has; opens the environment once."""
        return max(species.actions for species in self.species)

    def to_dict(self) -> dict:
        """Plain JSON values."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {"arguments": self.keywords}

    @classmethod
    def from_dict(cls, values: dict) -> "ArenaConfig":
        """The settings from to_dict's values. Raises FunhouseError naming a field that is not one."""
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise FunhouseError(f"an arena has no setting '{sorted(unknown)[0]}'", remedy="see tom run --help")
        return cls(**values)


def _canonical(arguments: Any) -> str:
    """Arguments as JSON in one form. Raises FunhouseError where they are no JSON object."""
    try:
        values = json.loads(arguments) if isinstance(arguments, str) else arguments
        if isinstance(values, dict):
            return json.dumps(values, sort_keys=True, allow_nan=False)
    except (ValueError, TypeError):
        pass
    raise FunhouseError(
        f"arguments = {arguments!r} make no environment", remedy='give a JSON object such as {"max_cycles": 64}'
    )
