"""better: what counts as doing better than every demonstration (D-REX: Brown, Goo and Niekum 2019).

From demonstrations, and from the same with more and more noise, a worth of each kind of fruit is inferred: the less
noise the better, is all that is said. The effect is the *gain*: what the best acts for that worth bring, by the true
worth, less what the best of the demonstrations brought. A control shows it where its whole 95% interval is at or above
GAIN.

- positive, must: a demonstrator that is decisive and near-sighted, whose returns fall with noise
- negative, must not: the same with the order of noise shuffled; a demonstrator that is vague and far-sighted, for whom
  noise tells little of what is worth what
"""

GAIN = 0.1  # a tenth of what the best kind of fruit is worth
