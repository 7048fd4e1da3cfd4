"""Copies of one mind in one episode: what one is asked of another, what is true, and how well it knows it.

θ and φ are copies: the same weights, each with its persona and what it has perceived. φ is asked "predict θ pretending
to be me" and "behave as θ pretending to be me". What is true is not the definition's answer but the mind's own:

- predict: θ's own forward pass, at its own place and on its own history, under "behave as φ";
- behave: the same after the world is forked at that step and θ, its history its own, stands where φ stands (and φ
  where θ stood, so that whoever is about is still about); of θ with a forgetful persona only, whom the rest of the
  place does not follow.

Deeper questions go back and forth: at depth 3 θ pretends to be φ pretending to be θ, and so on.

Besides the shortcuts of every score there are two that only copies have: what φ would do as itself, and what θ does as
itself. Ceilings: full information, exact reasoning in θ's place, and φ's own exact reasoning.

`asking` draws the questions and knows their truth, `scoring` makes the rows; `edits` changes what one could see of the
other, `interventions` tells what that did to answers, and `story` tells of one question. Whoever answers is handed in.
"""

from analysis.copies.asking import copies_of, forked, questions_of, theirs
from analysis.copies.scoring import score_copies, survey_of

__all__ = ["copies_of", "forked", "questions_of", "score_copies", "survey_of", "theirs"]
