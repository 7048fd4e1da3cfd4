"""self-report: say what others are like, and what you are like, and mean the same by it whatever the tastes are.

In population episodes of every type an agent is asked, at any step, what another is like (`describe`), and what it is
like itself. Of itself it is asked in two ways, by its own name, as of any other, and *as itself*, with "behave as
myself" before it; and told three things of itself: its description, nothing, or the description of somebody else. The
same is asked with tastes permuted (analysis/contenders/permuted.py), every colour one and two places on, and so is
"behave as". Exact answers stay the same; who learned about red and blue, and not about liking, says something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answer import Reasoned
from agents.orchard.run import RunConfig
from agents.population import PopulationConfig
from agents.registry import type_space
from analysis.contenders.permuted import Permuted
from analysis.probes.orchard import run_of
from analysis.probes.probe import Contender, Mind, Trial
from analysis.questions.sampling import Cell, Draw, Sampling
from analysis.questions.survey import Survey, put
from analysis.scores.describe import POSTERIOR, Subject, described_by, posterior, subjects
from analysis.scores.statements import Said
from analysis.scores.traits import trait_values
from worlds import Episode
from worlds.base_episode import BaseEpisode

OTHERS, BY_NAME, AS_ITSELF = "another", "itself, by its name", "itself, as itself"  # who is described, and how asked
OWN, UNTOLD, ANOTHERS = "told what it is", "told nothing", "told what another is"  # the asked agent has been
READER = "who reads the words"
NO_ACTS, SHUFFLED = "mind, own actions blanked", "mind, names shuffled"
SILENT = "an agent"  # a description that says nothing
PLACES = (1, 2)  # how far on the colours are moved
PERMUTED = "tastes permuted"
JUDGED: Cell = ("behave", 1)
SAMPLING = Sampling(questions=96, stances=("behave",), depths=(1, 2), weights=(1, 1))
MANY = 1_000_000  # every subject of an episode


@dataclass(frozen=True)
class Design:
    """What the episodes are like, and what is asked in them."""

    agents: int = 8
    steps: int = 48
    asked: int = 3  # of them, the first; names and types are drawn, so being among the first tells nothing
    episodes: int = 12  # of each seed
    seeds: int = 5  # of an evaluation that is reported
    questions: int = 24  # descriptions of others in each episode, and as many of oneself

    def run(self, seed: int, split: str) -> RunConfig:
        """The run of the episodes: a population of every type."""
        return run_of(seed, split, PopulationConfig(types="all"), agents=self.agents, steps=self.steps)


class AsItself:
    """A describer who describes nobody but who is asked, as itself."""

    def __init__(self, mind: Mind):
        self.mind, self.name = mind, mind.name

    def traits(
        self, episode: BaseEpisode, agent: int, steps: Sequence[int], who: Sequence[int]
    ) -> Mapping[str, np.ndarray]:
        """What it says of itself."""
        return self.mind.own_traits(episode, agent, steps)


def told(episode: Episode, words: str) -> Episode:
    """The episode in which nobody has been told what it is like, or everybody what somebody else is."""
    if words == OWN:
        return episode
    said = [one.description for one in episode.agents]
    others = [next((two for two in said[i + 1 :] + said[:i] if two != one), SILENT) for i, one in enumerate(said)]
    heard = others if words == ANOTHERS else [SILENT] * len(said)
    pairs = zip(episode.agents, heard, strict=True)
    return replace(episode, agents=[replace(one, description=text) for one, text in pairs])


def reader(episode: Episode, asked: Sequence[Subject]) -> np.ndarray:
    """(q, v): the types that the described one's description fits, equally likely."""
    space, heard = type_space(episode), [episode.agents[one.who].description for one in asked]
    fits = np.array([space.consistent({} if text == SILENT else text) for text in heard])
    return (fits / fits.sum(1, keepdims=True)) @ trait_values(space).T


def descriptions(trial: Trial, seed: int, episode: Episode) -> Iterator[Said]:
    """What is said in one episode: of others, and by each way of asking and of having been told of oneself."""
    mind, design = trial.mind, trial.design
    about = [one for one in subjects(episode, MANY, seed) if one.agent < design.asked][: design.questions]
    stated = described_by([mind, *trial.blind, *permutations(mind)], episode, about)
    yield Said(OTHERS, OWN, episode, about, stated | {POSTERIOR: posterior(episode, about)})
    selves = [replace(one, who=one.agent) for one in about]
    acts = [one for one in trial.subject.blanked if one.name == NO_ACTS]
    exact = {POSTERIOR: posterior(episode, selves)}
    for words in (OWN, UNTOLD, ANOTHERS):
        heard = told(episode, words)
        yield Said(BY_NAME, words, heard, selves, described_by([mind, *acts], heard, selves) | exact)
        read = {READER: reader(heard, selves)} if words != UNTOLD else {}
        yield Said(AS_ITSELF, words, heard, selves, described_by([AsItself(mind)], heard, selves) | read)


def called(name: str, places: int) -> str:
    """Whom a row is about where the colours were moved."""
    return f"{name}, {PERMUTED} by {places}"


def permutations(mind: Mind) -> list[Permuted]:
    """The mind, asked with every permutation of tastes that keeps the space of types."""
    return [Permuted(mind, places, called(mind.name, places)) for places in PLACES]


def behaviour(trial: Trial, place: int, episode: Episode) -> Survey:
    """The questions "behave as" of an episode's first agents, put to the mind and what is left of it, permuted too."""
    asked = [one for one in Draw(episode, SAMPLING).asked() if one.query.agent < trial.design.asked]
    beside: list[Contender | Reasoned] = [Reasoned(type_space(episode)), *trial.blind]
    controls = [Permuted(one, PLACES[0], called(one.name, PLACES[0])) for one in beside]
    return put(place, episode, asked, [trial.mind, *permutations(trial.mind)], controls)
