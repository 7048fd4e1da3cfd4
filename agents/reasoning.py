"""What every exact reasoner says, and the one that any world has for nothing: its definition, carried out."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from agents.definition import Definition, Ending
from agents.partial import NOTHING, Partial, Without
from agents.query import Query, body_of, really
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode


class Space(Protocol):
    """The types that agents of a world may have, in the posterior's order; k in all."""

    world: str  # the part of a run's settings that is the world's: see agents.world.World
    held_out: np.ndarray  # (k,) bool: which no training sees

    @property
    def odds(self) -> np.ndarray:
        """(k,) int64: how common the types are, one to another."""
        ...

    def believed(self, seen_alone: bool) -> np.ndarray:
        """(k,) int64: the odds of the types that agents believe in, all or those alone that training sees; 0: not in
        these."""
        ...

    @property
    def traits(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each trait."""
        ...

    @property
    def trait_index(self) -> np.ndarray:
        """(k, traits) int: each type's value of each trait."""
        ...

    @property
    def descriptions(self) -> Sequence[str]:
        """[k] every type in its canonical words."""
        ...

    @property
    def types(self) -> Sequence[Any]:
        """[k] the types themselves; each is told by to_dict, trait by trait."""
        ...

    def __len__(self) -> int: ...

    def __hash__(self) -> int: ...

    def index(self, one: Any) -> int:
        """The place of a type, given as such or as {trait: value}. Raises FunhouseError where it is none of these."""
        ...

    def consistent(self, description: Any) -> np.ndarray:
        """(k,) bool: the types that a description, in words or as {trait: value}, allows. Raises FunhouseError where it
        allows none."""
        ...


class ExactReasoner(Protocol):
    """Exact answers about the episodes of one space of types."""

    space: Any  # a Space

    def enact(self, episode: Any, queries: Sequence[Query], *, without: Without = NOTHING) -> np.ndarray:
        """What each asked agent, reasoning exactly but for what is left out, answers: (q, actions) float64."""
        ...

    def truth(self, episode: Any, queries: Sequence[Query]) -> np.ndarray:
        """What is true, (q, actions) float64: for predict what the target really would do there, else as enact."""
        ...

    def ends(self, episode: Any, queries: Sequence[Query]) -> np.ndarray:
        """How likely each type is the one whose policy answers, where a chain ends: (q, k) float64."""
        ...

    def posterior(self, episode: Any, agent: int, step: int, who: int) -> np.ndarray:
        """What an agent knows of the type of `who` at a step, (k,) float64."""
        ...

    def posteriors(self, episode: Any, agent: int, who: int) -> np.ndarray:
        """The same at each step, (t, k) float64."""
        ...

    def natives(self, episode: Any, agent: int, step: int, place: int | None = None) -> np.ndarray:
        """What each type would do, (k, actions) float64, on what an agent perceives of a place at a step.

        The place is that of an agent, by index, the asked one by default. Raises FunhouseError where the asked agent
        does not perceive it.
        """
        ...


class Stated:
    """The exact reasoner of any world: its definition, in plain and slow Python.

    world: an agents.world.World; what is faster must give the same numbers.
    """

    def __init__(self, world: Any, space: Any):
        self.world, self.space = world, space

    def enact(self, episode: BaseEpisode, queries: Sequence[Query], *, without: Without = NOTHING) -> np.ndarray:
        """As ExactReasoner has it."""
        theory = self.world.theory(episode)
        if without != NOTHING:
            theory = Partial(theory, without)
        rows = [self._enact(theory, episode, query) for query in queries]
        return np.array(rows).reshape(len(queries), episode.actions)

    def _enact(self, theory: Definition, episode: BaseEpisode, query: Query) -> np.ndarray:
        history, names = self.world.history(episode, query.agent, query.step), episode.names
        chain = tuple(self.space.consistent(who) if isinstance(who, str) else names[who] for who in query.chain)
        if query.stance == "predict":
            return theory.predict(history, names[body_of(query)], chain[1:])
        return theory.behave(history, names[query.agent], self._own(episode, query.agent), chain)

    def _own(self, episode: BaseEpisode, agent: int) -> int:
        return self.space.index(episode.agents[agent].type)

    def ends(self, episode: BaseEpisode, queries: Sequence[Query]) -> np.ndarray:
        """As ExactReasoner has it."""
        theory = Ending(self.world.theory(episode))
        rows = [self._enact(theory, episode, query) for query in queries]
        return np.array(rows).reshape(len(queries), len(self.space))

    def truth(self, episode: BaseEpisode, queries: Sequence[Query]) -> np.ndarray:
        """As ExactReasoner has it."""
        return self.enact(episode, [really(query) for query in queries])

    def posterior(self, episode: BaseEpisode, agent: int, step: int, who: int) -> np.ndarray:
        """As ExactReasoner has it."""
        history = self.world.history(episode, agent, step)
        return self.world.theory(episode).posterior(history, episode.names[who])

    def posteriors(self, episode: BaseEpisode, agent: int, who: int) -> np.ndarray:
        """As ExactReasoner has it."""
        return np.array([self.posterior(episode, agent, step, who) for step in range(episode.steps)])

    def natives(self, episode: BaseEpisode, agent: int, step: int, place: int | None = None) -> np.ndarray:
        """As ExactReasoner has it."""
        place = agent if place is None else place
        if not self.world.perceives(episode, agent, place, step):
            what = f"{episode.names[agent]} does not perceive {episode.names[place]} at step {step}"
            raise FunhouseError(what, place=f"episode {episode.index}", remedy="choose somebody whom it perceives")
        theory, history = self.world.theory(episode), self.world.history(episode, agent, step)
        return np.array([theory.policy(k, history, episode.names[place]) for k in range(len(self.space))])
