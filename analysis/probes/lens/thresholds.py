"""lens: what counts as telling whose eyes see a cell.

The *uptake* of an answer is its own shift projected on the would-be shift. The effect is how well it separates
contested cells that Bo sees from those that it does not: the area under the ROC curve, in the new world. A control
shows the effect where the whole 95% interval is at or above AREA.

- positive, must: the exact reasoner
- negative, must not: egocentric (exact, but for taking Bo to know what Ada knows); myself; an A* planner; the mind with
  its history blanked, with names shuffled, with its prompt blanked
- baseline, no verdict: ignorant, which looks through either sight and knows nothing of anybody's type

The mind should reach AREA too, CORRELATION over every cell of the new world, and STILL, exactly, as the reasoner must.
"""

AREA = 0.6  # without knowing whose eyes these are it ought to come to 0.5
CORRELATION = 0.6  # of the mind's shifts with the real ones: more of them than not are real
STILL = 0.0  # the largest shift at cells that neither Ada nor Bo perceives: nothing can be known of those
