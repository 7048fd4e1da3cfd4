"""augmentation: what counts as a network being better for changed scenes, and for being told that they are changed.

Some of the scenes that a network learns from are changed in what is perceived, with the act of the original as label,
in a way that is no symmetry of the world; a token says how, and it is asked with the token "clean". Figures are of
KL(policy || network) in nats, on clean scenes of unseen maps, paired by seed. Two effects, each shown where its whole
95% interval over seeds is at or above its threshold:

- *saved*: the share of the KL of the same network without augmentation that goes away. SAVED.
  the statement: told, it is shown at every one of EPISODES
  positive, must, at the most episodes: scenes turned and mirrored together with their acts, which is exact
  negative, must not: a token for changed scenes in which nothing is changed
- *telling*: the share of the KL of the same augmentation untold that goes away with a token. TELLING.
  the statement: told, it is shown at every one of EPISODES
  positive, must, at the most episodes: the fruits of another scene, so that the act has nothing to do with what is
  seen, and who is not told is half as sure of everything
  negative, must not: a token at random

All colours exchanged around the wheel stood here as that positive control. On validation it was none: telling saved
nothing of it, for a network in which what a thing is worth is a product of the thing and of who acts does not find one
product for a token and another without it. What acts have nothing to do with at all can be told by any network.
"""

EPISODES = (25, 50, 100, 200, 400)
SAVED = 0.1  # of the plan
TELLING = 0.02  # less would not be worth a token, nor be told from luck with five seeds
