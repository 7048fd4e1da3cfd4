"""copies: predict a copy of yourself that pretends to be you: it knows of you what it could see"""

from analysis.probes.copies import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(__doc__, design, analysis)
