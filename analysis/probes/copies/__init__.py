"""copies: what does a copy of me, which saw other things than I did, expect me to be?

Two dozen agents, eight of them copies of the mind: the same weights, a persona and a history each. θ and φ are any two
of these. φ is asked "predict θ pretending to be me" and "behave as θ pretending to be me". The truth is what θ itself
says (analysis/copies): to predict, at its own place; to behave, in a world forked at that step in which θ stands where
φ stands, for forgetful personas. Deeper questions go back and forth, "θ pretending to be me pretending to be θ", up to
depth 4; training ends at depth 2. At depth 1 θ is asked to be itself.

Rows have the keys of the fidelity table. Interventions, on "predict θ pretending to be me":

- φ hidden from θ for part of what came before, in a way that φ could see, or could not (hiding.py)
- the slots of θ and φ swapped; one event less that is evidence for φ (edits.py)
- θ replaced by a scripted agent of the same persona (replaced.py)

The transcript tells one question of the first seed in numbers.

Thresholds, stated before anything was measured. The effect is skill at "predict θ pretending to be me" over at least
200 kept questions, against the best of all shortcuts, those of copies among them. A control shows it where the whole
95% interval is at or above 0.1.

- positive, must: the exact reasoner in θ's place, which has what θ has perceived, and thinks as it was taught to
- negative, must not: the mind with its history blanked, with its prompt blanked, with names shuffled, with its own
  actions blanked (what θ saw of φ are φ's own actions)

Figures to be reached: skill at depth 2 clear of 0, for either stance, over 200 kept questions; hiding that φ could see
moves φ's answer in θ's direction in 70% of the episodes in which θ's own moves by 0.05 or more (total variation).
Where nothing may move: not by more than 1e-6 in any probability, hidden so that φ could not see it, or told less of an
act on which the answer does not hang; not by more than 0.01, the project's bound for rounding, with slots swapped.
"""

from analysis.probes.copies.episodes import Design
from analysis.probes.copies.measure import measure
from analysis.probes.copies.picture import draw
from analysis.probes.copies.tables import tables
from analysis.probes.probe import Probe

PROBE = Probe(
    name="copies",
    about="predict a copy of yourself that pretends to be you: it knows of you what it could see",
    design=Design,
    measure=lambda trial: measure(trial.subject, trial.settings, trial.progress, trial.design),
    draw=draw,
    tables=tables,
)
