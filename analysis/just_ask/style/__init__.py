"""style: asked to move in a style."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.style.analysis import measure
from analysis.just_ask.style.design import Design

EXPERIMENT = Experiment(
    "style", "asked to move in a style: the statistic of it, and its share of the exact difference",
    Design, measure, ("axis", "contender", "kind", "questions"), ("shown", "share"),
)  # fmt: skip
