"""mirror: what counts as taking an image for oneself.

A control shows an effect where the whole 95% interval is at or above SHOWN.

- *recognition* after AT steps: by how much closer the answer as the image is to the answer as oneself where the image
  is live than where it is a replay; less the same of the exact reasoner; as a share of the reasoner's distance where it
  is live. 0 is what observation teaches, 1 would be that the image is at once taken for oneself
- *anticipation* after AT steps: by how much better than exact reasoning a live image is foreseen, as a share of what
  that lacks; or where it is less, that less the same of a replay
- the *mark*: the chance of washing after WASHED steps with the mark seen on the live image, less the same with it on
  another
- positive, must: an agent that does a Bayesian contingency test and, as far as that says that the image is itself,
  behaves as it as itself and washes when it is marked
- negative, must not: an A* planner, which represents itself, whoever it is asked to be; the mind with its own actions
  blanked
- baseline, no verdict: an agent with a detector of lagged correlation in place of the test. More than contingency
  detection is only what goes beyond it

No goal is set for the minds. They learned from logs: of agents that take images for others, and never wash what they do
not feel.
"""

AT = 4  # steps before the mirror: few, so that watching alone has taught little of the image
WASHED = 8  # steps before the mirror, four of them with the mark
SHOWN = 0.5  # of every effect: half way from what observation teaches to the image taken for oneself
