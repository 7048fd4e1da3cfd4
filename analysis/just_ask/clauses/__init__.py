"""clauses: two clauses that no single one, and no product of them, answers."""

from analysis.just_ask.clauses.analysis import measure
from analysis.just_ask.clauses.design import Design
from analysis.just_ask.clauses.thresholds import SKILL
from analysis.just_ask.experiment import Experiment

EXPERIMENT = Experiment(
    "clauses", "asked for two things at once: nats from do, and skill where no shortcut answers",
    Design, measure, ("contender", "kind", "questions", "kept"), ("nats", "skill"),
    "skill", "skill where no shortcut answers (1: exact, 0: the best shortcut)", [SKILL],
)  # fmt: skip
