"""Somebody's environment behind one small interface, whether all act at once (Parallel) or in turn (AEC).

An agent of the environment is a *seat*, an index into `seats`. Whatever an environment does wrong raises
ArenaFailure; what a user can put right before anything is played raises another FunhouseError.
"""

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from worlds.arena import positions
from worlds.arena.failure import ArenaFailure
from worlds.arena.opening import make
from worlds.arena.patience import TookTooLong, can_watch, watched
from worlds.arena.spaces import Form, Species, form_of
from worlds.errors import FunhouseError

# What `_sort` found, by specification and arguments: episodes open the same environment again and again.
_SORTED: dict[tuple[str, str], tuple[list[Form], np.ndarray, list[Species]]] = {}


class Environment:
    """One environment; from `Environment.open`. After `reset` it is somebody's turn, until it is `over`."""

    in_turn: ClassVar[bool]  # whether agents act one at a time

    def __init__(self, env: Any, spec: str, arguments: str):
        self.env, self.spec = env, spec
        self.seats = _seats(env, spec)
        self.rewards = np.zeros(len(self.seats), np.float32)  # of the last `play`
        self._seat_of = {agent: seat for seat, agent in enumerate(self.seats)}
        self._seed: int | None = None
        self._watch = can_watch()
        known = _SORTED.get(key := (spec, arguments))
        if known is None:
            self._begin(0)  # spaces may be known, and masks are seen, only after a reset
            known = _SORTED[key] = self._sort()
        self.forms, self.seat_species, self.species = known
        self.form_of_seat = [self.forms[species] for species in self.seat_species]
        self.decode = [form.decode for form in self.form_of_seat]  # each seat's actions in the environment's words

    @staticmethod
    def open(spec: str, arguments: dict | None = None) -> "Environment":
        """The environment of that name, Parallel where it can be. Raises FunhouseError where there is none."""
        from pettingzoo import AECEnv, ParallelEnv

        from worlds.arena.drivers import InTurn, Together  # which are environments themselves

        env = make(spec, arguments := dict(arguments or {}))
        for kind, driver in ((ParallelEnv, Together), (AECEnv, InTurn)):
            if isinstance(env, kind):
                return driver(env, spec, json.dumps(arguments, sort_keys=True))
        raise FunhouseError(
            f"{spec} makes a {type(env).__name__}, which is no PettingZoo environment",
            remedy="name one that derives from pettingzoo.ParallelEnv or pettingzoo.AECEnv",
        )

    def reset(self, seed: int) -> None:
        """Begins a game that is a function of `seed` (< 2**31), as far as the environment keeps to it."""
        self._begin(seed)

    def turn(self) -> list[int]:
        """The seats that act now, in order; none where the game is over."""
        raise NotImplementedError

    def play(self, actions: Mapping[int, int]) -> None:
        """The acting seats' actions; the game goes on to the next turn, `rewards` (seats,) holds what it gave."""
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
        form, agents = self.form_of_seat[seats[0]], [self.seats[seat] for seat in seats]
        shown, mask = self._shown(agents), _all_legal(len(seats), form.actions)
        if form.masked:
            shown, legal = zip(*map(self._unmask, agents, shown), strict=True)
            mask = np.stack(legal)
        observation = self._encode(form, agents, shown)
        if form.dtype == "float32" and not _finite(observation):
            bad = ~np.isfinite(observation.reshape(len(seats), -1)).all(1)
            raise self.failure(f"{agents[int(bad.argmax())]} observes NaN or an infinite number")
        return observation, mask

    def positions(self) -> np.ndarray | None:
        """(seats, 2) float64 where they stand now, NaN for those that do not; None where nothing tells."""
        find = positions.finder(self.env)
        if find is None:
            return None
        try:
            place = find(self.env, self.seats)
        except Exception as error:
            raise self.failure(f"its positions cannot be read: {error!r}") from error
        return np.asarray(place, np.float64)

    def close(self) -> None:
        """Lets go of what it holds."""
        self.env.close()

    def failure(self, what: str) -> ArenaFailure:
        """The error that says what the environment did, to be raised."""
        return ArenaFailure(what, place=f"{self.spec}, game of seed {self._seed}")

    def _begin(self, seed: int) -> None:
        self._seed = seed
        self.rewards = np.zeros(len(self.seats), np.float32)
        self._guard(self._reset, seed)

    def _call(self, call, *arguments) -> Any:
        """Calls what is not ours, no longer than there is patience. Raises what it raises, and ArenaFailure."""
        try:
            return watched(call, *arguments) if self._watch else call(*arguments)
        except TookTooLong as late:
            raise self.failure(f"never ends: {late}") from late

    def _guard(self, call, *arguments) -> Any:
        """The same; any error of it is a failure of the environment."""
        try:
            return self._call(call, *arguments)
        except ArenaFailure:
            raise
        except Exception as error:
            raise self.failure(f"the environment raised {type(error).__name__}: {error}") from error

    def _reset(self, seed: int) -> None:
        raise NotImplementedError

    def _shown(self, agents: Sequence) -> Sequence:
        """What acting agents observe, as the environment gives it. Raises ArenaFailure."""
        raise NotImplementedError

    def _info(self, agent: Any) -> Any:
        """An acting agent's info, or None."""
        raise NotImplementedError

    def _unmask(self, agent: Any, shown: Any) -> tuple[Any, np.ndarray]:
        """An observation without its mask, and the mask (actions,) bool. Raises ArenaFailure."""
        actions = self.form_of_seat[self._seat_of[agent]].actions
        try:
            shown, told = _unmasked(shown, self._info(agent))
            legal = np.asarray(told).astype(bool)
            if legal.shape == (actions,) and (legal == told).all() and legal.any():
                return shown, legal
        except Exception as error:
            raise self._blind(agent, error) from error
        raise self.failure(f"{agent} has no mask of {actions} zeros and ones, of which one is 1: {told}")

    def _encode(self, form: Form, agents: Sequence, shown: Sequence) -> np.ndarray:
        """Observations as an array (m, *shape). Those that make none together are tried alone, to say whose fails."""
        try:
            return form.encode(shown)
        except Exception as error:
            if len(agents) == 1:
                raise self._blind(agents[0], error) from error
        return np.concatenate([self._encode(form, [agent], [one]) for agent, one in zip(agents, shown, strict=True)])

    def _blind(self, agent: Any, error: Exception) -> ArenaFailure:
        return self.failure(f"{agent} cannot observe: {type(error).__name__}: {error}")

    def _collect(self, rewards: Mapping) -> None:
        given = [0.0] * len(self.seats)
        for agent, reward in rewards.items():
            if not math.isfinite(reward):
                raise self.failure(f"the reward of {agent} is {reward}")
            given[self._seat_of[agent]] = reward
        self.rewards = np.array(given, np.float32)

    def _sort(self) -> tuple[list[Form], np.ndarray, list[Species]]:
        """The species' forms, each seat's species (seats,) int32, and the species. Raises FunhouseError."""
        spaces: list[tuple] = []
        seat_species = np.empty(len(self.seats), np.int32)
        for seat, agent in enumerate(self.seats):
            both = self.env.observation_space(agent), self.env.action_space(agent)
            if both not in spaces:
                spaces.append(both)
            seat_species[seat] = spaces.index(both)
        told = any("action_mask" in (self._guard(self._info, self.seats[seat]) or {}) for seat in self.turn())
        try:
            forms = [form_of(observation, action, told_mask=told) for observation, action in spaces]
        except FunhouseError as error:
            raise FunhouseError(error.what, place=self.spec, remedy=error.remedy) from None
        return forms, seat_species, [form.species(index) for index, form in enumerate(forms)]


@lru_cache(maxsize=256)
def _all_legal(rows: int, actions: int) -> np.ndarray:
    """(rows, actions) bool, all True; many views share it, and none may write there."""
    mask = np.ones((rows, actions), bool)
    mask.flags.writeable = False
    return mask


def _finite(observation: np.ndarray) -> bool:
    """Whether all numbers are finite. A sum of squares that is says so at a fraction of the time."""
    return math.isfinite(np.vdot(observation, observation)) or bool(np.isfinite(observation).all())


def _unmasked(value: Any, info: Any) -> tuple[Any, Any]:
    if isinstance(value, Mapping) and "action_mask" in value:
        return value["observation"], value["action_mask"]
    return value, info["action_mask"]


def _seats(env: Any, spec: str) -> list:
    try:
        return list(env.possible_agents)
    except AttributeError:
        raise FunhouseError(
            f"{spec} does not say who its agents are", remedy="give the environment possible_agents"
        ) from None


@lru_cache(maxsize=64)
def species_of(spec: str, arguments: str) -> tuple[Species, ...]:
    """The species of an environment with these arguments (JSON), opened once. Raises FunhouseError."""
    environment = Environment.open(spec, json.loads(arguments))
    environment.close()
    return tuple(environment.species)
