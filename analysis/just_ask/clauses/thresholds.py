"""clauses: what counts as heeding two clauses together.

The effect is the *skill* on wishes of two clauses whose exact answer is farther than FAR, in total variation, from
every shortcut: 1 - (sum of KL from do) / (the same of the best shortcut). The shortcuts are each clause alone, the
product of the clauses, no wish (cloning) and filtered cloning. A control shows the effect where the whole 95% interval
is at or above SKILL.

- positive, must: do itself
- negative, must not: each shortcut; do of another wish of the same step (sentences shuffled); the same of who is asked
"""

FAR = 0.1  # total variation: nearer than that a shortcut is as good as an answer
SKILL = 0.6  # nearer to do, 1, than half way from the best shortcut, 0
