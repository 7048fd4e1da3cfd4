"""style: what counts as moving in the style that a word asks for.

The effect, on each of four axes (explore much, snail, moth, bee), is the *share* of the exact difference: how much more
of the statistic there is in what is done when asked, over no wish, of how much more there is by do. Statistics: places
entered, stays, turns, steps that end on or beside a fruit, each over the steps of the wish. A control shows the effect
where the whole 95% interval is at or above SHARE.

- positive, must: do itself, played by other dice than those it is held against
- negative, must not: no wish (cloning), by other dice; do of the word of the next axis (words shuffled)
"""

SHARE = 0.8  # of the exact difference
