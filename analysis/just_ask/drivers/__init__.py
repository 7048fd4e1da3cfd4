"""drivers: an expert imitated with the help of worse drivers."""

from analysis.just_ask.drivers.analysis import measure
from analysis.just_ask.drivers.design import Design
from analysis.just_ask.drivers.pictured import pictured
from analysis.just_ask.experiment import Experiment

EXPERIMENT = Experiment(
    "drivers", "an expert imitated from its own episodes, and with many of worse drivers, told who drives",
    Design, measure, ("episodes", "contender", "kind", "questions", "shown"), ("nats", "gain"),
    "gain", "nats nearer to the expert", [0.0], pictured,
)  # fmt: skip
