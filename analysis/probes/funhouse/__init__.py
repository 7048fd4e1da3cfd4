"""funhouse: several agents with different senses imitate the same one; which is which, and what would it have done?

First everybody acts as itself. Then four imitators, two near-sighted and two far-sighted, are in the role of the same
far-sighted target, which plays the observer meanwhile, so that nothing more is learned of it: from then on no act is
evidence of anybody. What an imitator does in the role is what it takes the target for, seen through its own eyes: of
one target there are four distorted images. The observer, far-sighted and itself throughout, is asked; what the exact
reasoner answers is what the observer's percepts allow.

- which is which, by likelihood: who is behind which mask? "Predict X pretending to be the target" is asked with X
  behind its own mask and behind each other's: in the episode in which the two have changed places, and with them acts,
  since the masks were put on. The acts behind two masks are told apart where they are likelier with each behind its
  own. The effect is the share of pairs of a near- and a far-sighted imitator told apart, chance 0.5. Beside it: pairs
  with the same sight, which differ in what they know of the target only; and the share of all four put behind their
  masks by the likeliest of the 24 assignments, chance 0.25
- which is which, by description: asked while the masks are on, of a near- and a far-sighted imitator, which does
  `describe` call the nearer-sighted? Acts in a role are no evidence, so descriptions must not move while masks are
  worn; with the same acts unannounced they do
- undone: what the target itself would have done where a near-sighted imitator stood, seeing for itself. The two change
  places as above and the observer is asked "predict" the target. The effect is the share of the distortion undone:
  1 - (sum of KL from what the target would have done) / (the same of what the imitator does in the role). 0 is the
  image in the mirror, 1 the target itself

Thresholds, stated before anything was measured on the test split; the world was chosen on validation for what the exact
reasoner, alone, can tell in it. A control shows the effect where the whole 95% interval, over episodes, is at or above
the threshold: 0.7 of pairs told apart, by likelihood and by description; 0.5 of the distortion undone.

- positive, must: the exact reasoner (by description: the posterior)
- negative, must not: the mind with its history blanked, with its prompt blanked, with names shuffled; the ignorant
  shortcut, which knows nothing of anybody
- baseline, no verdict: the imitators themselves (who know what they see); to undo: the mind when it does not undo
  ("predict X pretending to be the target"), the mind asked in the imitator's place to "behave as" the target, whose
  exact answer is the distortion itself, and copying the imitator's act, smoothed as suits it best

Figures to be reached: the mind at or above both thresholds; descriptions moved by at most 0.02 in total variation, of a
trait, by acts in a role.
"""

from analysis.probes.funhouse.episodes import Design
from analysis.probes.funhouse.measure import measure
from analysis.probes.funhouse.picture import draw
from analysis.probes.funhouse.tables import tables
from analysis.probes.probe import Probe

PROBE = Probe(
    name="funhouse",
    about="four with different eyes imitate the same one: tell which is which, and what that one would have done",
    design=Design,
    measure=lambda trial: measure(trial.subject, trial.settings, trial.progress, trial.design),
    draw=draw,
    tables=tables,
)
