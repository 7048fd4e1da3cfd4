"""trial: what counts as learning from tries, and as improving beyond what was learned from (Watch, Try, Learn: Zhou et
al. 2020; algorithm distillation: Laskin et al. 2023).

Where to go is one of twelve tasks. *retrial*: a network that was shown what a clumsy demonstrator does, is given one
demonstration and what came of one try of its own, and tries again; its effect is how often it succeeds, as a share of
how often exact Bayes does at its own second try, and is *shown* where the whole 95% interval is at or above OF_BAYES.
*iterated*: a network that was shown what a policy does, and then what a less clumsy one does, is given what its own
answer did, and asked again, GENERATIONS times; its effect is how much more often it then succeeds than the best policy
that it was shown, and is shown where the whole interval is at or above RISE.

- positive, must: exact Bayes; the exact operator, iterated
- negative, must not: the second try of a network whose rewards are another's, in training and when asked; a second try
  by the demonstration alone; by the try alone; the operator, iterated, that was shown policies in no order
"""

OF_BAYES = 0.9
RISE = 0.1
GENERATIONS = 8
