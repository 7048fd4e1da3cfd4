"""What an environment may do wrong, and what becomes of the episode: dropped, reported with its seed, replaced."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from worlds import dice
from worlds.arena.time_limit import MORE
from worlds.errors import FunhouseError

ATTEMPTS = 32  # keys that are tried for one episode
HANGS = 4  # in a row, from the first on, after which an environment is given up: each costs all the patience there is

T = TypeVar("T")


class ArenaFailure(FunhouseError):
    """An environment raised, returned NaN or an illegal mask, never ends, or lost an agent.

    `place` names the environment and the seed of the game; the episode counts for nothing. `late`: it took too long.
    """

    def __init__(self, what: str, *, place: str | None = None, remedy: str | None = None, late: bool = False):
        super().__init__(what, place=place, remedy=remedy)
        self.late = late


@dataclass(frozen=True)
class Dropped:
    """An episode that failed: its key, and what the environment did."""

    seed: int
    reason: str


def attempt_key(key: int, attempt: int) -> int:
    """The key of an episode's attempt, uint64: the episode's own one first."""
    return int(dice.key(np.uint64(key), 0, attempt)) if attempt else int(key)


def persist(key: int, play: Callable[[int], T]) -> tuple[T, list[Dropped]]:
    """What `play` makes of the first attempt at an episode that does not fail, and those that did.

    Raises FunhouseError, with the keys that were tried, where none stands: the log cannot be whole then.
    """
    dropped: list[Dropped] = []
    hangs, remedy = 0, None
    for attempt in range(ATTEMPTS):
        seed = attempt_key(key, attempt)
        try:
            return play(seed), dropped
        except ArenaFailure as failure:
            where = f" ({failure.place})" if failure.place else ""
            dropped.append(Dropped(seed, f"{failure.what}{where}"))
            hangs, remedy = hangs + failure.late, failure.remedy
        if hangs == len(dropped) == HANGS:
            raise hung(dropped[-1].reason)
    raise FunhouseError(
        f"the environment failed {ATTEMPTS} times in a row: {dropped[-1].reason}",
        place=f"seeds {', '.join(str(one.seed) for one in dropped)}",
        remedy=remedy or "mend the environment, or choose other constructor arguments",
    )


def hung(reason: str) -> FunhouseError:
    """The error that says that an environment is not waited for any longer."""
    return FunhouseError(f"the environment hung {HANGS} times in a row: {reason}", remedy=MORE)
