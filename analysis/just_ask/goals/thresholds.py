"""goals: what counts as going where one is asked to.

The effect is the *share*: how often "end in PLACE in K steps" comes true when acting by what is answered, of how often
it comes true by do. Moves are sure, so do always succeeds where anybody may. A control shows the effect where the whole
95% interval is at or above SHARE.

- positive, must: do itself
- negative, must not: no wish (cloning, as without relabelling), which must come within HITTING of the exact chance;
  do of another wish (sentences shuffled)
"""

SHARE = 0.95  # of what is feasible
HITTING = 0.05  # above the exact probability of coming there unasked, at most
