"""augmentation: changed scenes, and a network that is told of them."""

from analysis.just_ask.augmentation.analysis import measure
from analysis.just_ask.augmentation.design import Design
from analysis.just_ask.augmentation.pictured import pictured
from analysis.just_ask.experiment import Experiment

EXPERIMENT = Experiment(
    "augmentation", "acts imitated from scenes of which a part is changed, by a network that is told how, and not",
    Design, measure, ("episodes", "contender", "kind", "questions", "shown"), ("nats", "saved", "telling"),
    "saved", "share of the KL that goes away", [0.0], pictured,
)  # fmt: skip
