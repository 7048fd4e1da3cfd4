"""Episodes with copies of the mind among two dozen agents, and what is asked in them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agents.orchard.run import MindsConfig, RunConfig
from analysis.copies.scoring import Drawn
from analysis.probes.probe import Settings, Subject
from worlds import Episode, FunhouseError, OrchardConfig


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and how much is asked in each."""

    agents: int = 24
    copies: int = 8
    steps: int = 48
    size: int = 13  # rows and columns: as crowded as the worlds of 24 agents that the mind was trained on
    fruits: int = 12
    episodes: int = 8  # of each seed
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
        orchard = OrchardConfig(
            height=self.size, width=self.size, map="mixed", fruits=self.fruits, agents=self.agents, steps=self.steps
        )
        return RunConfig(orchard, seed=seed, split=split, minds=MindsConfig(self.copies, subject.checkpoint))


def played(subject: Subject, run: RunConfig, count: int) -> list[Episode]:
    """The first episodes of a run. Raises FunhouseError where the subject has nobody to play them."""
    if subject.players is None:
        raise FunhouseError("nobody is here to play copies of the mind", remedy="hand in its players")
    return [episode for batch in subject.players.batches(run, range(count)) for episode in batch]


def worlds_of(subject: Subject, settings: Settings, design: Design) -> Iterator[tuple[int, Episode, Episode]]:
    """(seed, episode, twin), seed by seed. In the twin the last copy is a scripted agent of the same persona, from the
    start: the same map, fruits, names, types, roles and draws, but for what follows from what it does."""
    for seed in settings.all_seeds:
        run, count = design.run(subject, settings.split, seed), settings.episodes or design.episodes
        fewer = replace(run, minds=MindsConfig(design.copies - 1, subject.checkpoint))
        pairs = zip(played(subject, run, count), played(subject, fewer, count), strict=True)
        yield from ((seed, *pair) for pair in pairs)
