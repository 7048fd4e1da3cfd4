"""unsaid: what counts as a loss on wishes that training never says.

Of every two wishes one is held out (agents/wishes/held_out.py) and the other, of the same scene and form, is not. The
effect is the *gap*: KL from do on the first less KL on the second, two-sided. A control shows an effect where its whole
95% interval is at or above EFFECT.

- positive, must: somebody made up who answers do where training says such a wish, and clones where it does not
- negative, must not: do itself; cloning, for which both are as hard

An answer about held-out wishes is one where the interval is no wider than WIDTH to either side, whatever it says.
"""

EFFECT = 0.02  # nats
WIDTH = 0.02  # nats
