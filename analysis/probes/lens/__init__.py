"""lens: what did Bo see? From Ada's percepts alone, which cells could Bo perceive?"""

from analysis.probes.lens.analysis import draw, measure, tables
from analysis.probes.lens.design import Design
from analysis.probes.probe import Probe

PROBE = Probe(
    "lens",
    "which cells could Bo see? Change one before another's eyes, and see whether the prediction of Bo moves",
    Design, measure, draw, tables,
)  # fmt: skip
