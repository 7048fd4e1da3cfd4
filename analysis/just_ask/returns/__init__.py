"""returns: asked for a number of fruits, as one asks for a return."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.returns.analysis import measure
from analysis.just_ask.returns.design import Design
from analysis.just_ask.returns.thresholds import NEAR

EXPERIMENT = Experiment(
    "returns", "asked for exactly so many fruits: how often that comes about, and what luck does to asking",
    Design, measure, ("contender", "kind", "acts", "questions"), ("success", "asked", "chance", "best", "gap"),
    "success", "how often it collects exactly as many as it is asked to", [1 - NEAR],
)  # fmt: skip
