"""table: what counts as reaching a goal, and as one column of the essay's table coming out ahead of the other.

The essay's table has four goals and two columns, "direct optimization" and "generalize + inference". Both columns are
measured in the same worlds, and *stitching* beside them, where asking is known to lose (Brandfonbrener et al. 2022): no
life that was recorded goes from one half of a room to the other, but some end where others begin. All figures are
*shares*: how much of the way from who acts at random (0) to V*, which is exact, (1) somebody comes. V* of row 2 is what
the best acts for the true worth bring, of rows 3 and 4 what somebody comes to who knows what is hidden. Intervals are
over seeds.

A contender reaches its goal where the whole 95% interval of its share is at or above SHARE.

- positive, must: who knows, played, of every goal; the exact Bayes filter over hidden goals and over compasses (of the
  experiment worlds' figures it comes to .76); the exact best acts on what was recorded, of stitching
- negative, must not: asking with goals shuffled; the order of noise shuffled; tries whose rewards are shuffled; history
  blanked; the behaviour that was recorded, cloned

*ahead* is the share of who asks less that of the better, by its mean, of the methods that optimise directly at the same
amount of data, seed by seed. Asking wins where its whole interval is at or above AHEAD, loses where it is at or below
-AHEAD; all else is open. Choosing the better one by its mean favours direct optimisation. Hindsight replay, which
optimises with relabelled goals, stands between the columns and is not among these.
"""

SHARE = 0.7
AHEAD = 0.05
