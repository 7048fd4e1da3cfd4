"""Which agents of an environment are named, recorded and asked: all of a small one, some of a crowd."""

from dataclasses import dataclass

import numpy as np

from worlds import dice
from worlds.arena.environment import Environment
from worlds.arena.visibility import distances
from worlds.errors import FunhouseError

CROWD = 24  # agents; above, a cast is chosen
FOCAL, OTHERS = 16, 47  # of a crowd: those that perceive others, and those that they may perceive


@dataclass(frozen=True)
class Cast:
    """The agents of an episode, n of them, in the order of their seats."""

    seats: np.ndarray  # n   int64  their seats in the environment
    focal: np.ndarray  # n   bool   who perceives others
    crowded: bool  # whether the environment has others beside them, who act and are recorded nowhere


def cast_of(environment: Environment, key: int) -> Cast:
    """The cast of the episode of that key; the environment stands at the beginning of its first game.

    Of a crowd, 16 agents are drawn from the key; each in turn brings the nearest agent that is not yet there (or the
    first, where positions do not tell), until there are 47 others.
    """
    count = len(environment.seats)
    if count <= CROWD:
        return Cast(np.arange(count), np.ones(count, bool), False)
    lot = [dice.pick(np.uint64(key), 0, seat, dice.CAST, (1 << 32) - 1) for seat in range(count)]
    focal = np.argsort(lot, kind="stable")[:FOCAL]
    seats = np.sort(np.concatenate([focal, _company(environment, focal, min(OTHERS, count - FOCAL))]))
    return Cast(seats, np.isin(seats, focal), True)


def _company(environment: Environment, focal: np.ndarray, count: int) -> np.ndarray:
    try:
        place = environment.positions()
    except FunhouseError:  # nobody asked for them: a rule that needs them will say what is wrong
        place = None
    far = np.zeros((len(environment.seats),) * 2) if place is None else np.nan_to_num(distances(place), nan=np.inf)
    queues = [iter(np.argsort(far[seat], kind="stable")) for seat in focal]
    chosen = dict.fromkeys(focal.tolist())
    while len(chosen) < len(focal) + count:
        for queue in queues[: len(focal) + count - len(chosen)]:
            chosen[next(int(seat) for seat in queue if int(seat) not in chosen)] = None
    return np.array(list(chosen)[len(focal) :], np.int64)
