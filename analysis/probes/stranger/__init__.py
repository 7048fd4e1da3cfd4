"""stranger: behave as one that you watched for k steps: of a type that training never held, or of no type at all"""

from analysis.probes.probe import Probe
from analysis.probes.stranger import analysis, design

PROBE = Probe.of(__doc__, design, analysis)
