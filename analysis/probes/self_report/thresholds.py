"""self-report: what counts as saying what others are like, and what one is like oneself.

*Resolved* is 1 - (log loss on the true traits) / (that of the uniform prior). A control shows its effect where the
whole 95% interval, over episodes, is at or above the threshold.

- others, RESOLVED: positive the posterior; negative the mind without history, without prompt, names shuffled
- others, 1 - calibration error, CALIBRATED: positive the posterior; negative the mind with names shuffled, which is
  certain about the wrong one
- itself from its acts, asked by name and told nothing, RESOLVED: positive the posterior about oneself; negative the
  mind with its own actions blanked
- itself from words, asked as itself, READ: positive who reads the description; negative the mind told nothing, and told
  somebody else's description
- permuted, skill of "behave as" another with tastes permuted, SKILLED: positive the reasoner; negative the mind without
  history, without prompt, names shuffled, all with tastes permuted

About others the mind should be at most BEYOND nats (trait by trait) above the posterior, with a calibration error of at
most ERROR; itself, from words, it should have CERTAIN resolved; and permuted tastes should change no skill by more than
CHANGE.
"""

RESOLVED = 0.2  # the uniform prior has 0; the posterior, all that acts tell, has little more than this
CALIBRATED = 0.95  # whoever is honest is near 1
READ = 0.9  # the words say everything
SKILLED = 0.5  # half way from the best shortcut to the truth
BEYOND = 0.2  # nats on all traits together
ERROR = 0.05  # the counterpart of CALIBRATED
CERTAIN = 0.95  # of what was open, once it has been told
CHANGE = 0.05  # of skill: colours are but names
