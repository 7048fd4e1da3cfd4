"""variance: what counts as a supervised gradient being less noisy than a policy gradient, and by how much.

The essay says that a supervised gradient's variance is less by a factor that grows with the entropy of where one begins
and of what one does. Both gradients are of one softmax policy at the same weights, their variances exact: sums over all
beginnings and all acts, no sampling. The *ratio* is the trace of the covariance of the policy gradient (reward 1 where
the act is the expert's, without a baseline) over that of the supervised one (log likelihood of the expert's act), each
over the square of its mean's length, so that neither gains by being scaled.

- less: the share of policies and scenes for which the ratio is above 1. At or above SHARE, in its whole 95% interval
  over seeds.
  positive, must: a policy that has learned nothing; negative, must not: the supervised gradient beside itself
- exponents: of H(s0), the entropy of the beginnings, and H(a), that of the acts, in a regression of the ratio's
  logarithm, each with its interval. None is presumed: the essay's product would be 1 and 1.
  sampled gradients must agree: their variance, of SAMPLES draws, within CLOSE of the exact one
"""

SHARE = 0.9
SAMPLES = 20000
CLOSE = 0.05  # relative
