"""What the sights of a species are like where it lives: means and deviations, measured in a short match.

Without them a projection is a constant in one environment and noise in another, and members are all alike. They
are rounded and kept in the settings, so that nobody has to measure again, on this machine or on another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from agents.arena.random_policies import PROJECTIONS
from worlds import dice
from worlds.arena import ArenaConfig
from worlds.arena.failure import persist
from worlds.arena.match import Match
from worlds.arena.own_process import apart

STEPS = 64  # moves of each agent in the match
WATCHED = 24  # agents of a species that are measured
DIGITS = 4
_STREAM = 9  # of dice.key: no split of a log

Statistics = tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
# Of a species, observations (m, *shape) and masks (m, actions): raw sights (m, l), chances (m, actions).
Look = Callable[[int, np.ndarray], np.ndarray]
Act = Callable[[int, np.ndarray, np.ndarray, np.ndarray], np.ndarray]

PLAIN = ((0.0,) * PROJECTIONS, (1.0,) * PROJECTIONS)


def measure(config: ArenaConfig, species: int, look: Look, act: Act, seed: int) -> Statistics:
    """The statistics of all `species` while agents behave as `act` says, which also gets their seats (m,).

    Raises FunhouseError where the environment does not play.
    """
    # Whatever the rules of a run, its environment has the same bank; and nobody need see anybody here.
    alone = replace(config, steps=STEPS, visibility="partial:0,1")
    key = int(dice.key(seed, _STREAM, species))
    seen, _ = persist(key, lambda attempt: apart(_play, alone, attempt, species, look, act))
    return tuple(_summary(parts) for parts in seen)


def _play(config: ArenaConfig, key: int, species: int, look: Look, act: Act) -> list[list[np.ndarray]]:
    """The raw sights of a match, for each species."""
    seen: list[list[np.ndarray]] = [[] for _ in range(species)]
    match = Match(config, key)
    try:
        kinds = match.environment.seat_species
        while not match.over:
            turn = np.array(match.turn())
            actions: dict[int, int] = {}
            for kind in np.unique(kinds[turn]):
                seats = turn[kinds[turn] == kind]
                observation, mask = match.views(seats)
                seen[kind].append(look(int(kind), observation[:WATCHED]))
                chances = act(int(kind), seats, observation, mask)
                for seat, row in zip(seats.tolist(), chances, strict=True):
                    actions[seat] = _draw(key, match.step, seat, row)
            match.play(actions)
    finally:
        match.close()
    return seen


def _draw(key: int, step: int, seat: int, chances: np.ndarray) -> int:
    """One action; what is illegal has no chance, and is not drawn by rounding either."""
    chance = dice.pick(np.uint64(key), step, seat, dice.ACTION, 1 << 31) / (1 << 31)
    total = np.cumsum(chances)
    return int(min(np.searchsorted(total, chance * total[-1], side="right"), np.flatnonzero(chances)[-1]))


def _summary(parts: Sequence[np.ndarray]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Rounded means and deviations of sights [(m, l)]; a sight that never changes is left as it is."""
    if not parts:
        return PLAIN
    sights = np.concatenate(parts)
    deviation = sights.std(0)
    return _round(sights.mean(0)), _round(np.where(deviation > 1e-6, deviation, 1.0))


def _round(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values)
