"""What agents of logged episodes perceived, and what in it counts as acting natively: one interface for every world."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tom.filter.events import History, Wanted
from tom.filter.vocabulary import Vocabulary
from worlds import FunhouseError

VERSION = 3  # of what a mind reads; one of another version is refused


class Inputs(ABC):
    """A world as a mind reads it: how its episodes become the inputs of a network."""

    space: Any  # of types
    words: tuple[str, ...]  # that prompts and descriptions are made of
    kind: str  # what logs must share to be learned from together, in words
    mirrors: bool = False  # whether mirrors hang in it
    hindsight: ClassVar[bool] = False  # whether acts are told afterwards: see `acts`
    likens: ClassVar[bool] = True  # whether a mind may compare the acts of others with its own

    @classmethod
    def reads(cls, run: dict) -> bool:
        """Whether a mind reads worlds of a run's settings."""
        return True

    @classmethod
    def unread(cls, run: dict) -> FunhouseError:
        """The error for settings that it does not read, to be raised."""
        raise NotImplementedError

    @abstractmethod
    def shown(self, episode: Any) -> Any:
        """The episode with what mirrors show, where there are any."""

    @abstractmethod
    def types(self, episode: Any) -> np.ndarray:
        """(n, traits) int64: each agent's traits as indices, in the order of the type space."""

    @abstractmethod
    def native(self, episode: Any) -> np.ndarray:
        """(t, n) float32: 1 where an agent acts as itself; with hidden roles the stated share."""

    @abstractmethod
    def sees(self, episode: Any, me: int) -> np.ndarray:
        """(t, n) bool: whose acts agent `me` perceives at each step, its own among them."""

    @abstractmethod
    def history(
        self,
        episode: Any,
        me: int,
        native: np.ndarray | None = None,
        through: Sequence[Wanted] = (),
        direct: np.ndarray | None = None,
    ) -> History:
        """What agent `me` perceived, to the episode's end; the rest as in tom.filter.events.perceived."""

    @abstractmethod
    def network(self, vocabulary: Vocabulary) -> dict:
        """The fields of tom.filter.size.NetworkConfig that the world decides."""

    def acts(self, episode: Any, most: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """Some acts of agents that were themselves, whoever perceived them, and who it was: what policies are learned
        from. Raises NotImplementedError where nothing is told in hindsight."""
        raise NotImplementedError

    def difference(self, other: Any) -> tuple[str, str] | None:
        """Where another world of this kind differs in little: in what, and the remedy."""
        return None


def traits_of(space, episode) -> np.ndarray:
    return np.array([space.trait_index[space.index(agent.type)] for agent in episode.agents], np.int64)


def announced(episode) -> np.ndarray:
    return np.array([[not role for role in roles] for roles in episode.role], np.float32) * episode.acts
