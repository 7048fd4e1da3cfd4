"""How well anything answers: a mind, the exact reasoner, a shortcut, somebody else's model.

Nothing here knows what a mind is: whatever answers an episode's questions with distributions is scored.
"""

from analysis.beside import shortcuts_beside
from analysis.check import check_answerer
from analysis.describe import Describer, score_descriptions
from analysis.fidelity import Scores, examine, score, training_episodes
from analysis.gallery import publish
from analysis.imitation_graph import (
    by_kind,
    by_name,
    by_traits,
    chain_graph,
    examine_pairs,
    imitation_graph,
    write_graphml,
)
from analysis.questions import Asked, Draw, Sampling
from analysis.table import description_table, fidelity_table, meaning, summary_table

__all__ = [
    "Asked",
    "Describer",
    "Draw",
    "Sampling",
    "Scores",
    "by_kind",
    "by_name",
    "by_traits",
    "chain_graph",
    "check_answerer",
    "description_table",
    "examine",
    "examine_pairs",
    "fidelity_table",
    "imitation_graph",
    "meaning",
    "publish",
    "score",
    "score_descriptions",
    "shortcuts_beside",
    "summary_table",
    "training_episodes",
    "write_graphml",
]
