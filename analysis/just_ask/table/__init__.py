"""table: both columns of the essay's table, side by side."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.table.analysis import measure
from analysis.just_ask.table.design import Design
from analysis.just_ask.table.pictured import pictured
from analysis.just_ask.table.thresholds import SHARE

EXPERIMENT = Experiment(
    "table", "the essay's four goals, by direct optimisation and by asking, with as much data; and stitching",
    Design, measure, ("of", "column", "contender", "budget", "which"), ("share", "ahead"),
    "share", "share of the way from acts at random to V*", [SHARE], pictured,
)  # fmt: skip
