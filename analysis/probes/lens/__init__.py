"""lens: what did Bo see? From Ada's percepts alone, which cells could Bo perceive?"""

from analysis.probes.lens import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(
    "lens",
    "which cells could Bo see? Change one before another's eyes, and see whether the prediction of Bo moves",
    design,
    analysis,
)
