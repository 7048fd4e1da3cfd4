"""worlds: what counts as finding out in which world one is (domain randomisation: Tobin et al. 2017).

Which of eight ways north goes is hidden and drawn anew for each episode, and moves slip. A network learns from many
such worlds what somebody who knows the way does, and is then put into one, with what came of its own acts so far.
*regret* is how many steps more than somebody who knows the way it takes to its goal, as a multiple of what the exact
Bayes filter over the eight ways takes more. A control shows the effect, knowing the world, where its regret is at most
LIMIT: so the whole 95% interval of 1 / regret is at or above 1 / LIMIT.

- positive, must: the filter itself; the network that was shown what came of acts that told nothing of the way
- negative, must not: the same network with its history blanked; the exact policy without memory; the exact filter that
  takes its own acts as evidence, as if somebody who knows the way had done them
"""

LIMIT = 1.1
