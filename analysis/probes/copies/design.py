"""copies: what does a copy of me, which saw other things than I did, expect me to be?

Two dozen agents, eight of them copies of the mind: the same weights, a persona and a history each. θ and φ are any two
of these. φ is asked "predict θ pretending to be me" and "behave as θ pretending to be me". The truth is what θ itself
says (analysis/copies): to predict, at its own place; to behave, in a world forked at that step in which θ stands where
φ stands, for forgetful personas. Deeper questions go back and forth, "θ pretending to be me pretending to be θ", up to
depth 4; training ends at depth 2. At depth 1 θ is asked to be itself. Interventions, on "predict θ pretending to be
me":

- φ hidden from θ: θ, which in truth saw φ act at a step, stands at that step where neither sees the other. Only steps
  count at which φ acted as itself and that lie beyond θ's memory, so that nothing but θ's picture of φ changes. What θ
  did at these steps would tell φ less of θ once θ is away; therefore θ is announced in a role at them, hidden or not,
  and its acts there are no evidence. *Seen*: φ saw θ at these steps, and its answer should move as θ's own does.
  *Unseen*: φ did not see θ, which saw it (a far-sighted θ, a near-sighted φ), cannot know, and must not move
- slots swapped: θ and φ trade their places in the arrays of the episode. Names go with them, so every question to a
  name has the answer that it had
- one event less: of one act that φ saw, everybody is told that it was a role, so that it is no evidence. φ's answer
  hangs on what θ did, and on what φ did where θ could see it; on nothing else
- θ replaced by a scripted agent of the same persona, whose answer is the truth then. *Now*: only at the question; all
  that φ saw is what the copy did. *Always*: from the start, in the twin episode, in which the world goes another way
  once the two act differently
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agents.orchard.run import MindsConfig, RunConfig
from agents.population import PopulationConfig
from analysis.copies.scoring import Drawn
from analysis.probes.orchard import run_of
from analysis.probes.probe import Subject, Trial
from analysis.questions.sampling import Cell
from worlds import Episode, FunhouseError

HEADLINE: Cell = ("predict", 2)


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and how much is asked in each."""

    agents: int = 24
    copies: int = 8
    steps: int = 48
    size: int = 13  # rows and columns: as crowded as the worlds of 24 agents that the mind was trained on
    fruits: int = 12
    episodes: int = 8  # of each seed
    seeds: int = 5  # of an evaluation that is reported
    training: int = 12  # on which the shortcuts are fitted
    depths: tuple[int, ...] = (1, 2, 3, 4)
    predict: int = 48  # moments, each asked about at every depth
    behave: int = 24
    hidings: int = 12  # moments, before each of which φ is hidden in both ways
    edits: int = 3  # moments at which slots are swapped and events left out
    twins: int = 16  # moments about the copy that is replaced

    @property
    def drawn(self) -> Drawn:
        """The questions that the tables are made of."""
        return Drawn(self.predict, self.behave, self.depths)

    def run(self, subject: Subject, split: str, seed: int) -> RunConfig:
        """The run of one seed's episodes."""
        return run_of(
            seed, split, PopulationConfig(), minds=MindsConfig(self.copies, subject.checkpoint), height=self.size,
            width=self.size, map="mixed", fruits=self.fruits, agents=self.agents, steps=self.steps,
        )  # fmt: skip


def played(subject: Subject, run: RunConfig, count: int) -> list[Episode]:
    """The first episodes of a run. Raises FunhouseError where the subject has nobody to play them."""
    if subject.players is None:
        raise FunhouseError("nobody is here to play copies of the mind", remedy="hand in its players")
    return [episode for batch in subject.players.batches(run, range(count)) for episode in batch]


def worlds_of(trial: Trial) -> Iterator[tuple[int, Episode, Episode]]:
    """(seed, episode, twin), seed by seed. In the twin the last copy is a scripted agent of the same persona, from the
    start: the same map, fruits, names, types, roles and draws, but for what follows from what it does."""
    subject, design = trial.subject, trial.design
    for seed in trial.seeds:
        run, count = design.run(subject, trial.settings.split, seed), trial.count(design.episodes)
        fewer = replace(run, minds=MindsConfig(design.copies - 1, subject.checkpoint))
        pairs = zip(played(subject, run, count), played(subject, fewer, count), strict=True)
        yield from ((seed, *pair) for pair in pairs)
