"""mirror: is the one behind the glass me?"""

from analysis.probes.mirror.analysis import draw, measure, tables
from analysis.probes.mirror.design import Design
from analysis.probes.probe import Probe

PROBE = Probe(
    "mirror", "an image that does what I do: is it taken for another agent, or for me?", Design, measure, draw, tables
)
