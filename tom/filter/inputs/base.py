"""What agents of logged episodes perceived, and what in it counts as acting natively: one interface for every world."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from tom.filter.events import History, Wanted
from tom.filter.vocabulary import Vocabulary
from tom.tokens.base import Reading

VERSION = 3  # of what a mind reads; one of another version is refused


class Inputs(Reading):
    """A world as the filter reads it: how its episodes become the inputs of a network."""

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
