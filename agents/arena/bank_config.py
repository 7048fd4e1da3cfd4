"""The settings of a bank of policies, as JSON: they and the environment's species make the bank, bit for bit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Gt, Interval, MaxLen, MinLen

from worlds import schema

MOST_RANDOM = 4096  # members of a kind, for each species
MOST_OWN = 256  # policies of a user

Count = Annotated[int, Interval(ge=0, le=MOST_RANDOM)]
Numbers = tuple[float, ...]


@dataclass(frozen=True)
class BankConfig:
    """Which members a species has. Raises FunhouseError, naming the field, where a value makes no bank."""

    random_linear: Count = 12  # members that are linear in their sights, for each species
    random_mlp: Count = 12  # members with a hidden layer above them, for each species
    # of the habits, in turn: how decisive members are
    temperatures: Annotated[tuple[Annotated[float, Gt(0)], ...], MinLen(1), MaxLen(MOST_RANDOM)] = (0.4, 0.5, 0.65, 0.8)
    scripted: bool = True  # policies by hand, where the environment is a listed one
    # of a user: module:function, or module:function@SPECIES for one species only
    callables: Annotated[tuple[str, ...], MaxLen(MOST_OWN)] = ()
    # of the members of each kind that never occur in training
    held_out_share: Annotated[float, Interval(ge=0, lt=1)] = 1 / 6
    # probability spread evenly over the legal actions, of every member: every action is possible
    floor: Annotated[float, Interval(gt=0, le=1)] = 0.02
    seed: Annotated[int, Interval(ge=0, lt=2**63)] = 0  # of the random members, and of who is held out
    # Means and deviations of the sights of each species, ((means), (deviations)), as measured: see calibration.py.
    statistics: tuple[tuple[Numbers, Numbers], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperatures", tuple(float(each) for each in self.temperatures))
        object.__setattr__(self, "callables", tuple(self.callables))
        object.__setattr__(self, "statistics", _tuples(self.statistics))
        schema.check(self, "bank")

    @property
    def code(self) -> tuple[str, ...]:
        """The user's functions that are members, "module:function": they must be trusted before they are asked."""
        return tuple(dict.fromkeys(path.partition("@")[0] for path in self.callables))

    def to_dict(self) -> dict:
        """The fields as JSON values (tuples become lists)."""
        return {name: _lists(value) for name, value in dataclasses.asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping) -> BankConfig:
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)

    def difference(self, other: BankConfig) -> str | None:
        """In what two banks of the same environment differ, in words; None where they are the same."""
        one, two = self.to_dict(), other.to_dict()
        apart = [name for name in one if one[name] != two[name] and name != "statistics"]
        if apart:
            told = ", ".join(f"{name} {one[name]!r} and {two[name]!r}" for name in apart)
            return f"their members are others ({told})"
        if self.statistics != other.statistics:
            return "their members have the same names and another calibration (statistics)"
        return None


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, (list, tuple)) else value


def _lists(value: Any) -> Any:
    return [_lists(each) for each in value] if isinstance(value, (list, tuple)) else value
