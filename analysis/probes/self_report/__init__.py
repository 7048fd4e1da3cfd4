"""self-report: say what others are like, and what you are like, and mean the same by it whatever the tastes are."""

from analysis.probes.probe import Probe
from analysis.probes.self_report.analysis import draw, measure, tables
from analysis.probes.self_report.design import Design

PROBE = Probe(
    "self-report",
    "say what others are like, and what you are like yourself, as surely as you can know, whatever the tastes",
    Design, measure, draw, tables,
)  # fmt: skip
