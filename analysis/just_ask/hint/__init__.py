"""hint: asked as an expert would, or as on a map never seen."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.hint.analysis import measure
from analysis.just_ask.hint.design import Design
from analysis.just_ask.hint.thresholds import WIDTH

EXPERIMENT = Experiment(
    "hint", "asked with a hint that asks for nothing: nats by which it brings the answer nearer to do",
    Design, measure, ("hint", "contender", "kind", "questions", "told"), ("paired",),
    "paired", "nats nearer to the exact answer with the hint", [-WIDTH, WIDTH],
)  # fmt: skip
