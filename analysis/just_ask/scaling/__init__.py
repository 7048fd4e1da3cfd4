"""scaling: a law of error, understanding that comes late, and a peak between two descents."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.scaling.analysis import measure
from analysis.just_ask.scaling.design import Design
from analysis.just_ask.scaling.pictured import pictured

EXPERIMENT = Experiment(
    "scaling", "more data, weights and steps: the law by which error falls, what comes late, and where error peaks",
    Design, measure, ("statement", "contender", "kind", "questions", "shown"), ("effect", "exponent", "reach"),
    "effect", "effect", [], pictured,
)  # fmt: skip
