"""stranger: live beside somebody whom no training population held, then be it."""

from analysis.probes.probe import Probe
from analysis.probes.stranger.analysis import draw, measure, tables
from analysis.probes.stranger.design import Design

PROBE = Probe(
    "stranger",
    "behave as one that you watched for k steps: of a type that training never held, or of no type at all",
    Design, measure, draw, tables,
)  # fmt: skip
