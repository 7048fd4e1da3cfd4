"""The environments that this project is tested with, and what was found of each: one table.

`deterministic` says whether a whole match is the same when it is played again from its seed, in another process, with
the global generators elsewhere and with other matches beside it; tests/worlds/arena/test_listed.py measures it.
Knights_archers_zombies keeps the clock of its zombies from game to game, and so a reset alone does not bring a game
back: a match has an environment of its own.

A log may name these, by these specifications alone (worlds/trust.py): with "/" for ".", and without "pettingzoo." or
with it. Nothing else of PettingZoo's registry is taken on a log's word, for it was not looked at here. They are also
given only ordinary arguments unasked: no window, no path, no world so large that memory runs out. The orchard behind
PettingZoo's interface, funhouse/orchard-v0, is ours, and may be named like these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worlds.orchard.config import MAP_KINDS


@dataclass(frozen=True)
class Listed:
    """One environment, with its usual arguments."""

    environment: str
    in_turn: bool  # agents act one at a time
    agents: tuple[int, ...]  # how many of each species
    shapes: tuple[tuple[int, ...], ...]  # of each species' observations
    actions: tuple[int, ...]
    masked: bool
    unit: str | None  # of positions, None where nothing tells them
    radius: float | None  # at which an agent sees some of the others
    deterministic: bool


LISTED = (
    Listed(
        "mpe2.simple_tag_v3", False, (3, 1), ((16,), (14,)), (5, 5), False, "half the field", 0.8, True
    ),
    Listed(
        "mpe2.simple_adversary_v3", False, (1, 2), ((8,), (10,)), (5, 5), False, "half the field", 0.8, True
    ),
    Listed(
        "mpe2.simple_world_comm_v3", False, (1, 3, 2), ((34,), (34,), (28,)), (20, 5, 5), False,
        "half the field", 0.8, True,
    ),
    Listed("pettingzoo.sisl.pursuit_v5", False, (8,), ((7, 7, 3),), (5,), False, "cells of 16 x 16", 5, True),
    Listed(
        "pettingzoo.butterfly.knights_archers_zombies_v11", False, (4,), ((27, 5),), (6,), False,
        "pixels of 1280 x 720", 200, True,
    ),
    Listed("pettingzoo.classic.rps_v2", False, (2,), ((4,),), (3,), False, None, None, True),
    Listed("pettingzoo.classic.tictactoe_v3", True, (2,), ((3, 3, 2),), (9,), True, None, None, True),
    Listed("pettingzoo.classic.connect_four_v3", True, (2,), ((6, 7, 2),), (7,), True, None, None, True),
    Listed("pettingzoo.classic.leduc_holdem_v4", True, (2,), ((36,),), (4,), True, None, None, True),
    Listed(
        "magent2.environments.battlefield_v5", False, (24,), ((13, 13, 5),), (21,), False, "cells of 80 x 80", 8, True
    ),
    Listed(
        "magent2.environments.gather_v5", False, (495,), ((15, 15, 5),), (33,), False, "cells of 200 x 200", 8, True
    ),
)  # fmt: skip

_OURS = {"funhouse/orchard-v0": "worlds.orchard.pettingzoo_api"}  # the id that our own orchard is registered under
_MODULES = frozenset((*(one.environment for one in LISTED), *_OURS.values()))
_MOST = 256  # what a number in a constructor's arguments may be, where nothing else is said
_MOST_OF = {"max_cycles": 1 << 20, "seed": 1 << 32, "obs_range": 31}
_WORDS = {
    "obs_method": ("vector", "vector-masked", "vector-sequence"),
    "map": (*MAP_KINDS, "mixed"),
    "roles": ("announced", "hidden"),
    "render_mode": ("rgb_array",),
}


def listed_module(spec: str) -> str | None:
    """The full path of a listed environment's module, None where a specification names none."""
    if spec in _OURS:
        return _OURS[spec]
    path = spec.replace("/", ".")
    return next((full for full in (path, f"pettingzoo.{path}") if full in _MODULES), None)


def is_ordinary(keywords: Mapping[str, Any]) -> bool:
    """Whether a listed environment may be given these arguments on the word of a log."""
    return all(_is_ordinary(name, value) for name, value in keywords.items())


def _is_ordinary(name: str, value: Any) -> bool:
    if isinstance(value, str):
        return value in _WORDS.get(name, ())
    return value is None or (isinstance(value, int | float) and abs(value) <= _MOST_OF.get(name, _MOST))
