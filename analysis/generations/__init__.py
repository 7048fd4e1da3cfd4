"""Generations of a mind, each brought up among copies of the one before: does its understanding of minds improve?

Two arms start from one mind. In the arm `copies`, generation g is trained on episodes in which copies of generation
g - 1 live among scripted agents; in the arm `scripted`, for as many steps, on the same episodes with scripted agents in
the copies' stead. What the first has beyond the second is what living with minds brought; what both have is training.

Every generation is scored on four things, rows with the keys of the fidelity table, `generation`, `arm` and `about`:

- scripted: fidelity to scripted agents, at depths 1 and 2 of both stances; what is true is the definition's answer.
- ancestor: fidelity to copies of generation 0, whoever answers: the same questions for all generations and both arms.
- copies: fidelity to copies of itself, who live among scripted agents in the evaluation's worlds.
- self: self-consistency, φ's picture of θ's picture of φ, both being copies of that generation. φ says what it would
  do "as θ pretending to be me"; and θ, put where φ stands, its history its own, what it would do "as φ". One body, one
  step, one network, and two ways to the same picture. Where the two answers agree there are 0 nats between them.

About copies what is true is what θ itself says, not the definition's answer. Of `ancestor` and `copies` φ is asked
"predict θ" (depth 1; θ says "as myself") and "predict θ pretending to be me" (depth 2; θ says "as φ").

An answer that tells nothing agrees with itself too: so look at skill, whose 0 is the best shortcut (for copies, among
them what φ would do as itself and what θ does as itself, of the same generation), before nats. And a copy that comes
to act more as the exact reasoner does is easier for anybody to understand: so the exact reasoner in φ's place, which
has learned nothing from anybody, is a row beside the mind.

*Differences* are of one arm from another, `beside`, or from generation 0, `start`: question by question where all are
asked the same, of scripted agents and of the ancestor. Above 0 the first is nearer to the truth. Copies of different
minds do different things in the same world, so of `copies` and `self` there is none, and their lines are less steady.
All intervals are over episodes.
"""

from analysis.generations.measure import ABOUT, ANCESTOR, ARMS, COPIES, SCRIPTED, SELF, START, Judge, Lives
from analysis.generations.picture import draw
from analysis.generations.tables import tables

__all__ = ["ABOUT", "ANCESTOR", "ARMS", "COPIES", "SCRIPTED", "SELF", "START", "Judge", "Lives", "draw", "tables"]
