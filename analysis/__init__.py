"""How well anything answers: a mind, the exact reasoner, a shortcut, somebody else's model.

Nothing here knows what a mind is: whatever answers an episode's questions with distributions is scored. What draws is
imported when it is first used: plotting takes long to load.
"""

from importlib import import_module
from typing import Any

from analysis.contenders.contract_check import check_answerer
from analysis.contenders.exchanged import exchanges
from analysis.contenders.one_question import shortcuts_beside
from analysis.questions.sampling import Asked, Draw, Sampling
from analysis.scores.acting import score_acting
from analysis.scores.describe import Describer, score_descriptions
from analysis.scores.fidelity import Scores, examine, score, training_episodes
from analysis.scores.needs import needs_table
from analysis.scores.paired import beside_the_reasoner, paired_table
from analysis.scores.table import description_table, fidelity_table, meaning, summary_table
from analysis.scores.wished import score_wishes

_GRAPHS = ("by_kind", "by_name", "by_traits", "chain_graph", "examine_pairs", "imitation_graph", "write_graphml")
_HOMES = {"publish": "analysis.figures.gallery", **dict.fromkeys(_GRAPHS, "analysis.figures.imitation_graph")}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'analysis' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


__all__ = [
    "Asked",
    "Describer",
    "Draw",
    "Sampling",
    "Scores",
    "beside_the_reasoner",
    "by_kind",
    "by_name",
    "by_traits",
    "chain_graph",
    "check_answerer",
    "description_table",
    "examine",
    "examine_pairs",
    "exchanges",
    "fidelity_table",
    "imitation_graph",
    "meaning",
    "needs_table",
    "paired_table",
    "publish",
    "score",
    "score_acting",
    "score_descriptions",
    "score_wishes",
    "shortcuts_beside",
    "summary_table",
    "training_episodes",
    "write_graphml",
]
