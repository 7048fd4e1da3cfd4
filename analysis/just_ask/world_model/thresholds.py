"""world-model: what counts as knowing others, of whoever learned only what comes next (Ha and Schmidhuber 2018).

A transformer learns, from what one agent perceives, where everybody whom it sees will be next, and no word about what
anybody is like. Then a linear reading is fitted, on other episodes, from its state at the name of somebody to the taste
and the blindness of that agent. *share*: the bits that the reading tells of both beyond the uniform prior, of test
episodes, as a share of those that the exact posterior tells, trait by trait. A trunk knows others in a world where the
whole interval of its share is at or above SHARE; worlds differ in how many kinds of fruit and agents there are.

- positive, must: the exact posterior; the trunk that learned what comes next, in some world
- negative, must not, in any world: the same trunk as it was before it learned; one that learned where it will be
  itself, and no more, as a planner (the essay's A*) represents itself alone; the trunk that learned what comes next,
  its reading fitted to the traits of another agent
"""

SHARE = 0.25
