"""better: what counts as doing better than every demonstration (D-REX: Brown, Goo and Niekum 2019).

From demonstrations, and from the same with more and more noise, a worth of each kind of fruit is inferred: the less
noise the better, is all that is said. The effect is the *gain*: what the best acts for that worth bring, by the true
worth, less what the best of the demonstrations brought. A control shows it where its whole 95% interval is at or above
GAIN.

- positive, must: a demonstrator that is decisive and near-sighted, whose returns fall with noise
- negative, must not: the same with the order of noise shuffled; a demonstrator that acts at random, for whom noise
  tells nothing

A vague and far-sighted demonstrator stood here as a null, too. On validation it was none: a hundred roll-outs with each
share of noise told enough of what is worth what. So it is a row.
"""

GAIN = 0.1  # a tenth of what the best kind of fruit is worth
