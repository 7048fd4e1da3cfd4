"""The settings of a bank of policies, as JSON: they and the environment's species make the bank, bit for bit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worlds import FunhouseError


@dataclass(frozen=True)
class BankConfig:
    """Which members a species has. Raises FunhouseError, naming the field, where a value makes no bank."""

    random_linear: int = 12  # members that are linear in their sights, for each species
    random_mlp: int = 12  # members with a hidden layer above them, for each species
    temperatures: tuple[float, ...] = (0.4, 0.5, 0.65, 0.8)  # of the habits, in turn: how decisive members are
    scripted: bool = True  # policies by hand, where the environment is a listed one
    callables: tuple[str, ...] = ()  # of a user: module:function, or module:function@SPECIES for one species only
    held_out_share: float = 1 / 6  # of the members of each kind that never occur in training
    floor: float = 0.02  # probability spread evenly over the legal actions, of every member
    seed: int = 0  # of the random members, and of who is held out
    # Means and deviations of the sights of each species, ((means), (deviations)), as measured: see calibration.py.
    statistics: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperatures", tuple(float(each) for each in self.temperatures))
        object.__setattr__(self, "callables", tuple(self.callables))
        object.__setattr__(self, "statistics", _tuples(self.statistics))
        self._check("random_linear", self.random_linear >= 0, "at least 0")
        self._check("random_mlp", self.random_mlp >= 0, "at least 0")
        self._check("temperatures", bool(self.temperatures) and min(self.temperatures) > 0, "numbers above 0")
        self._check("held_out_share", 0 <= self.held_out_share < 1, "at least 0 and below 1")
        self._check("floor", 0 < self.floor <= 1, "above 0 and at most 1, so that every action is possible")

    def _check(self, field: str, good: bool, need: str) -> None:
        if not good:
            raise FunhouseError(f"{field} = {getattr(self, field)!r} makes no bank", remedy=f"choose {need}")

    def to_dict(self) -> dict:
        """The fields as JSON values (tuples become lists)."""
        return {name: _lists(value) for name, value in dataclasses.asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping) -> BankConfig:
        """The settings from to_dict's values. Raises FunhouseError naming a field that is not one."""
        unknown = set(values) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise FunhouseError(f"a bank has no setting '{sorted(unknown)[0]}'", remedy="see tom run --help")
        return cls(**values)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, (list, tuple)) else value


def _lists(value: Any) -> Any:
    return [_lists(each) for each in value] if isinstance(value, (list, tuple)) else value
