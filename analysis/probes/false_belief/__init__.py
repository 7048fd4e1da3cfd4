"""false-belief: a fruit is moved behind Bo's back: does the prediction follow what Bo saw, or what the asked agent
knows?"""

from analysis.probes.false_belief import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(__doc__, design, analysis)
