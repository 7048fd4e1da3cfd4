"""What agents of logged episodes perceived, and what in it counts as acting natively: one interface for every world."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tom.filter.events import History, Wanted
from tom.filter.vocabulary import Vocabulary
from tom.tokens.base import Reading
from worlds import FunhouseError

VERSION = 3  # of what a mind reads; one of another version is refused


class Inputs(Reading):
    """A world as the filter reads it: how its episodes become the inputs of a network."""

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
