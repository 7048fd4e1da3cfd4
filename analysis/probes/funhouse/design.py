"""funhouse: several agents with different senses imitate the same one; which is which, and what would it have done?

First everybody acts as itself. Then four imitators, two near-sighted and two far-sighted, are in the role of the same
far-sighted target, which plays the observer meanwhile, so that nothing more is learned of it: from then on no act is
evidence of anybody. What an imitator does in the role is what it takes the target for, seen through its own eyes: of
one target there are four distorted images. The observer, far-sighted and itself throughout, is asked

- which is which, by likelihood: who is behind which mask? "Predict X pretending to be the target" is asked with X
  behind its own mask and behind each other's: in the episode in which the two have changed places, and with them acts,
  since the masks were put on. The effect is the share of pairs of a near- and a far-sighted imitator whose acts are
  likelier with each behind its own mask, chance 0.5
- which is which, by description: asked while the masks are on, of a near- and a far-sighted imitator, which does
  `describe` call the nearer-sighted? Acts in a role are no evidence, so descriptions must not move while masks are
  worn; with the same acts unannounced they do
- undone: what the target itself would have done where a near-sighted imitator stood, seeing for itself. The two change
  places as above and the observer is asked "predict" the target. The effect is the share of the distortion undone:
  1 - (sum of KL from what the target would have done) / (the same of what the imitator does in the role). 0 is the
  imitation, 1 the target itself

The world was chosen on validation, for what the exact reasoner, alone, can tell in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from agents.answer import Answerer, Question, Truth
from agents.orchard.live_episode import Match
from agents.orchard.run import RunConfig
from agents.population import NO_ELEMENT, Population, PopulationConfig
from agents.reasoning import Space
from agents.registry import type_space
from analysis.probes.contenders import Exact, Ignorant
from analysis.probes.orchard import asking, run_of
from analysis.questions.perception import Perception
from analysis.scores.describe import POSTERIOR, Describer, Subject, described_by, posterior
from analysis.scores.measures import LEAST
from worlds import Episode

THEMSELVES = "the imitators themselves"
NOT_UNDONE, IN_PLACE = "mind, not undone", "mind, in the imitator's place"
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
    seeds: int = 5  # of an evaluation that is reported

    @property
    def observer(self) -> int:
        """Who is asked."""
        return len(self.imitators) + 1

    @property
    def crowd(self) -> range:
        """The imitators."""
        return range(1, self.observer)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of imitators, counted from 0, in the order of everything that is told of pairs."""
        return [*combinations(range(len(self.imitators)), 2)]

    @property
    def mixed(self) -> np.ndarray:
        """(pairs,) bool: of which pairs one sees near and one far."""
        return np.array([self.imitators[i] != self.imitators[j] for i, j in self.pairs])

    def run(self, seed: int, split: str) -> RunConfig:
        """The run from which casts are drawn: two phases."""
        return run_of(
            seed, split, PopulationConfig(switch=self.alone, types="all"), height=self.size, width=self.size,
            map="open", fruits=self.fruits, agents=self.observer + 1, steps=self.alone + self.masked,
        )  # fmt: skip


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
    chain = np.full_like(drawn.chain, NO_ELEMENT)
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
    return [asking(episode, design.observer, step, "predict", *chain) for step in steps]


class Themselves:
    """What is really done: the imitators' own exact reasoning."""

    name = THEMSELVES

    def answer(self, episode: Episode, questions: Sequence[Question]) -> np.ndarray:
        """The action distributions, (q, 5) float64."""
        return Truth(type_space(episode)).answer(episode, questions)


class Images(NamedTuple):
    """What the target would have done in one imitator's place, and what was said of it; axis q."""

    imitator: int
    truth: np.ndarray  # q a: what the target would have done
    image: np.ndarray  # q a: what the imitator does in its role
    action: np.ndarray  # q int: what it did
    answer: dict[str, np.ndarray]  # by contender: q a


def likelihoods(episode: Episode, design: Design, who: Sequence[Answerer]) -> dict[str, np.ndarray]:
    """By contender, (mask, imitator) nats: how likely the acts behind each mask are with each imitator behind it."""
    crowd, first = design.crowd, design.alone
    steps = {mask: seen(episode, design, mask) for mask in crowd}
    table = {one.name: np.zeros((len(crowd), len(crowd))) for one in who}
    for mask, other in [(one, one) for one in crowd] + [*combinations(crowd, 2)]:
        world = episode if mask == other else exchanged(episode, mask, other, first)
        pairs = dict.fromkeys([(mask, other), (other, mask)])
        asked = {pair: foretell(world, design, steps[pair[0]], pair[1], TARGET) for pair in pairs}
        for one in who:
            said = one.answer(world, [question for part in asked.values() for question in part])
            ends = np.cumsum([len(part) for part in asked.values()])[:-1]
            for (behind, imitator), rows in zip(asked, np.split(np.asarray(said), ends), strict=True):
                chance = rows[np.arange(len(rows)), episode.action[steps[behind], behind]]
                table[one.name][behind - 1, imitator - 1] = np.log(np.maximum(chance, LEAST)).sum()
    return table


def images(episode: Episode, design: Design, mind: Answerer, blind: Sequence[Answerer]) -> Iterator[Images]:
    """What is said of each imitator's place: with target and imitator exchanged, "predict" the target."""
    for imitator in design.crowd:
        if not (steps := seen(episode, design, imitator, design.every)):
            continue
        world = exchanged(episode, TARGET, imitator, design.alone)
        straight = foretell(world, design, steps, TARGET)
        bent = foretell(episode, design, steps, imitator, TARGET)
        inside = [asking(episode, imitator, step, "behave", TARGET) for step in steps]
        answer = {one.name: one.answer(world, straight) for one in (mind, *blind, Ignorant(), Exact())}
        answer |= {NOT_UNDONE: mind.answer(episode, bent), IN_PLACE: mind.answer(episode, inside)}
        truth, image = Themselves().answer(world, straight), Themselves().answer(episode, bent)
        said = {name: np.asarray(rows) for name, rows in answer.items()}
        yield Images(imitator, truth, image, episode.action[steps, imitator].astype(np.int64), said)


def descriptions(episode: Episode, design: Design, who: Sequence[Describer], step: int) -> dict[str, np.ndarray]:
    """By contender, (imitators, v): what the observer says of each, of every value of every trait."""
    asked = [Subject(design.observer, step, one, 0) for one in design.crowd]
    return described_by(who, episode, asked) | {POSTERIOR: posterior(episode, asked)}


def column(space: Space, value: str) -> int:
    """Where a trait's value stands among all values of all traits."""
    return [one for values in space.traits.values() for one in values].index(value)
