"""self-report: say what others are like, and what you are like, and mean the same by it whatever the tastes are."""

from analysis.probes.probe import Probe
from analysis.probes.self_report import analysis, design

PROBE = Probe.of(
    "self-report",
    "say what others are like, and what you are like yourself, as surely as you can know, whatever the tastes",
    design,
    analysis,
)
