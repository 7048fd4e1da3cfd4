"""The orchard's settings, checked when they are made."""

from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Annotated

import numpy as np
from annotated_types import Interval, Len, MaxLen

from worlds import schema
from worlds.errors import FunhouseError
from worlds.orchard.map_rows import FLOOR, GLASS, MAP_KINDS, read_map
from worlds.orchard.maps import MOST_CELLS, glass_of, map_text, parse_map

ACTIONS = ("stay", "north", "south", "west", "east")
DIAGONALS = ("northwest", "northeast", "southwest", "southeast")  # with moves=8 they follow on ACTIONS
KINDS = ("red", "blue", "green", "gold", "violet", "white")
MOST_AGENTS = 64
MOST_STEPS = 4096
# Settings that are written down only where they are others.
OPTIONS = {
    "mirrors": False, "marks": 0.0, "moves": 4, "apart": False, "regrow": True, "slip": 0.0, "luck": 0.0,
    "compass": False,
}  # fmt: skip
Chance = Annotated[float, Interval(ge=0, lt=1)]


_LEAST = 3  # cells a side
Side = Annotated[int, Interval(ge=_LEAST, le=MOST_CELLS)]
# In a file a map is a kind or the drawn map itself: what a file says is never opened.
_FIXED = schema.Needs(lambda text: text in (*MAP_KINDS, "mixed") or "\n" in text, "a kind of map or a drawn map")


@dataclass(frozen=True)
class OrchardConfig:
    """One kind of orchard. Raises FunhouseError, naming the field, where a value makes no world."""

    height: Side = 8  # cells; of a map file, that file's
    width: Side = 8
    # open, rooms, maze, mixed, or a map file: its path is replaced by what it holds
    map: Annotated[str, MaxLen(4 * MOST_CELLS), _FIXED] = "rooms"
    kinds: Annotated[int, Interval(ge=1, le=len(KINDS))] = 3  # kinds of fruit
    fruits: Annotated[int, Interval(ge=1, le=MOST_CELLS)] = 6  # of each kind
    agents: Annotated[int, Interval(ge=1, le=MOST_AGENTS)] = 8
    steps: Annotated[int, Interval(ge=1, le=MOST_STEPS)] = 48
    # Chebyshev radius of near and of far sight, cells
    sights: Annotated[tuple[Annotated[int, Interval(ge=0, le=MOST_CELLS)], ...], Len(2, 2)] = (2, 6)
    roles: Annotated[str, schema.one_of("announced", "hidden")] = "announced"  # hidden: no percept holds any role
    mirrors: bool = False  # whether a map file may hold a mirror
    # the chance, for each agent and step, of becoming marked; 0: there are no marks
    marks: Annotated[float, Interval(ge=0, le=1)] = 0.0
    moves: Annotated[int, schema.Needs((4, 8).__contains__, "4 or 8")] = 4  # neighbours that one step leads to
    apart: bool = False  # whether drawn maps of different splits differ in 3 cells or more, however they are turned
    regrow: bool = True  # whether a fruit that is eaten grows elsewhere; else it is gone for good
    slip: Chance = 0.0  # the chance that an action is replaced by one drawn uniformly
    luck: Chance = 0.0  # the chance that a fruit which is eaten is worth nothing
    compass: bool = False  # whether which of eight ways north goes is drawn for each episode, and hidden

    OPTIONAL = tuple(OPTIONS)

    def __post_init__(self):
        object.__setattr__(self, "sights", tuple(int(s) for s in self.sights))
        for chance in ("marks", "slip", "luck"):
            object.__setattr__(self, chance, float(getattr(self, chance)))
        place = None if self.map in (*MAP_KINDS, "mixed") else self._read_map()
        schema.check(self, "orchard")
        self._check("height", self.height * self.width <= MOST_CELLS, f"at most {MOST_CELLS} cells in all")
        self._check("mirrors", not self.mirrors or self._drawn, "False, or a map file that holds one")
        self._check("sights", self.sights[0] < self.sights[1], "two radii, the near one first and smaller")
        self._check("moves", self.moves == 4 or not (self.marks or self.mirrors), "4, for there are marks or mirrors")
        self._check("compass", self.moves == 8 or not self.compass, "False, or moves = 8: north then goes eight ways")
        self._check("slip", not (self.slip and (self.marks or self.mirrors)), "0, for there are marks or mirrors")
        self._check("luck", not (self.luck and self.mirrors), "0, for there are mirrors")
        what = "cells of floor" if self._drawn else "cells"
        needed = f"with {self.agents} agents {self.room} are needed; or a larger map"
        self._check("fruits", self.room <= self._cells, f"few enough for its {self._cells} {what}: {needed}", place)

    @property
    def _drawn(self) -> bool:
        """Whether the map is one that somebody drew, and no kind of maps."""
        return "\n" in self.map

    @property
    def _cells(self) -> int:
        """How many cells there are; of a drawn map those on which a body can be."""
        return self.map.count(FLOOR) if self._drawn else self.height * self.width

    def _read_map(self) -> str:
        """Holds the map itself, so that a log can be read where its map file is not; returns where it stands."""
        place = "the map" if self._drawn else self.map
        text = _canonical(self.map if self._drawn else read_map(self.map), place)
        if GLASS in text and not self.mirrors:
            raise FunhouseError("there is a mirror on the map", place=place, remedy="say that there may be: --mirrors")
        height, width = len(lines := text.splitlines()), len(lines[0])
        if min(height, width) < _LEAST:
            what, remedy = f"the map has {height} rows and {width} columns", f"draw {_LEAST} or more of each"
            raise FunhouseError(what, place=place, remedy=remedy)
        for field, value in (("map", text), ("height", height), ("width", width)):
            object.__setattr__(self, field, value)
        return place

    def _check(self, field: str, good: bool, need: str, place: str | None = None):
        if not good:
            what = f"{field} = {getattr(self, field)!r} makes no orchard"
            raise FunhouseError(what, place=place, remedy=f"choose {need}")

    @property
    def action_names(self) -> tuple[str, ...]:
        """What agents can do: worlds.ACTIONS, with eight moves the diagonal ones, and where there are marks, wash."""
        return (*ACTIONS, *(DIAGONALS if self.moves == 8 else ()), *(("wash",) if self.marks else ()))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the map."""
        return self.height, self.width

    @cached_property
    def glass(self) -> np.ndarray | None:
        """(h, w) bool: the walls of glass; None without mirrors."""
        return glass_of(self.map) if self.mirrors and self._drawn else None

    @property
    def room(self) -> int:
        """The floor cells that a map must have: for the fruits, the agents and one more."""
        return self.kinds * self.fruits + self.agents + 1

    def to_dict(self) -> dict:
        """Plain JSON values; an option that is off is left out."""
        values = {**asdict(self), "sights": list(self.sights)}
        return {name: value for name, value in values.items() if value != OPTIONS.get(name, ...)}

    @classmethod
    def from_dict(cls, values: dict) -> "OrchardConfig":
        """The settings from to_dict's values. Raises FunhouseError as schema.read does; it opens no file."""
        return schema.read(cls, values)


@lru_cache(maxsize=64)
def _canonical(text: str, place: str) -> str:
    """A map as it is written down. Raises FunhouseError as parse_map does."""
    return map_text(parse_map(text, place), glass_of(text))
