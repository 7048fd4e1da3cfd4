"""copies: what does a copy of me, which saw other things than I did, expect me to be?"""

from analysis.probes.copies.analysis import draw, measure, tables
from analysis.probes.copies.design import Design
from analysis.probes.probe import Probe

PROBE = Probe(
    "copies",
    "predict a copy of yourself that pretends to be you: it knows of you what it could see",
    Design, measure, draw, tables,
)  # fmt: skip
