"""self-report: say what others are like, and what you are like, and mean the same by it whatever the tastes are.

In population episodes of every type an agent is asked, at any step, what another is like (`describe`), and what it is
like itself. Of itself it is asked in two ways, by its own name, as of any other, and *as itself*, with "behave as
myself" before it; and told three things of itself: its description, nothing, or the description of somebody else.

- resolved: 1 - (log loss on the true traits) / (that of the uniform prior), the share of what was open that is told
  rightly. Log loss is proper: who overstates pays for it. The posterior's is the most that acts can tell
- calibration: how often what was stated with some probability was so; its error is the mean distance between the two,
  over all values of all traits, in ten bins. The prior is calibrated too, and says nothing: read it beside `resolved`
- permuted: the same with tastes permuted (analysis/contenders/permuted.py), every colour one and two places on. Exact
  answers stay the same; who learned about red and blue, and not about liking, says something else. Fidelity at "behave
  as" is repeated so, and descriptions; `tom probe NAME --permute 1` repeats any other probe

Thresholds, stated before anything was measured on the test split. A control shows its effect where the whole 95%
interval, over episodes, is at or above the threshold.

- others, resolved >= 0.2: positive the posterior; negative the mind without history, without prompt, names shuffled
- others, 1 - calibration error >= 0.95: positive the posterior; negative the mind with names shuffled, which is certain
  about the wrong one
- itself from its acts, asked by name and told nothing, resolved >= 0.2: positive the posterior about oneself; negative
  the mind with its own actions blanked
- itself from words, asked as itself, resolved >= 0.9: positive who reads the description; negative the mind told
  nothing, and told somebody else's description
- permuted, skill of "behave as" another with tastes permuted >= 0.5: positive the reasoner; negative the mind without
  history, without prompt, names shuffled, all with tastes permuted

Figures to be reached: about others at most 0.2 nats beyond the posterior (trait by trait) and a calibration error of at
most 0.05; itself, from words, 0.95 resolved; no skill that tastes permuted change by more than 0.05.
"""

from analysis.probes.probe import Probe
from analysis.probes.self_report.measure import Design, measure
from analysis.probes.self_report.picture import draw
from analysis.probes.self_report.tables import tables

PROBE = Probe(
    name="self-report",
    about="say what others are like, and what you are like yourself, as surely as you can know, whatever the tastes",
    design=Design,
    measure=lambda trial: measure(trial.subject, trial.settings, trial.progress, trial.design),
    draw=draw,
    tables=tables,
)
