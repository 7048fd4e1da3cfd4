"""stranger: live beside somebody whom no training population held, then be it."""

from analysis.probes.probe import Probe
from analysis.probes.stranger import analysis, design

PROBE = Probe.of(
    "stranger",
    "behave as one that you watched for k steps: of a type that training never held, or of no type at all",
    design,
    analysis,
)
