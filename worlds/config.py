"""The orchard's settings, checked when they are made."""

from dataclasses import asdict, dataclass, fields
from functools import cached_property, lru_cache

import numpy as np

from worlds.errors import FunhouseError
from worlds.maps import GLASS, MAP_KINDS, MOST_CELLS, glass_of, map_text, parse_map, read_map

ACTIONS = ("stay", "north", "south", "west", "east")
KINDS = ("red", "blue", "green", "gold", "violet", "white")
MOST_AGENTS = 64
OPTIONS = ("mirrors", "marks")  # settings that are written down only where they are on


@dataclass(frozen=True)
class OrchardConfig:
    """One kind of orchard. Raises FunhouseError, naming the field, where a value makes no world."""

    height: int = 8  # cells; of a map file, that file's
    width: int = 8
    map: str = "rooms"  # open, rooms, maze, mixed, or a map file: its path is replaced by what it holds
    kinds: int = 3  # kinds of fruit
    fruits: int = 6  # of each kind
    agents: int = 8
    steps: int = 48
    sights: tuple[int, ...] = (2, 6)  # Chebyshev radius of near and of far sight, cells
    roles: str = "announced"  # or hidden: no percept holds any role
    mirrors: bool = False  # whether a map file may hold a mirror
    marks: float = 0.0  # the chance, for each agent and step, of becoming marked; 0: there are no marks

    def __post_init__(self):
        object.__setattr__(self, "sights", tuple(int(s) for s in self.sights))
        object.__setattr__(self, "marks", float(self.marks))
        if self.map not in (*MAP_KINDS, "mixed"):
            self._read_map()
        self._check("height", self.height >= 3, "at least 3")
        self._check("width", self.width >= 3, "at least 3")
        self._check("height", self.height * self.width <= MOST_CELLS, f"at most {MOST_CELLS} cells in all")
        self._check("kinds", 1 <= self.kinds <= len(KINDS), f"1 to {len(KINDS)}")
        self._check("fruits", self.fruits >= 1, "at least 1")
        self._check("agents", 1 <= self.agents <= MOST_AGENTS, f"1 to {MOST_AGENTS}")
        self._check("steps", 1 <= self.steps <= 4096, "1 to 4096")
        self._check("roles", self.roles in ("announced", "hidden"), "announced or hidden")
        self._check("mirrors", not self.mirrors or "\n" in self.map, "False, or a map file that holds one")
        self._check("marks", 0 <= self.marks <= 1, "a chance from 0 to 1")
        ordered = len(self.sights) == 2 and 0 <= self.sights[0] < self.sights[1]
        self._check("sights", ordered, "two radii, the near one first and smaller")
        room = self.agents + self.kinds * self.fruits + 1
        self._check("fruits", room <= self.height * self.width, "few enough for the map")

    def _read_map(self):
        """Holds the map itself, so that a log can be read where its map file is not."""
        drawn = "\n" in self.map
        text = _canonical(self.map if drawn else read_map(self.map), "the map" if drawn else self.map)
        if GLASS in text and not self.mirrors:
            raise FunhouseError("there is a mirror on the map", remedy="say that there may be: --mirrors")
        lines = text.splitlines()
        for field, value in (("map", text), ("height", len(lines)), ("width", len(lines[0]))):
            object.__setattr__(self, field, value)

    def _check(self, field: str, good: bool, need: str):
        if not good:
            raise FunhouseError(f"{field} = {getattr(self, field)!r} makes no orchard", remedy=f"choose {need}")

    @property
    def action_names(self) -> tuple[str, ...]:
        """What agents can do: worlds.ACTIONS, and where there are marks, wash."""
        return (*ACTIONS, "wash") if self.marks else ACTIONS

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the map."""
        return self.height, self.width

    @cached_property
    def glass(self) -> np.ndarray | None:
        """(h, w) bool: the walls of glass; None without mirrors."""
        return glass_of(self.map) if self.mirrors and "\n" in self.map else None

    @property
    def room(self) -> int:
        """The floor cells that a map must have: for the fruits, the agents and one more."""
        return self.kinds * self.fruits + self.agents + 1

    def to_dict(self) -> dict:
        """Plain JSON values; an option that is off is left out."""
        values = {**asdict(self), "sights": list(self.sights)}
        return {name: value for name, value in values.items() if name not in OPTIONS or value}

    @classmethod
    def from_dict(cls, values: dict) -> "OrchardConfig":
        """The settings from to_dict's values. Raises FunhouseError naming a field that is not one."""
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise FunhouseError(f"an orchard has no setting '{sorted(unknown)[0]}'", remedy="see tom run --help")
        return cls(**{**values, "sights": tuple(values.get("sights", (2, 6)))})


@lru_cache(maxsize=64)
def _canonical(text: str, place: str) -> str:
    """A map as it is written down. Raises FunhouseError as parse_map does."""
    return map_text(parse_map(text, place), glass_of(text))
