"""goals: asked to be in a place."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.goals.analysis import measure
from analysis.just_ask.goals.design import Design
from analysis.just_ask.goals.thresholds import SHARE

EXPERIMENT = Experiment(
    "goals", "asked to end in a place: how often that comes about",
    Design, measure, ("contender", "kind", "questions"), ("success", "asked", "chance"),
    "success", "how often it ends where it is asked to", [SHARE],
)  # fmt: skip
