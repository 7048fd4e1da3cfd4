"""The partial reasoners as contenders: exact but for one ingredient of the definition, each a row of the table.

A mind models an ingredient only where it beats the reasoner without it. agents/partial.py says what each leaves out.
"""

from collections.abc import Sequence

import numpy as np

from agents.partial import partial_reasoners
from agents.query import Query
from agents.reasoning import ExactReasoner
from agents.registry import world_of
from worlds.base_episode import BaseEpisode

PARTIAL = "partial"  # their kind


def models_nobody(name: str) -> bool:
    """Whether a partial reasoner has the prior for somebody who is named."""
    return name.startswith("prior ")


def partial_answers(reasoner: ExactReasoner, episode: BaseEpisode, queries: Sequence[Query]) -> dict[str, np.ndarray]:
    """By name, what each partial reasoner answers, (q, actions) float64; NaN where it leaves out nothing that is asked.

    It is put the question as it is asked, and not what is true: to predict is to reason with what one perceived.
    """
    found: dict[str, np.ndarray] = {}
    depth, sensed = np.array([query.depth for query in queries]), world_of(episode).sensed
    for deep in sorted(set(depth.tolist())):
        rows = np.flatnonzero(depth == deep)
        asked = [queries[q] for q in rows.tolist()]
        for name, without in partial_reasoners(deep, reasoner.space.traits, sensed).items():
            answer = found.setdefault(name, np.full((len(queries), episode.actions), np.nan))
            answer[rows] = reasoner.enact(episode, asked, without=without)
    return found
