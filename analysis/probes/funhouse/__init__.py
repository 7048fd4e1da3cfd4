"""funhouse: four with different eyes imitate the same one: tell which is which, and what that one would have done"""

from analysis.probes.funhouse import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(__doc__, design, analysis)
