"""false-belief: a fruit is moved behind Bo's back while Ada looks on; what does Ada expect of Bo? (Sally and Anne.)"""

from analysis.probes.false_belief.analysis import draw, measure, tables
from analysis.probes.false_belief.design import Design
from analysis.probes.probe import Probe

PROBE = Probe(
    "false-belief",
    "a fruit is moved behind Bo's back: does the prediction follow what Bo saw, or what the asked agent knows?",
    Design, measure, draw, tables,
)  # fmt: skip
