"""drivers: what counts as worse drivers being of use to who is only ever asked for the expert.

One network learns from expert episodes and from many of worse drivers, is told z, who drives, and is then asked as the
expert. The effect is the *gain*: how much nearer to the expert's exact chances it is, in nats of KL(expert || network)
on scenes of unseen maps, than the same network that learned, in as many steps, from the expert episodes alone; paired
by seed. It is shown where its whole 95% interval over seeds is at or above GAIN.

- the statement: with z it is shown at every one of EPISODES up to FEW
- positive, must, at FEW episodes: others who are experts too, so that there is everything to be learned from them
- negative, must not, at FEW episodes: z shuffled among episodes; others who all act at random, z told, from whom there
  is nothing to be learned

With fewer episodes than FEW the nulls are rows and no controls: whoever has next to nothing to learn from may be better
off with any drivers, told from experts or not. Beyond FEW the gain is a row, which shows where others stop helping.
"""

EPISODES = (10, 25, 50, 100, 200, 400, 800)  # of the expert
FEW = 200  # of the plan: up to so many the others must help
GAIN = 0.01  # nats: what a table of two places can show
