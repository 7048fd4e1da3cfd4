"""What a world is to everything that stands above it; agents/registry.py knows which there are.

A world is one object, of a subclass of World: its runs, the types of its agents, what they perceive, what is true of
them, and how a log of it is proven. The orchard (agents/orchard), anybody's PettingZoo environment (agents/arena) and
whatever is written in a file of one's own (agents/plain) are three. Nothing outside a world's own folders asks which of
them it deals with: it asks `world_of` an episode, a log, a space of types or the settings of a run, and goes on with
what that says.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np

from agents.definition import Definition
from agents.query import Query
from agents.reasoning import ExactReasoner, Stated
from agents.wishes.inexact import Estimate
from agents.wishes.wish import Ground, Wish
from worlds import FunhouseError
from worlds.base_episode import BaseEpisode
from worlds.harmless import harmless
from worlds.log.document import SHARD_SIZE
from worlds.log.reader import Log

Progress = Callable[[int, int], None]  # (episodes done, episodes in all)
Given = Mapping[str, Any]  # settings by name, those that a user gave
Report = Callable[[int, Any], None]  # an episode's index, and the attempt at it that was dropped


class Company(ABC):
    """Whoever plays the episodes of a run."""

    @abstractmethod
    def batches(self, span: range, report: Report | None = None, logged: Sequence[Any] | None = None) -> Iterator[list]:
        """The episodes of a span, as they come.

        report: is told of the attempts that failed; logged: the same episodes from a log, whose actions those take who
        follow no stated policy.
        """


class Run(Protocol):
    """Everything that the episodes of a run depend on."""

    world: ClassVar[str]  # World.part

    @property
    def population(self) -> Any:
        """Who takes part, an agents.population.PopulationConfig."""
        ...

    @property
    def space(self) -> Any:
        """The types that agents may have, a Space."""
        ...

    @property
    def meta(self) -> dict:
        """What a log's manifest says of it: "world", "config", "split" and "held_out"."""
        ...

    def to_dict(self) -> dict:
        """Its settings as plain JSON values: the manifest's "config", which `World.run` reads."""
        ...


class World(ABC):
    """A world: what its agents are, what they perceive, and what is true of them."""

    part: ClassVar[str]  # the part of a run's settings that is the world's own, by which it is known
    parts: ClassVar[tuple[str, ...]]  # all of them that say what the world and its agents are like
    options: ClassVar[frozenset[str]]  # the options of `tom run` that say something in this world alone
    refitted: ClassVar[int] = 24  # training episodes played to fit the shortcuts to one question
    sensed: ClassVar[bool] = True  # whether types differ in their senses
    side_by_side: ClassVar[int] = 1  # how many threads play at a time

    @abstractmethod
    def calls(self, name: str) -> bool:
        """Whether `tom run --world` and a log's manifest call it, or one of its kind, by this name."""

    @abstractmethod
    def given(self, name: str, options: Given, population: Given, seed: int, split: str) -> Run:
        """The run that a user asks for; options: those of `options` that were given; population: the settings of an
        agents.population.PopulationConfig that were. Raises FunhouseError."""

    @abstractmethod
    def run(self, config: Mapping[str, Any]) -> Run:
        """The run that a log's settings tell of, ready to be played. Raises FunhouseError."""

    def read(self, config: Mapping[str, Any]) -> None:
        """Raises FunhouseError where settings are not those of a run; none of the code that they name is run."""
        self.space(config)

    @abstractmethod
    def company(self, run: Any, threads: int = 1, players: Any = None) -> AbstractContextManager[Company]:
        """Whoever plays a run, for as long as that is entered; `players` play copies of a mind:
        agents.recording.Players.

        Raises FunhouseError where nobody is given to play the run's copies.
        """

    @abstractmethod
    def sampled(self, run: Any) -> tuple[float, float, float]:
        """Of an episode about the bytes in a log, the share of them that it surely takes, and seconds on one thread."""

    @abstractmethod
    def for_training(self, run: Any) -> Any:
        """The run of training episodes in the same world: of seen types, and everybody scripted."""

    def shard_size(self, run: Any) -> int:
        """How many episodes a shard of the log holds."""
        return SHARD_SIZE

    def moves(self, run: Any) -> int | None:
        """How many moves an episode has; None where episodes differ in that."""
        return None

    def resumed(self, run: Any, out: str | Path) -> Any:
        """The run as it goes on in a directory where a part of it may lie."""
        return run

    def announced(self, run: Any, episodes: int) -> tuple[str | None, int]:
        """What is said before so many episodes are begun, and how many actions may be taken at once; 0: not many."""
        return None, 0

    def found(self, rows: Iterable[Mapping]) -> dict:
        """What a manifest says of the episodes, whose rows of the table "episodes" these are."""
        return {}

    @abstractmethod
    def space(self, config: Mapping[str, Any]) -> Any:
        """The types of a log's settings, a Space; none of the code that they name is run."""

    @abstractmethod
    def theory(self, episode: Any) -> Definition:
        """The definition, for the agents of an episode."""

    @abstractmethod
    def history(self, episode: Any, agent: int, step: int) -> Any:
        """What an agent has perceived up to a step, as the definition reads it: step + 1 percepts."""

    @abstractmethod
    def perceived(self, episode: Any) -> np.ndarray:
        """(t, n, n) bool: whether the first perceives the second act at a step; who acts perceives itself."""

    def perceives(self, episode: Any, agent: int, who: int, step: int) -> bool:
        """Whether an agent perceives another, acting, at a step."""
        return bool(self.perceived(episode)[step, agent, who])

    def reasoner(self, space: Any) -> ExactReasoner:
        """The exact reasoner over a space of types."""
        return Stated(self, space)

    def evidence(self, episode: Any) -> np.ndarray:
        """(t, n) bool: whose acts may tell those who perceive them of a type: those that are done as oneself."""
        return np.array([[not role for role in roles] for roles in episode.role], bool)

    def species(self, episode: Any) -> np.ndarray:
        """(n,) int: agents of one species can act as one another."""
        return np.zeros(len(episode.agents), np.int64)

    def members(self, space: Any, species: int) -> np.ndarray:
        """(k,) bool: the types that an agent of a species can have."""
        return np.ones(len(space), bool)

    def wishing(self, episode: Any, agent: int, step: int) -> Ground:
        """What an agent can wish for at a step. Raises FunhouseError where no exact answer to a wish is at hand, of the
        kind Inexact where an estimate is."""
        return self.ground(episode, agent, step)

    def ground(self, episode: Any, agent: int, step: int) -> Ground:
        """The same where an estimate will do. Raises FunhouseError where there is none either."""
        what = f"no exact answer to a wish is at hand in this world, {self.called(episode.run)}"
        raise FunhouseError(what, remedy="ask in a log of tom run --agents 1 --no-regrow")

    def estimated(self, episode: Any, agent: int, step: int, wish: Wish, rollouts: int) -> Estimate:
        """What comes of a wish in so many roll-outs of what agents are stated to do. Raises FunhouseError as `ground`
        does."""
        raise NotImplementedError

    def wished(self, episode: Any, agent: int, step: int, wish: Wish) -> tuple[Any, dict[str, np.ndarray]]:
        """The exact answer to a wish that can be wished: what it does, (actions,), `do`, with `chance`, `asked` and
        `best`; and what shortcuts do. Raises FunhouseError as `wishing` does."""
        raise NotImplementedError

    def check(self, episode: Any, query: Query) -> None:
        """Raises FunhouseError where a question asks for an act that the world does not have."""
        return

    def code(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """What must be trusted before the run of a log's settings may be played again."""
        return ()

    def called(self, config: Mapping[str, Any]) -> str:
        """The world's name, of these settings."""
        return self.part

    @abstractmethod
    def verify(self, log: Log, threads: int, progress: Progress | None, players: Any) -> dict[str, Any]:
        """What is proven of a log whose checksums hold: {"verified"} and more. Raises FunhouseError for damage."""

    def compare(self, logs: Sequence[Log]) -> list[str]:
        """Of logs of this world those that cannot be compared with others, in words."""
        return []

    def drawn(self, episode: Any, step: int, viewer: str | None = None) -> str:
        """The moment before the moves of a step as plain text; with `viewer`, a name, only what that agent perceives.

        Here a line for each agent: as whom it acts, and what it does. Raises FunhouseError where the episode has no
        such step or agent.
        """
        episode.check_step(step)
        me = None if viewer is None else episode.find(viewer)
        shown = [who for who in range(len(episode.names)) if me is None or self.perceives(episode, me, who, step)]
        lines = [(episode.names[who], _done(episode, who, step), episode.prompt[step][who]) for who in shown]
        return "\n".join("  ".join(map(harmless, line)) for line in lines)

    def pictured(self, episode: Any) -> dict[str, Any] | None:
        """Where everything is at every step, in plain JSON values, as a page draws it; None where agents are in no
        places, or nothing tells them.

        "rows", "columns", "cells" [t][n], of each agent its cell, row · columns + column; "moves" [actions], the rows
        and columns that an action leads on, or None. Sets of cells are numbers in hexadecimal, bit c for cell c:
        "walls", "glass" or None, "lies" [t][things] with "things" [{"name", "colour"}], and "sight" [t][n] with
        "notices" [n], the things that an agent sees there; "sight" may be None. "marked" [t][n], or None. "points"
        [t][n] [x, y], where agents stand between cells, in columns and rows, or None.
        """
        return None

    def filmed(self, episode: Any) -> list[str] | None:
        """How the world draws itself before the moves of each step, as data URLs; None where it does not."""
        return None

    def glimpsed(self, episode: Any, agent: int, steps: Sequence[int], chain: Sequence[int]) -> np.ndarray:
        """What each of a chain of agents sees of the picture of some steps in the mind of the one before, as far as the
        asked agent can know: (chain, 2, steps, cells), how likely a cell is in sight, and what lies on it is noticed.
        Nothing, (0, 2, steps, 0), where there are no pictures, or no senses."""
        return np.zeros((0, 2, len(steps), 0))

    def planned(self, episode: Any, queries: Sequence[Query]) -> np.ndarray | None:
        """(q,) int: the action of each asked agent as one that plans towards its goal and heeds no question; None where
        goals are not known."""
        return None

    def kind(self, type: Mapping[str, str]) -> str:
        """How the kind of an agent is called, of which an episode may have several."""
        return ", ".join(type.values())

    def exchanged_words(self, episode: Any, text: str) -> str:
        """What a text about an episode says with the senses in its descriptions exchanged, each for another that types
        of the world have; where descriptions name none, the same."""
        return text

    def permuted(self, episode: Any, places: int) -> Any:
        """The episode with tastes permuted, each in the place of another so many places on. Raises FunhouseError."""
        raise FunhouseError("only the orchard has tastes to be permuted", remedy="take an episode of the orchard")

    def permuted_words(self, episode: Any, text: str, places: int) -> str:
        """What a text about an episode says of it with tastes permuted."""
        return text


def _done(episode: BaseEpisode, agent: int, step: int) -> str:
    return episode.action_names[episode.action[step, agent]] if episode.acts[step, agent] else "–"
