"""Who has a seat in an environment, and of which species: found once, in a process of its own."""

import json
import os
from functools import lru_cache

from worlds.arena.environment import Environment
from worlds.arena.listed import listed_module
from worlds.arena.loading import maker_of
from worlds.arena.own_process import Death, apart
from worlds.arena.spaces import Species
from worlds.errors import FunhouseError


@lru_cache(maxsize=64)
def seats_of(spec: str, arguments: str) -> tuple[tuple[Species, ...], tuple[int, ...]]:
    """The species of an environment with these arguments (JSON), and the species of each of its seats.

    It is opened once, in a process of its own. Raises FunhouseError.
    """
    try:
        species, seats, threads = apart(_seats_of, spec, arguments)
    except Death as death:
        remedy = death.remedy or "mend the environment, or choose other constructor arguments"
        raise FunhouseError(f"it cannot be opened: {death.what}", place=spec, remedy=remedy) from death
    if not threads or listed_module(spec):
        maker_of(spec)  # it can be imported: so later processes need not do so
    return species, seats


def _seats_of(spec: str, arguments: str) -> tuple[tuple[Species, ...], tuple[int, ...], bool]:
    """The same; and whether its import begins threads, for a process is not forked soundly where they have run."""
    threads = _threads()
    maker_of(spec)
    threads = _threads() - threads
    environment = Environment.open(spec, json.loads(arguments))
    environment.close()
    return tuple(environment.species), tuple(environment.seat_species.tolist()), threads > 0


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0
