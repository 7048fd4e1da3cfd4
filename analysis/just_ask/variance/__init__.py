"""variance: how much less noisy supervised learning is than a policy gradient."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.variance.analysis import measure
from analysis.just_ask.variance.design import Design
from analysis.just_ask.variance.pictured import pictured

EXPERIMENT = Experiment(
    "variance", "how much noisier a policy gradient is than a supervised one, and the exponents of both entropies",
    Design, measure, ("contender", "acts", "questions"), ("less", "ratio", "H(s0)", "H(a)", "fit"),
    "ratio", "times as noisy", [1.0], pictured,
)  # fmt: skip
