"""A control that must score as nothing: a planner that represents itself and pays no heed to the question."""

from collections.abc import Sequence

import numpy as np

from agents.query import Query
from agents.registry import world_of
from worlds.base_episode import BaseEpisode

PLANNER = "A* planner"


def planners(episode: BaseEpisode, queries: Sequence[Query]) -> dict[str, np.ndarray]:
    """By name, what those say who plan, (q,) int: their own next actions, whatever the prompt. Where no goals are
    known, nobody plans."""
    planned = world_of(episode).planned(episode, queries)
    return {} if planned is None else {PLANNER: planned}
