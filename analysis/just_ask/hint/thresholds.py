"""hint: what counts as an effect of "as an expert would" and "as on a map never seen before".

The exact answer is the same with a hint and without. The effect is *paired*: KL from do without a hint less KL with it,
the same wishes asked both ways, two-sided. A control shows an effect where its whole 95% interval is at or above
EFFECT.

- positive, must: somebody made up whose answers are do with the hint, and half uniform without it
- negative, must not: do itself; whoever is asked with a hint that is nonsense

An answer about a hint is one where the interval is no wider than WIDTH to either side, whatever it says.
"""

EFFECT = 0.02  # nats
WIDTH = 0.02  # nats
