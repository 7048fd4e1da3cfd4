"""funhouse: what counts as telling masks apart, and as seeing what is behind them.

The effects are the share of pairs of a near- and a far-sighted imitator that are told apart, by likelihood and by
description, and the share of the distortion that is undone. A control shows an effect where the whole 95% interval,
over episodes, is at or above APART, and UNDONE.

- positive, must: the exact reasoner (by description: the posterior)
- negative, must not: the mind with its history blanked, with its prompt blanked, with names shuffled; the ignorant
  shortcut, which knows nothing of anybody
- baseline, no verdict: the imitators themselves (who know what they see); to undo: the mind when it does not undo
  ("predict X pretending to be the target"), the mind asked in the imitator's place to "behave as" the target, whose
  exact answer is the distortion itself, and copying the imitator's act, smoothed as suits it best

The mind should reach both, and STILL.
"""

APART = 0.7  # of pairs; chance is 0.5
UNDONE = 0.5  # half of the distortion; 0 is the imitation, 1 the target itself
STILL = 0.02  # total variation of a trait: acts in a role are no evidence, so descriptions must not move with them
