"""What whoever writes a world of one's own says of it: examples/corridor.py is one.

Agents are in numbered places, several in one or none, and each place holds something, told by a number. Who sees a
place sees what it holds, and who is there, with role and action. That is all that perception is here, so that to
perceive through another's senses is to take away the places that these do not reach.
"""

import contextlib
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from agents.product_space import AgentType
from agents.traits.trait import Trait
from worlds import FunhouseError

HIDDEN = -1  # what a place holds that is not seen


class Seen(NamedTuple):
    """What a percept holds of one agent."""

    place: int
    role: tuple[str, ...]  # () is "as itself"
    action: int | None  # None while the step is not over


class Percept(NamedTuple):
    """What somebody perceives at one step."""

    content: tuple[int, ...]  # of each place, HIDDEN where it is not seen
    agents: tuple[tuple[str, Seen], ...]

    def seen(self, name: str) -> Seen | None:
        """What is seen of an agent, None where it is not."""
        return next((seen for other, seen in self.agents if other == name), None)


class Places(ABC):
    """A world of places; to be made a frozen dataclass, whose fields `tom run --arguments` gives.

    What a field may be is declared beside it, `agents: Annotated[int, Interval(ge=1, le=16)] = 4`. Methods are
    functions of what they are given and of draws of worlds.dice from the episode's key, and of nothing else.
    """

    traits: ClassVar[tuple[Trait, ...]]  # what makes a type; each has few values, and wordings of them
    held_out: ClassVar[tuple[tuple[str, ...], ...]] = ()  # the types that no training sees, a value of each trait
    actions: ClassVar[tuple[str, ...]]  # their names
    contents: ClassVar[int] = 1  # how many things a place may hold, nothing (0) included
    agents: int
    steps: int

    @property
    @abstractmethod
    def places(self) -> int:
        """How many places there are, m."""

    @abstractmethod
    def start(self, key: np.uint64) -> tuple[Any, Any]:
        """Where the agents are, (n,), and what the places hold, (m,), when an episode begins."""

    @abstractmethod
    def move(
        self,
        place: np.ndarray,
        content: np.ndarray,
        action: np.ndarray,
        types: Sequence[AgentType],
        key: np.uint64,
        step: int,
    ) -> tuple[Any, Any, Any]:
        """The same after the agents' actions (n,) at a step, and their rewards (n,); it may write in its arrays."""

    @abstractmethod
    def view(self, type: AgentType, place: int) -> Any:
        """(m,) bool: the places that an agent of a type sees from a place, its own among them."""

    @abstractmethod
    def policy(self, type: AgentType, history: Sequence[Percept], body: str) -> Any:
        """(actions,) the chances with which an agent of a type acts in the last scene of what it has perceived, as
        whoever is called `body`."""


@contextlib.contextmanager
def told_of(world: Places, what: str) -> Iterator[None]:
    """What a world's own code raises, or gives back that is none of what it should, as a FunhouseError."""
    try:
        yield
    except FunhouseError:
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise FunhouseError(
            f"{type(world).__name__}.{what} failed: {type(error).__name__}: {error}",
            place=f"{last.filename}, line {last.lineno}",
            remedy="mend the world",
        ) from error
