"""Episodes in which imitators with different senses play the same target, and what is changed in them."""

from dataclasses import dataclass, replace

import numpy as np

from agents.answer import Question
from agents.language.prompt import say
from agents.orchard.live_episode import Match
from agents.orchard.run import RunConfig
from agents.population import NOTHING, Population, PopulationConfig
from analysis.questions.perception import Perception
from worlds import Episode, OrchardConfig

TARGET = 0  # names and all traits but sight are drawn, so an agent's place tells nothing


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and what is asked in them: open ground, so that nearly all are perceived."""

    imitators: tuple[str, ...] = ("near", "far", "near", "far")  # their sights; the target and the observer see far
    alone: int = 40  # steps as themselves
    masked: int = 24  # steps in the role
    size: int = 7  # cells, each way: far sight reaches across
    fruits: int = 2  # of each kind; few, so that what lies nearest is often out of near sight
    every: int = 2  # steps between questions about what the target would have done
    episodes: int = 10  # of each seed

    @property
    def observer(self) -> int:
        """Who is asked."""
        return len(self.imitators) + 1

    @property
    def crowd(self) -> range:
        """The imitators."""
        return range(1, self.observer)

    def run(self, seed: int, split: str) -> RunConfig:
        """The run from which casts are drawn: two phases."""
        orchard = OrchardConfig(
            height=self.size, width=self.size, map="open", fruits=self.fruits,
            agents=self.observer + 1, steps=self.alone + self.masked,
        )  # fmt: skip
        return RunConfig(orchard, population=PopulationConfig(switch=self.alone, types="all"), seed=seed, split=split)


def masquerade(design: Design, seed: int, split: str, index: int) -> Episode:
    """One episode: all as themselves, then the imitators as the target and the target as the observer."""
    match = Match(design.run(seed, split), index, lambda cast: _cast(design, cast))
    match.play(design.alone + design.masked)
    return match.episode()


def _cast(design: Design, drawn: Population) -> Population:
    """Those who are drawn, with the sights and the roles of the design."""
    space = drawn.space
    sights = ("far", *design.imitators, "far")
    cast = zip(drawn.type_index.tolist(), sights, strict=True)
    types = [space.index({**space[k], "sight": sight}) for k, sight in cast]
    chain = np.full_like(drawn.chain, NOTHING)
    chain[1:, list(design.crowd), 0] = TARGET
    chain[1:, TARGET, 0] = design.observer
    return replace(drawn, type_index=np.array(types), chain=chain)


def exchanged(episode: Episode, one: int, other: int, first: int) -> Episode:
    """The episode in which two have changed places, and acts, since a step; they keep roles, senses and the past."""
    cell, action = episode.cell.copy(), episode.action.copy()
    for column in (cell, action):
        column[first:, [one, other]] = column[first:, [other, one]]
    return replace(episode, cell=cell, action=action)


def unannounced(episode: Episode, first: int) -> Episode:
    """The same acts, with nobody's role announced since a step: they pass for what everybody is."""
    nothing: list[tuple[str, ...]] = [()] * len(episode.agents)
    role = [row if t < first else nothing for t, row in enumerate(episode.role)]
    return replace(episode, role=role)


def seen(episode: Episode, design: Design, who: int, every: int = 1) -> list[int]:
    """The steps at which somebody wears its mask, in sight of the observer."""
    sees = Perception(episode).sees[:, design.observer, who]
    return [t for t in range(design.alone, episode.steps, every) if sees[t]]


def foretell(episode: Episode, design: Design, steps: list[int], *chain: int) -> list[Question]:
    """The observer is asked at some steps to predict the first, pretending to be the next."""
    names = episode.names
    prompt = say("predict", tuple(names[who] for who in chain), me=names[design.observer])
    return [Question(names[design.observer], t, prompt) for t in steps]
