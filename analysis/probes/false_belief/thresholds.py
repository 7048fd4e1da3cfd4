"""false-belief: what counts as expecting of Bo what Bo saw, and not what Ada knows.

The effect is the correlation of *what watching changes* (the answer watched less missed), predicted with real, over the
pooled conditions. A control shows the effect where the whole 95% interval is at or above SHOWN.

- positive, must: the exact reasoner
- negative, must not: egocentric (exact, but for taking Bo to know what Ada knows); myself; an A* planner; the mind with
  its history blanked, with names shuffled, with its prompt blanked
- baseline, no verdict: ignorant, which looks through Bo's eyes and knows nothing of anybody's type

The mind should reach SHOWN over the pooled conditions, of what watching changes and of the shifts from "as it was",
missed and watched together; and STILL.
"""

# Who takes Bo to know what Ada knows changes nothing, and so has none; who tells neither those who remember nor those
# who care has 1/√3 = .58 if the three conditions weigh the same.
SHOWN = 0.6
STILL = 0.0  # the largest shift where Ada was away and cannot know
