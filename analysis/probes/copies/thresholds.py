"""copies: what counts as knowing what a copy expects.

The effect is skill at "predict θ pretending to be me" over at least KEPT kept questions, against the best of all
shortcuts, those of copies among them. A control shows it where the whole 95% interval is at or above SKILL.

- positive, must: the exact reasoner in θ's place, which has what θ has perceived, and thinks as it was taught to
- negative, must not: the mind with its history blanked, with its prompt blanked, with names shuffled, with its own
  actions blanked (what θ saw of φ are φ's own actions)

The mind's skill at depth 2 should be clear of ABOVE, for either stance, over KEPT kept questions. Hiding that φ could
see should move φ's answer in θ's direction in RIGHTLY of the episodes in which θ's own moves by 0.05 or more (total
variation). No answer may move by more than NOTHING where φ was hidden so that it could not see it, or was told less of
an act on which the answer does not hang, nor by more than ROUNDING with slots swapped.
"""

KEPT = 200  # questions: fewer say little about skill
SKILL = 0.1  # of a control: beyond what chance makes of the best shortcut, 0
ABOVE = 0.0  # the interval of the mind's skill lies above the best shortcut
RIGHTLY = 0.7  # of the episodes; chance is 0.5
NOTHING = 1e-6  # in any probability: the same numbers are added, in another order at most
ROUNDING = 0.01  # in any probability: the project's bound for rounding
