"""returns: what counts as bringing about the number of fruits that is asked for.

The effect is the *lack*, success less the exact asked, where chance is COMMON or more. A control shows the effect where
the whole 95% interval is at or above -NEAR.

- positive, must: do itself
- negative, must not: no wish (cloning); filtered cloning, which is always asked for as much as a TENTH reaches; do of
  another wish (sentences shuffled)

The trap of luck is an effect of its own: best less asked, both exact, TRAP or more.

- positive, must: acts of which SLIP turn out as another
- negative, must not: sure acts, by theorem
"""

COMMON = 0.05  # chance: what is rarer hardly any training shows
NEAR = 0.05  # success below asked, at most
TENTH = 0.1  # the share of episodes that filtered cloning keeps, at least
SLIP = 0.2  # so much luck that it shows
TRAP = 0.01  # success that asking loses to optimising; far above rounding
