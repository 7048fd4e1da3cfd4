"""world-model: whether who learned only what comes next knows others."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.world_model.analysis import measure
from analysis.just_ask.world_model.design import Design
from analysis.just_ask.world_model.pictured import pictured
from analysis.just_ask.world_model.thresholds import SHARE

EXPERIMENT = Experiment(
    "world-model", "transformers that learned only what comes next: what a linear reading of them tells of others",
    Design, measure, ("kinds", "agents", "contender", "kind", "trainings", "questions", "known"), ("bits", "share"),
    "share", "bits of others' traits, of the posterior's", [SHARE], pictured,
)  # fmt: skip
