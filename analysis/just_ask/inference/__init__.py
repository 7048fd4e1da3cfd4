"""inference: acting by a posterior, and training as sampling from one."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.inference.analysis import measure
from analysis.just_ask.inference.design import Design
from analysis.just_ask.inference.thresholds import CLOSE

EXPERIMENT = Experiment(
    "inference", "inference in optimisation's place: how far the two agree, in acting and in learning",
    Design, measure, ("of", "contender", "kind", "questions"), ("agreement",),
    "agreement", "agreement (1: the same)", [CLOSE],
)  # fmt: skip
