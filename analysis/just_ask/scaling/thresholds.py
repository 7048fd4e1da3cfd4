"""scaling: what counts as error falling by a law, as understanding that comes late, and as a peak between two descents.

Three statements. Of each the floor is known to be 0: what an answer is compared with is exact.

- law: the mean nats from the exact answer of a transformer, over validation episodes among two agents, against the
  episodes that it learned from, its weights, and the steps of its training, each with all else as large as there is. A
  straight line through the logarithms shows a law where R² is at or above R2, over so many DECADES of episodes and of
  weights. Told of *behave* at depth 0, 1 and 2 and of *predict* at depth 1, each by itself; the statement is that of
  *behave* at depth 0, where the exact answer hangs on nobody else. Its exponent has an interval over trainings.
  negative, must not: the same amounts, their errors shuffled
- late: the wheel's arithmetic, (2·theirs − mine) modulo KINDS, from half of all pairs: the step at which pairs that
  were not shown are answered (ACCURACY of them), over the step at which those that were shown are; 0 where that never
  comes. At or above LATER, in its whole 95% interval over seeds.
  positive, must: with weight decay; negative, must not: without
- peak: least squares on WIDTHS random features, from ROWS sampled acts, of the acts' exact chances: the squared error
  at the width that equals the rows, over the larger of those at the least and the greatest width. At or above PEAK, in
  its whole interval over seeds.
  positive, must: without a ridge; negative, must not: with the ridge that is best on validation
"""

R2 = 0.95
DECADES = {"episodes": 3, "weights": 2}
LATER = 10
KINDS = 59  # of the wheel: a prime
ACCURACY = 0.95
PEAK = 3
ROWS = 400
WIDTHS = (25, 50, 100, 200, 300, 360, 400, 440, 500, 700, 1000, 2000, 4000)
