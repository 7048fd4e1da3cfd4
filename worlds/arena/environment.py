"""Somebody's environment behind one small interface, whether all act at once (Parallel) or in turn (AEC).

An agent of the environment is a *seat*, an index into `seats`. Whatever an environment does wrong in a game raises
ArenaFailure; what a user can put right before anything is played raises another FunhouseError.
"""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from worlds.arena import positions
from worlds.arena.failure import ArenaFailure
from worlds.arena.foreign import FAILS, errors_of, never_ends, said
from worlds.arena.inspection import NOTHING_KNOWN, Known, first_look
from worlds.arena.loading import make
from worlds.arena.masks import tells_mask
from worlds.arena.name_clashes import watched_imports
from worlds.arena.positions import Finder
from worlds.arena.process_state import Surroundings
from worlds.arena.reading import Reading, all_legal, is_finite
from worlds.arena.time_limit import TookTooLong, can_watch, doing, watched
from worlds.errors import FunhouseError

# What was found, by specification and arguments (JSON): episodes open the same environment again and again.
_KNOWN: dict[tuple[str, str], Known] = {}
_NEVER_CLOSED: set[str] = set()


class Environment(Reading):
    """One environment; from `Environment.open`. After `reset` it is somebody's turn, until it is `over`."""

    in_turn: ClassVar[bool]  # whether agents act one at a time

    def __init__(self, env: Any, spec: str, around: Surroundings):
        self.env, self.spec, self._around = env, spec, around
        self.late = False  # whether it once took too long
        self._called = False  # whether it is the environment's code that runs now
        self._seed: int | None = None
        self.step = 0  # of the game, as the environment itself counts them
        self._watch = can_watch()
        self.know(NOTHING_KNOWN)

    @staticmethod
    def open(spec: str, arguments: dict | None = None, key: int = 0) -> "Environment":
        """The environment of that name, Parallel where it can be. Raises FunhouseError where there is none.

        What it draws from the global generators while it is made is a function of `key` (< 2**64).

        The first of its name and arguments is looked at: it is played for some steps and closed.
        """
        arguments = dict(arguments or {})
        name = spec, json.dumps(arguments, sort_keys=True)
        if name not in _KNOWN:
            with watched_imports(), contextlib.closing(_driver(spec, arguments)) as environment:
                _KNOWN[name] = first_look(environment)
        environment = _driver(spec, arguments, key)
        environment.know(_KNOWN[name])
        return environment

    def know(self, known: Known) -> None:
        """Tells it whose seats there are and how each is read."""
        self.known = known
        self.seats, self.forms, self.seat_species, self.species, _ = known
        self.rewards = np.zeros(len(self.seats), np.float32)  # of the last `play`
        self.form_of_seat = [self.forms[species] for species in self.seat_species]
        self.decode = [form.decode for form in self.form_of_seat]  # each seat's actions in the environment's words
        self._seat_of = {agent: seat for seat, agent in enumerate(self.seats)}
        self._masked = any(form.masked for form in self.forms)
        self._read: dict[int, tuple[Any, np.ndarray]] = {}  # of those with masks: what is shown now, and what is legal

    def reset(self, seed: int) -> None:
        """Begins a game that is a function of `seed` (< 2**31), as far as the environment keeps to it."""
        self._seed, self.step = seed, 0
        self.rewards = np.zeros(len(self.seats), np.float32)
        self._around.seed(seed)
        self.guard(self._reset, seed)

    def turn(self) -> list[int]:
        """The seats that act now, in order; none where the game is over."""
        raise NotImplementedError

    def play(self, actions: Mapping[int, int]) -> None:
        """The acting seats' actions; the game goes on to the next turn, `rewards` (seats,) holds what it gave."""
        raise NotImplementedError

    def waiting(self) -> list[int]:
        """The seats that are in the game and wait for their turn; nobody where all act at once."""
        raise NotImplementedError

    @property
    def over(self) -> bool:
        """Whether the game has ended."""
        return not self.turn()

    def observe(self, seat: int) -> tuple[np.ndarray, np.ndarray]:
        """What one seat that acts now observes (shape of its species), and what it may do (actions,) bool."""
        observation, mask = self.views([seat])
        return observation[0], mask[0]

    def views(self, seats: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """What seats of one species that act now observe (m, *shape), and what they may do (m, actions) bool."""
        return self._guarded(self.read, self._views, seats)

    def _views(self, seats: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        form, agents = self.form_of_seat[seats[0]], [self.seats[seat] for seat in seats]
        if form.masked:
            shown: Sequence = [self._read[seat][0] for seat in seats]
            mask = np.stack([self._read[seat][1] for seat in seats])
        else:
            shown, mask = self._shown(agents), all_legal(len(seats), form.actions)
            for agent in agents:
                if (info := self._info(agent)) and tells_mask(info):
                    raise self._late_mask(agent, "its info")
        observation = self._encode(form, agents, shown)
        if form.dtype == "float32" and not is_finite(observation):
            row, column = np.argwhere(~np.isfinite(flat := observation.reshape(len(seats), -1)))[0]
            raise self.failure(f"{agents[row]} observes NaN or an infinite number: {flat[row, column]}")
        return observation, mask

    def positions(self) -> np.ndarray | None:
        """(seats, 2) float64 where they stand now, NaN for those that do not; None where nothing tells.

        Raises ArenaFailure where they cannot be read.
        """
        return self._guarded(self.read, self._positions)

    def _positions(self) -> np.ndarray | None:
        try:
            find = self._find_positions
            return None if find is None else np.asarray(find(self.env, self.seats), np.float64)
        except positions.Unlike as error:
            raise self.refusal(f"a rule asks for positions, and {error}", positions.REMEDY) from None
        except FAILS as error:
            raise self.failure(f"its positions cannot be read: {said(error)}") from error

    @cached_property
    def _find_positions(self) -> Finder | None:
        return positions.finder(self.env)

    def why_no_positions(self) -> str:
        """What keeps it from telling positions, where it seems to; else ""."""
        return self._guarded(self.read, positions.why_none, self.env)

    def close(self) -> None:
        """Lets go of what it holds. What goes wrong then harms nothing that was played, and is passed over; where it
        once never ended, nobody tries again."""
        if self.spec in _NEVER_CLOSED:
            return
        try:
            self.guard(self.env.close)
        except FunhouseError as error:
            if isinstance(error, ArenaFailure) and error.late:
                _NEVER_CLOSED.add(self.spec)

    def guard(self, call: Callable, *arguments: Any) -> Any:
        """What is not ours is called, no longer than there is patience; any error is a failure of the environment."""
        return self._guarded(self._call, call, *arguments)

    def told(self, what: str, remedy: str, call: Callable, *arguments: Any) -> Any:
        """The same of what is asked for before a game. Raises FunhouseError, which says what it is that fails."""
        try:
            with doing(what):
                return self._call(call, *arguments)
        except FunhouseError:
            raise
        except TookTooLong as late:
            raise never_ends(what, self.spec, late) from late
        except FAILS as error:
            raise self.refusal(f"{what} raised {said(error)}", remedy) from error

    def alive(self) -> list:
        """The agents that are in the game."""
        raise NotImplementedError

    def begin(self, seed: int) -> Any:
        """The environment's own reset, to be guarded. Raises FunhouseError where it takes no seed."""
        try:
            return self.env.reset(seed=seed)
        except TypeError as error:
            if "unexpected keyword argument 'seed'" not in str(error):
                raise
            what = f"its reset takes no seed: {error}"
            raise self.refusal(what, "write def reset(self, seed=None, options=None)") from None

    def _call(self, call: Callable, *arguments: Any) -> Any:
        """In the environment's own surroundings. Raises FAILS and TookTooLong."""
        if self._called:  # from within such a call
            return self.read(call, *arguments)
        self._called = True
        self._around.enter()
        try:
            return self.read(call, *arguments)
        finally:
            self._around.leave()
            self._called = False

    def read(self, call: Callable, *arguments: Any) -> Any:
        return errors_of(watched, call, *arguments) if self._watch else errors_of(call, *arguments)

    def _guarded(self, how: Callable, *arguments: Any) -> Any:
        try:
            return how(*arguments)
        except FunhouseError:
            raise
        except TookTooLong as late:
            self.late = True
            raise self.failure(f"never ends: {late}", late=True) from late
        except FAILS as error:
            raise self.failure(f"the environment raised {said(error)}") from error

    def _reset(self, seed: int) -> None:
        raise NotImplementedError


def _driver(spec: str, arguments: dict, key: int = 0) -> Environment:
    """A new environment, not yet known. Raises FunhouseError where there is none."""
    from pettingzoo import AECEnv, ParallelEnv

    from worlds.arena.drivers import InTurn, Together  # which are environments themselves

    around = Surroundings(key)
    around.enter()
    try:
        env = make(spec, arguments)
    finally:
        around.leave()
    for kind, driver in ((ParallelEnv, Together), (AECEnv, InTurn)):
        if isinstance(env, kind):
            return driver(env, spec, around)
    raise FunhouseError(
        f"{spec} makes a {type(env).__name__}, which is no PettingZoo environment",
        remedy="name one that derives from pettingzoo.ParallelEnv or pettingzoo.AECEnv",
    )
