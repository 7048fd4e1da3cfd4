"""stranger: what counts as having learned a stranger by watching it.

The effect is the *gain* after AT steps about held-out strangers: 1 - (sum of KL from the stranger's own distribution) /
(the same of the ignorant shortcut, which has seen nothing), the share of what there was to learn that was learned. A
control shows the effect where the whole 95% interval is at or above GAIN.

- positive, must: the exact reasoner
- negative, must not: the mind with its history blanked, with names shuffled, with its prompt blanked; an A* planner
- baseline, no verdict: the stranger's last action again

About held-out strangers the mind should reach SKILL after AT steps and, from FROM on, never be more than BEYOND nats
above the reasoner's curve.
"""

AT = 32  # steps observed: by then exact reasoning has learned most of what there is
FROM = 8  # steps observed: before, the two may differ in what they take for likely at first
GAIN = 0.5  # half of what there was to learn
SKILL = 0.75  # nearer to the truth, 1, than half way from the best shortcut, 0
BEYOND = 0.10  # nats: small beside what there is to learn
