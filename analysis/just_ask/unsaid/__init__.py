"""unsaid: asked for what training never says."""

from analysis.just_ask.experiment import Experiment
from analysis.just_ask.unsaid.analysis import measure
from analysis.just_ask.unsaid.design import Design
from analysis.just_ask.unsaid.thresholds import WIDTH

EXPERIMENT = Experiment(
    "unsaid", "asked for what training never says: nats from do, beside wishes of the same form that it does say",
    Design, measure, ("form", "contender", "kind", "questions", "told"), ("said", "held_out", "gap"),
    "gap", "nats farther from do where training never says the wish", [-WIDTH, WIDTH],
)  # fmt: skip
