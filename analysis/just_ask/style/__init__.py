"""style: asked to move in a style."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.style.analysis import measure
from analysis.just_ask.style.design import Design
from analysis.just_ask.style.thresholds import SHARE

EXPERIMENT = Experiment(
    "style", "asked to move in a style: the statistic of it, and its share of the exact difference",
    Design, measure, ("axis", "contender", "kind", "questions"), ("shown", "share"),
    "share", "share of the exact difference", [SHARE],
)  # fmt: skip
