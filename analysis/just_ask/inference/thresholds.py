"""inference: what counts as inference doing the work of optimisation, and a training that of a sampler.

Two statements, each an *agreement* between two ways to one answer; a control shows it where its whole 95% interval,
over seeds, is at or above the threshold.

- control: the share of wishes for which acting by the posterior over acts, given that the wish comes true (do), brings
  it about as often as the best acts that value iteration finds, to EXACT. At or above SHARE.
  positive, must: acts that are sure; negative, must not: acts of which SLIP turn out as another
- learning: 1 less the relative error (Frobenius) of the covariance about which stochastic gradient descent with a
  constant rate wanders, beside the one that the Lyapunov equation predicts. At or above CLOSE.
  positive, must: the rate RATE; negative, must not: FASTER times that rate, where the equation no longer holds
"""

EXACT = 1e-9  # of a probability
SHARE = 0.99  # of wishes
SLIP = 0.2  # of acts
CLOSE = 0.9  # 1 less the relative error
RATE = 0.01  # features have variance 1
FASTER = 10
