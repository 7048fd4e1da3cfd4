"""A control that must score as nothing: a planner that represents itself and pays no heed to the question."""

from collections.abc import Sequence

import numpy as np

from agents.answer import AnyEpisode
from agents.query import Query
from worlds import KINDS, Episode

PLANNER = "A* planner"


def planned(episode: Episode, agent: int, step: int) -> int:
    """The first action of a shortest path from the agent to the nearest fruit of its favourite kind.

    It knows the whole map and every fruit, seen or not. This is A* (Hart, Nilsson & Raphael 1968) with a
    perfect heuristic, the walking distances that the map's tables hold, so nothing off the path is ever
    expanded.
    """
    favourite = KINDS.index(episode.agents[agent].type["taste"].split(">")[0])
    goals = np.flatnonzero(episode.fruit[step].ravel() == favourite)
    after = episode.geometry.neighbor[episode.cell[step, agent]]
    return int(episode.geometry.distance[np.ix_(after, goals)].min(axis=1).argmin()) if len(goals) else 0


def planner(episode: Episode, queries: Sequence[Query]) -> np.ndarray:
    """What the planner says to each question: (q,) int, its own next action, whatever the prompt."""
    return np.array([planned(episode, query.agent, query.step) for query in queries], np.int64)


def planners(episode: AnyEpisode, queries: Sequence[Query]) -> dict[str, np.ndarray]:
    """By name, what those say who plan: in the orchard alone are goals known, and the paths to them."""
    return {PLANNER: planner(episode, queries)} if isinstance(episode, Episode) else {}
