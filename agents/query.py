"""A question in the form that everything below the words works on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from worlds.base_episode import BaseEpisode

DO = "do"  # the stance of a wish


@dataclass(frozen=True)
class Query:
    """What is asked of one agent at one step.

    The chain is canonical; of predict, its first element is the target. `depth` is its length; of a wish, of which the
    chain says as whom it is to be brought about, the number of its clauses.
    """

    stance: str  # behave or predict; of a wish, DO
    agent: int
    step: int
    chain: tuple[int | str, ...]  # agents' indices and the texts of descriptions
    depth: int


def body_of(query: Query) -> int:
    """In whose place the action is taken, by index."""
    return int(query.chain[0]) if query.stance == "predict" else query.agent


def really(query: Query) -> Query:
    """The question whose exact answer is the truth: who is predicted acts on its own percepts."""
    if query.stance == "behave":
        return query
    return Query("behave", int(query.chain[0]), query.step, query.chain[1:], query.depth - 1)


def once_each(work: Callable[..., Any], keys: Sequence[tuple]) -> np.ndarray:
    """What is worked out of keys, one or more, in their order: (q, ...). Of those that are alike it is done once: of
    many questions at one step much is the same."""
    place = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return np.array([work(*key) for key in place])[[place[key] for key in keys]]


def role_asked(episode: BaseEpisode, step: int, agent: int) -> Query:
    """The question that an agent answers by what it does at a step: to behave as its role says."""
    chain = tuple(who if " " in who else episode.names.index(who) for who in episode.role[step][agent])
    return Query("behave", agent, step, chain, len(chain))
