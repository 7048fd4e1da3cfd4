"""false-belief: a fruit is moved behind Bo's back while Ada looks on; what does Ada expect of Bo? (Sally and Anne.)

A fruit is laid on a bare cell that Bo sees at the steps s - 1 and s, and at none from then to t. Ada sees that cell all
the time, and Bo at s - 1, s and t. Ada is asked at t to *predict* Bo in three worlds, one episode but for the fruit:

- as it was: it lies there to t
- missed: from s + 1 on it is gone, moved to where Ada sees it and Bo does not, or eaten
- watched: from s on it is gone: Bo saw that it went

The last two end alike: they differ in nothing but what Bo saw. From s - 1 to t - 1 everybody is announced in a role, in
all three, so that no act there is evidence: Ada knows the same of Bo's type in all of them. What Bo really would do is
exact in each. A *shift* is a difference of two answers: missed, or watched, less "as it was"; and *what watching
changes*, watched less missed. Rows have `condition`:

- retentive: Bo remembers, and the fruit matters to it, by .1 in total variation or more. It shifts if it watched, only
- forgetful: it would matter as much, but Bo does not remember: no real shift
- irrelevant: Bo remembers and does not care (.02 at most), while with another taste it would: no real shift
- forgotten: Bo saw it longer ago than it remembers: no real shift
- second order: Ada predicts Bo pretending to be Cy, who saw the fruit all along; only Bo may have missed its going
- Ada away: Ada saw nothing of the cell from s - 1 on and cannot know; its answer must not move, by not one bit

and, of a retentive Bo, `dose`: how many steps ago it saw the cell, and how far the cell lies beyond its sight, or that
a wall hides it. *Pooled* are the first four, with as many of each of the first three as can be had.

Episodes are of the default orchard, in the split's maps, everybody as itself; types are drawn from the whole space, for
but one held-out type is retentive and near-sighted (held-out Bo has a row of its own). They are long, and Ada is asked
late, after 32 sightings of Bo or more: whether somebody remembers shows slowly. That was chosen on validation, by what
the exact reasoner can know: with 16 sightings its correlation there is .68, with 32 it is .78.

Thresholds, stated before anything was measured. The effect is the correlation of *what watching changes*, predicted
with real, over the pooled conditions. Who takes Bo to know what Ada knows changes nothing, whatever else it gets right,
and so has none; who tells neither those who remember nor those who care has 1/√3 = .58 if the three conditions weigh
the same. A control shows the effect where the whole 95% interval is at or above 0.6.

- positive, must: the exact reasoner
- negative, must not: egocentric (exact, but for taking Bo to know what Ada knows); myself; an A* planner; the mind with
  its history blanked, with names shuffled, with its prompt blanked
- baseline, no verdict: ignorant, which looks through Bo's eyes and knows nothing of anybody's type

Figures to be reached by the mind over the pooled conditions: a correlation of at least 0.6 of what watching changes,
and of the shifts from "as it was", missed and watched together. Told beside them, of a retentive Bo: the slope of what
watching changes, and the *leak*, the share of the answer's own shift for a Bo that watched which it also shows for one
that missed it (0: none; 1: Bo knows whatever I know); and the largest shift where Ada was away, which must be 0.
"""

from analysis.probes.false_belief.cases import Design
from analysis.probes.false_belief.measure import measure
from analysis.probes.false_belief.picture import draw
from analysis.probes.false_belief.tables import tables
from analysis.probes.probe import Probe

PROBE = Probe(
    name="false-belief",
    about="a fruit is moved behind Bo's back: does the prediction follow what Bo saw, or what the asked agent knows?",
    design=Design,
    measure=lambda trial: measure(trial.subject, trial.settings, trial.progress, trial.design),
    draw=draw,
    tables=tables,
)
