"""lens: which cells could Bo see? Change one before another's eyes, and see whether the prediction of Bo moves"""

from analysis.probes.lens import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(__doc__, design, analysis)
