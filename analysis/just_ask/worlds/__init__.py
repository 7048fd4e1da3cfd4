"""worlds: finding out in which of many worlds one is."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.worlds.analysis import measure
from analysis.just_ask.worlds.design import Design
from analysis.just_ask.worlds.pictured import pictured
from analysis.just_ask.worlds.thresholds import LIMIT

EXPERIMENT = Experiment(
    "worlds", "a hidden compass and moves that slip: how long it takes who has to find out which way north goes",
    Design, measure, ("contender", "kind", "questions"), ("steps", "more", "regret"),
    "regret", "regret, as a multiple of the Bayes filter's", [1.0, LIMIT], pictured,
)  # fmt: skip
