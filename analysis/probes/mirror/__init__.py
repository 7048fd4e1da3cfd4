"""mirror: is the one behind the glass me?

An agent lives alone in a room one wall of which is a mirror. Behind the glass stands an image: it has a name like any
agent's, it plays no role, and what it does is

- live: the reflection of what the agent does, at the same step
- replay: what the same agent did in another episode, with the fruits that there were then
- twin: what another agent of its type does by itself, from the same start on
- other: what an agent of another type does by itself, from the same start on
- imitator: what an agent of another type does that behaves as the agent, having watched it through the glass
- delay 1, 2, 4, 8: the reflection of what was so many steps ago
- left-right: the reflection with north and south changed about, itself and the room
- colours: the reflection, each kind of fruit shown as another
- contingent .75, .5, .25: a twin that does what the agent does at that share of the steps
- wall: the reflection, behind a wall

All share the map, the agent, and all that it does; whoever is shown eats and moves on as the agent does. The agent
is far-sighted, and sees all of the room behind the glass at every step. It is asked after k steps.

Readouts:

- "behave as IMAGE" against "behave as myself": `from_myself` is the KL divergence of the one answer from the other,
  both the contender's own. The exact reasoner has no notion of mirrors: its row is what the image's acts alone teach.
- "predict IMAGE": `foreseen` is the KL divergence of the answer from what the image's next act is really drawn from;
  asked where the image is live or a replay. A live image will do what the agent itself would, which it knows at once.

- "which one is you?": of the live image and another, the one whose acts are the likelier as the asked agent's own, put
  in the image's place, than as another agent's. `right`: the share of episodes in which it is the live one.

- washing, where there are marks: an agent that does not feel a mark on itself is asked to behave as itself. It is
  marked and so is its live image (seen); nobody is (sham); a twin behind the glass is (on the other); it is, before a
  wall (no mirror); and, before a wall, it feels its mark (felt).

The reference mind is asked in a world without marks and is no judge of washing. Two more are asked all of this in a
world with marks, where nobody has one but in the last readout: the *mirror mind*, which lived with marks and without
any mirror, and the *mirrored mind*, which lived among mirrors too, and predicted images that nobody told it were such.
Both are built to compare others' acts with their own (tom.training.settings, compares), which the reference mind is
not.

Thresholds, stated before anything was measured. The first effect is *recognition* at k = 4: by how much closer the
answer as the image is to the answer as oneself where the image is live than where it is a replay; less the same of the
exact reasoner; as a share of the reasoner's distance where it is live. 0 is what observation teaches, 1 would be that
the image is at once taken for oneself. The second is the *mark*: the chance of washing at k = 8 with the mark seen on
the live image, 4 steps after it appeared, less the same with it on another. *Anticipation*,
at k = 4 too, is what a live image is `foreseen` better by than exact reasoning foresees it, as a share of what that
lacks; or where it is less, that less the same of a replay. A control shows an effect where the whole 95% interval is
at or above 0.5.

- positive, must: an agent that does a Bayesian contingency test and, as far as that says that the image is itself,
  behaves as it as itself and washes when it is marked
- negative, must not: an A* planner, which represents itself, whoever it is asked to be; the mind with its own actions
  blanked
- baseline, no verdict: an agent with a detector of lagged correlation in place of the test. More than contingency
  detection is only what goes beyond it

No goal is set for the minds. They learned from logs: of agents that take images for others, and never wash what they do
not feel. So the mirrored mind may learn to foresee its image; to behave as the image as itself, and to wash for it, it
was shown nowhere.
"""

from analysis.probes.mirror.episodes import Design
from analysis.probes.mirror.measure import measure
from analysis.probes.mirror.picture import draw
from analysis.probes.mirror.tables import tables
from analysis.probes.probe import Probe

PROBE = Probe(
    name="mirror",
    about="an image that does what I do: is it taken for another agent, or for me?",
    design=Design,
    measure=lambda trial: measure(trial.subject, trial.settings, trial.progress, trial.design),
    draw=draw,
    tables=tables,
)
