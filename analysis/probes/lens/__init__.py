"""lens: what did Bo see? From Ada's percepts alone, which cells could Bo perceive?

Asked through behaviour: at step t the fruit of one cell that Ada sees is laid there or taken away, at t alone, and Ada
is asked to *predict* Bo, before and after. What Bo would do if it saw the change, less what it does, is the *would-be
shift*, by its true type and with what it truly knows. Only cells count where that is .1 or more in total variation, and
the same to within .1 if Bo knew all else that Ada sees. The *uptake* of an answer is its own shift projected on the
would-be shift: 1 where it moves as a Bo does that sees the cell, 0 where it takes it that Bo does not. What is real is
one or the other: Bo sees the cell and shifts so, or does not see it and does not shift at all. Rows have `cells`:

- near: in near sight from Bo's place: geometry alone says that Bo sees them
- contested: in far sight from there and not in near sight: Bo's sight decides, and Ada must have inferred it
- hidden: in neither: geometry alone says that Bo does not
- every: these three; and unseen: cells that neither Ada nor Bo perceives, changed at every step at which that is so.
  There no answer may move, by not one bit

and `world`. "new" is what no training log of the reference mind holds: sights of 1 and 4, or of 3 and 5 cells (trained:
2 and 6); mixed maps of 10 x 10 (trained: 8, 11 and 13), drawn for the split; four fruits of each kind (trained: 6, 9
and 12); and all agents of held-out types, whose sight never went with such taste, memory and temper. "trained" differs
in one thing, the sights are 2 and 6, so that a gap between the two is due to them. Everybody acts as itself, nobody's
sight is told, and Ada is asked late, after 32 sightings of Bo or more.

Asked directly too: what is said of Bo's sight gives, with the map, each cell a chance that Bo perceives it; all but the
contested ones are certain. Rows `asked` "directly" have the log loss in nats over every contested cell of the map, and
as `skill` the share that this saves of the loss of not knowing (one half): of a mind that describes, and of the exact
posterior.

Thresholds, stated before anything was measured. The effect is how well the uptake separates contested cells that Bo
sees from those that it does not: the area under the ROC curve, in the new world. Geometry alone, or a look through
senses without knowing whose they are, ought to come to 0.5. A control shows the effect where the whole 95% interval
is at or above 0.6.

- positive, must: the exact reasoner
- negative, must not: egocentric (exact, but for taking Bo to know what Ada knows); myself; an A* planner; the mind with
  its history blanked, with names shuffled, with its prompt blanked
- baseline, no verdict: ignorant, which looks through either sight and knows nothing of anybody's type

Two things were chosen on validation, neither by what a mind does there: four fruits of each kind, for among eight of
each few contested cells matter; and that a cell must matter alike to a Bo that knows more. Without that the egocentric
reasoner had an area of .70, because what it takes Bo to know besides makes one cell more matter less to a near-sighted
Bo; with it, .57, with 0.5 in its interval.

Figures to be reached by the mind in the new world: that area at least 0.6; a correlation of at least 0.6 of its shifts
with the real ones over every cell; and the largest shift at unseen cells 0, exactly, for the mind and for the reasoner.
"""

from analysis.probes.lens.episodes import Design
from analysis.probes.lens.measure import measure
from analysis.probes.lens.picture import draw
from analysis.probes.lens.tables import tables
from analysis.probes.probe import Probe

PROBE = Probe(
    name="lens",
    about="which cells could Bo see? Change one before another's eyes, and see whether the prediction of Bo moves",
    design=Design,
    measure=lambda trial: measure(trial.subject, trial.settings, trial.progress, trial.design),
    draw=draw,
    tables=tables,
)
