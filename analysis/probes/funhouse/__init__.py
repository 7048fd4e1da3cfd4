"""funhouse: several agents with different senses imitate the same one; which is which, and what would it have done?"""

from analysis.probes.funhouse.analysis import draw, measure, tables
from analysis.probes.funhouse.design import Design
from analysis.probes.probe import Probe

PROBE = Probe(
    "funhouse",
    "four with different eyes imitate the same one: tell which is which, and what that one would have done",
    Design, measure, draw, tables,
)  # fmt: skip
