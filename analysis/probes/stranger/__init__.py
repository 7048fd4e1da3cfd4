"""stranger: live beside somebody whom no training population held, then be it.

Three copies of the mind, each told to behave as itself, live with a stranger. Asked after k steps at which it saw the
stranger act (exactly k, whatever the clock says), a copy is told: "behave as" the stranger. The strangers:

- held-out: a type whose combination of traits no training population holds
- astar, wall-follower, random, noisy: policies from outside the type space (agents/strangers.py)
- hidden-roles: a held-out type in a world that announces no roles, so that what it did may have been an act

Rows have the keys of the fidelity table and `stranger`, `observed` (k) and `against`, which tells two tables apart:

- "definition", for strangers within the type space: against the stated reasoner's answer, with the shortcuts and skill
- "stranger", for all: against what the stranger itself would do in the asked agent's body, on what it perceives there.
  The exact reasoner is a contender here, and it errs: its types hold no wall follower

Where nobody plays copies (a subject without players), scripted agents of the same personas live in their stead. A
pair is asked only if it comes to the largest k, so that each point of a curve is about the same pairs.

Thresholds, stated before anything was measured. The effect is the *gain* at k = 32 about held-out strangers: 1 - (sum
of KL from the stranger's own distribution) / (the same of the ignorant shortcut, which has seen nothing), the share of
what there was to learn that was learned. A control shows the effect where the whole 95% interval is at or above 0.5.

- positive, must: the exact reasoner
- negative, must not: the mind with its history blanked, with names shuffled, with its prompt blanked; an A* planner
- baseline, no verdict: copy, the stranger's last action

Figures to be reached about held-out strangers: a skill of at least 0.75 at k = 32; from k = 8 on, never more than 0.10
nats beyond the reasoner's curve.
"""

from analysis.probes.probe import Probe
from analysis.probes.stranger.measure import measure
from analysis.probes.stranger.picture import draw
from analysis.probes.stranger.tables import tables

PROBE = Probe(
    name="stranger",
    about="behave as one that you watched for k steps: of a type that training never held, or of no type at all",
    measure=measure,
    draw=draw,
    tables=tables,
)
