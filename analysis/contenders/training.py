"""The exact reasoner of training logs, as a contender: what a learner that missed nothing there would answer.

Where agents of training logs believe in seen types alone (`population.believed`), what they do in roles follows from
that: held-out types have no chance, and an exaggeration that would make one of somebody is not played. Elsewhere all
types are believed in. So the rule behind the labels is not the one behind the truth, and how far apart the two are is
what nobody can learn from such logs.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from agents.population import PopulationConfig, believes_seen
from agents.query import Query
from agents.reasoning import ExactReasoner

AS_TRAINED = "as training has it"


def as_trained(reasoner: ExactReasoner, episode: Any, queries: Sequence[Query]) -> np.ndarray:
    """What the reasoner answers who believes what agents of training logs do: (q, actions) float64.

    NaN at depth 0, where nothing is believed of anybody, and where training believes what is believed here, or
    strangers take part.
    """
    found = np.full((len(queries), episode.actions), np.nan)
    population = PopulationConfig.from_dict(episode.run["population"])
    if population.believed == "all" or believes_seen(episode.run) or episode.run.get("strangers"):
        return found
    other = replace(episode, run={**episode.run, "population": {**population.to_dict(), "types": "seen"}})
    rows = [q for q, query in enumerate(queries) if query.depth]
    found[rows] = reasoner.enact(other, [queries[q] for q in rows])
    return found
