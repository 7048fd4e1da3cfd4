"""funhouse: several agents with different senses imitate the same one; which is which, and what would it have done?"""

from analysis.probes.funhouse import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(
    "funhouse",
    "four with different eyes imitate the same one: tell which is which, and what that one would have done",
    design,
    analysis,
)
