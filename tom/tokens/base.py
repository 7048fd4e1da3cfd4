"""What one agent perceived in an episode, as tokens: one interface for every world.

A *row* is an agent-step as the perceiver saw it: where things lay around the actor. An event is a row and what was done
there; the scene of a question is a row in which nothing has been done yet. So rows are encoded once and used as both.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from worlds import FunhouseError

VERSION = 6  # of what a mind reads; one of another version is refused
UNLABELLED = -100  # in the place of a trait that nobody says


@dataclass(frozen=True)
class Seen:
    """What one agent perceived of an episode, agent-step by agent-step: r rows in the order of steps.

    step, agent, action  (r,) int64: when, who (index into the episode's agents), what it did; -1 where it did not act
    native               (r,) bool: whether the act is an event of the history
    look                 {name: (r, ...)}: what lay around, as the world's reader gives it
    at                   (t, n) int64: the row of an agent at a step, -1 where it was not perceived
    """

    step: np.ndarray
    agent: np.ndarray
    action: np.ndarray
    native: np.ndarray
    look: dict[str, np.ndarray]
    at: np.ndarray

    def __len__(self) -> int:
        return len(self.step)


class Reading(ABC):
    """What every network must know of a world before it reads an episode of it."""

    space: Any  # of types
    words: tuple[str, ...]  # that prompts and descriptions are made of
    kind: str  # what logs must share to be learned from together, in words
    mirrors: bool = False  # whether mirrors hang in it

    @abstractmethod
    def shown(self, episode: Any) -> Any:
        """The episode with what mirrors show, where there are any."""

    def types(self, episode: Any) -> np.ndarray:
        """(n, traits) int64: each agent's traits as indices, in the order of the type space."""
        return np.array([self.space.trait_index[self.space.index(agent.type)] for agent in episode.agents], np.int64)

    @abstractmethod
    def native(self, episode: Any) -> np.ndarray:
        """(t, n) float32: 1 where an agent acts as itself; with hidden roles the stated share."""

    @abstractmethod
    def sees(self, episode: Any, me: int) -> np.ndarray:
        """(t, n) bool: whose acts agent `me` perceives at each step, its own among them."""

    def of_all(self, trait: str, chance: np.ndarray) -> np.ndarray:
        """The probabilities (q, values) of all values of a trait, from those of the values that are told apart."""
        return chance

    def difference(self, other: Any) -> tuple[str, str] | None:
        """Where another world of this kind differs in little: in what, and the remedy."""
        return None


class Reader(Reading):
    """A world as the mind reads it: how its episodes become tokens."""

    untold = 0.0  # the share of histories of training in which one is not told what one is oneself

    def tells(self, agent: Any) -> bool:
        """Whether the words that describe an agent are told to it."""
        return True

    def taught(self, episode: Any) -> np.ndarray:
        """(t, n) bool: whether what an agent of a training log is to do in its role is what it would do elsewhere."""
        return np.ones((episode.steps, len(episode.agents)), bool)

    @abstractmethod
    def look(self, episode: Any, me: int, step: np.ndarray, agent: np.ndarray) -> dict[str, np.ndarray]:
        """What lay around the actors of agent-steps (r,) that agent `me` perceived."""

    @abstractmethod
    def network(self) -> dict:
        """The fields of tom.transformer.Size that the world decides."""

    def seen(self, episode: Any, me: int, wanted: np.ndarray | None = None) -> Seen:
        """What agent `me` perceived, to the episode's end; wanted (t, n) bool: the agent-steps that matter, else all
        that are perceived."""
        shown = self.sees(episode, me)
        step, agent = np.nonzero(shown if wanted is None else shown & wanted)
        at = np.full(shown.shape, -1, np.int64)
        at[step, agent] = np.arange(len(step))
        native = (self.native(episode) > 0)[step, agent]
        action = episode.action[step, agent].astype(np.int64)
        return Seen(step, agent, action, native & (action >= 0), self.look(episode, me, step, agent), at)


def announced(episode: Any) -> np.ndarray:
    """(t, n) float32: 1 where an agent acts, and under no role."""
    return np.array([[not role for role in roles] for roles in episode.role], np.float32) * episode.acts


def check_one_world(inputs: Sequence[Reading]) -> None:
    """Raises FunhouseError where logs that are to be learned from together differ in what agents are or perceive."""
    for other in inputs:
        check_alike(inputs[0], other, "the logs differ: {mine} and {other}", None, "train on logs of one kind")


def check_alike(mine: Reading, other: Reading, told: str, place: str | None, remedy: str) -> None:
    """Raises FunhouseError for worlds that differ in what agents are like or perceive; `told` holds {mine}, {other}.

    Where nothing differs but the bank, it says what of it, and how logs come to share one.
    """
    if type(mine) is type(other) and mine.kind == other.kind:
        return
    what = told.format(mine=mine.kind, other=other.kind)
    if type(mine) is type(other) and (little := mine.difference(other)):
        what, remedy = f"{what}: {little[0]}", little[1]
    raise FunhouseError(what, place=place, remedy=remedy)
