"""What came about in an episode of the orchard, as wishes have it, and so which wishes came true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from agents.orchard.happenings import Land
from agents.wishes.event import Event
from agents.wishes.progress import came_true
from agents.wishes.wish import Ground, Wish, place_of
from worlds import KINDS, Episode, FunhouseError
from worlds.orchard.fortune import carry_out, fortune_of
from worlds.orchard.rules import _eater

_told: WeakKeyDictionary[Episode, list[list[Event]]] = WeakKeyDictionary()


def hindsight(episode: Episode, agent: int, step: int, wish: Wish) -> bool:
    """Whether a wish of an agent, by index, made at a step, came true in an episode, as whomever it was acting.

    So a training can draw the sentence first and keep it only where it came true. Raises FunhouseError for a step that
    there is not, and for a deadline past the end.
    """
    episode.check_step(step)
    if wish.steps is not None and not 1 <= wish.steps <= episode.steps - step:
        what = f"{wish.steps} steps from step {step} on are not in this episode"
        remedy = f"give it 1 to {episode.steps - step}"
        raise FunhouseError(what, place=f"episode {episode.index}", remedy=remedy)
    return came_true(wish, events(episode)[agent][step:])


def events(episode: Episode) -> list[list[Event]]:
    """[n][t] what each step brought each agent."""
    if episode not in _told:
        land, after, eaten = Land(episode.geometry, episode.walls.shape), arrivals(episode), meals(episode)
        cell, fruit = episode.cell.astype(np.int64), episode.fruit.reshape(episode.steps, -1)
        best = favourites([None if agent.stranger else agent.type["taste"] for agent in episode.agents])
        every = range(len(episode.agents))
        _told[episode] = [land.happened(i, cell, after, fruit, eaten[:, i], best) for i in every]
    return _told[episode]


def favourites(tastes: Sequence[str | None]) -> np.ndarray:
    """(n,) int64: the kind of fruit that each taste, as types have it, likes best; -1 for who has none."""
    return np.array([-1 if taste is None else KINDS.index(taste.split(">")[0]) for taste in tastes])


def places(episode: Episode) -> list[str]:
    """[cells] the place in which each cell lies."""
    return list(_places(*episode.walls.shape))


@lru_cache(maxsize=64)
def _places(height: int, width: int) -> tuple[str, ...]:
    return tuple(place_of(cell // width, cell % width, height, width) for cell in range(height * width))


def arrivals(episode: Episode) -> np.ndarray:
    """(t, n) int64: the cell of each agent after the moves of each step."""
    neighbor, last = episode.geometry.neighbor, episode.steps - 1
    key, done = np.uint64(episode.seed), np.empty(len(episode.agents), np.int8)
    carry_out(episode.action[last], key, last, fortune_of(episode.config, int(key)), done)
    moved = neighbor[episode.cell[last], np.where(done < neighbor.shape[1], done, 0)]  # who washes stays
    return np.concatenate([episode.cell[1:], moved[None]]).astype(np.int64)


def meals(episode: Episode) -> np.ndarray:
    """(t, n) int64: the kind of fruit that each agent ate at each step, -1 for none; of several on a cell one ate."""
    after = arrivals(episode)
    eaten = np.take_along_axis(episode.fruit.reshape(episode.steps, -1).astype(np.int64), after, 1)
    for t, row in enumerate(after):
        for cell, count in Counter(row.tolist()).items():
            if count > 1:
                there = np.flatnonzero(row == cell)
                eater = _eater(row, there[0], np.uint64(episode.seed), t)
                eaten[t, there[there != eater]] = -1
    return eaten


def ground_at(episode: Episode, agent: int, step: int) -> Ground:
    """What an agent, by index, can wish for at a step."""
    fruit, place, at = episode.fruit[step].ravel(), places(episode), episode.cell[step, agent]
    counts = {kind: int((fruit == k).sum()) for k, kind in enumerate(KINDS[: episode.config.kinds])}
    reached = np.flatnonzero(episode.geometry.distance[at] < 255)
    there, others = frozenset(place[cell] for cell in reached), len(episode.agents) - 1
    return Ground(counts, episode.config.regrow, there, episode.steps - step, others)
