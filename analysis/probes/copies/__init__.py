"""copies: what does a copy of me, which saw other things than I did, expect me to be?"""

from analysis.probes.copies import analysis, design
from analysis.probes.probe import Probe

PROBE = Probe.of(
    "copies",
    "predict a copy of yourself that pretends to be you: it knows of you what it could see",
    design,
    analysis,
)
