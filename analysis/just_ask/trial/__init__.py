"""trial: watch, try, learn."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.trial.analysis import measure
from analysis.just_ask.trial.design import Design
from analysis.just_ask.trial.pictured import pictured
from analysis.just_ask.trial.thresholds import OF_BAYES

EXPERIMENT = Experiment(
    "trial", "twelve tasks, a clumsy demonstration and tries: who learns from them, and who improves past what it saw",
    Design, measure, ("of", "contender", "kind", "step", "questions", "shown"), ("success", "share", "rise"),
    "share", "success, as a share of exact Bayes's", [OF_BAYES, 1.0], pictured,
)  # fmt: skip
