"""false-belief: a fruit is moved behind Bo's back while Ada looks on; what does Ada expect of Bo? (Sally and Anne.)"""

from analysis.probes.false_belief import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(
    "false-belief",
    "a fruit is moved behind Bo's back: does the prediction follow what Bo saw, or what the asked agent knows?",
    design,
    analysis,
)
