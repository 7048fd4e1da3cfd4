"""better: doing better than every demonstration."""

from analysis.just_ask.better.analysis import measure
from analysis.just_ask.better.design import Design
from analysis.just_ask.better.thresholds import GAIN
from analysis.just_ask.experiment import Experiment

EXPERIMENT = Experiment(
    "better", "a worth inferred from demonstrations with more and less noise: what it brings beyond the best of them",
    Design, measure, ("demonstrator", "contender", "kind", "questions"), ("brought", "gain"),
    "gain", "beyond the best demonstration (the best fruit is worth 1)", [GAIN],
)  # fmt: skip
