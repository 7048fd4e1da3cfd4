"""mirror: an image that does what I do: is it taken for another agent, or for me?"""

from analysis.probes.mirror import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(__doc__, design, analysis)
