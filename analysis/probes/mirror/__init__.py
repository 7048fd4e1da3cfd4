"""mirror: is the one behind the glass me?"""

from analysis.probes.mirror import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(
    "mirror",
    "an image that does what I do: is it taken for another agent, or for me?",
    design,
    analysis,
)
