"""How what an environment tells of its agents is read: what they are shown, what they may do, and what they are given.

Whatever cannot be read as it is raises ArenaFailure, or FunhouseError where it would be so in every game.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from worlds.arena.failure import ArenaFailure
from worlds.arena.foreign import FAILS, said
from worlds.arena.masks import REMEDY, agreed, shows_mask
from worlds.arena.observations import Unfit
from worlds.arena.spaces import Form
from worlds.arena.time_limit import MORE
from worlds.errors import FunhouseError

_LARGEST = float(np.finfo(np.float32).max)


class Reading:
    """The part of an Environment that reads; the rest of it says whose seats there are and what they are shown."""

    spec: str
    step: int
    seats: list
    form_of_seat: list[Form]
    rewards: np.ndarray  # (seats,) float32
    _seed: int | None
    _seat_of: dict[Any, int]
    _read: dict[int, tuple[Any, np.ndarray]]

    def failure(self, what: str, late: bool = False, remedy: str | None = None) -> ArenaFailure:
        """The error that says what the environment did in this game, to be raised; `late`: it took too long."""
        place = f"{self.spec}, game of seed {self._seed}, step {self.step}"
        return ArenaFailure(what, place=place, remedy=MORE if late else remedy, late=late)

    def refusal(self, what: str, remedy: str) -> FunhouseError:
        """The error that says what the environment does in every game, to be raised."""
        return FunhouseError(what, place=self.spec, remedy=remedy)

    def sight(self, agent: Any) -> tuple[Any, Any]:
        """What an agent in the game is shown, and its info or None, as the environment gives them."""
        return self._shown([agent])[0], self._info(agent)

    def infos(self) -> Any:
        """All infos, as the environment gives them."""
        raise NotImplementedError

    def legal(self, seat: int) -> np.ndarray:
        """(actions,) bool: what one seat that acts now may do."""
        form = self.form_of_seat[seat]
        return self._read[seat][1] if form.masked else all_legal(1, form.actions)[0]

    def _may_act(self, seat: int) -> bool:
        """Whether an agent that is there may do anything now; what it is shown and may do is kept."""
        form, agent = self.form_of_seat[seat], self.seats[seat]
        if not form.masked:
            return True
        try:
            shown, told = form.unmasked(*self.sight(agent))
        except FunhouseError:
            raise
        except FAILS as error:
            raise self._blind(agent, error) from error
        try:
            legal = agreed(told, form.actions)
        except Unfit as error:
            raise self.failure(f"{agent} has {error}", remedy=error.remedy) from error
        if legal is None:
            legal = all_legal(1, form.actions)[0]
        self._read[seat] = shown, legal
        return bool(legal.any())

    def _late_mask(self, agent: Any, where: str) -> FunhouseError:
        what = f"{agent} has an action mask in {where}, and neither its space nor the first steps of a game had one"
        return self.refusal(what, f"give it from the reset on: {REMEDY}")

    def _encode(self, form: Form, agents: Sequence, shown: Sequence) -> np.ndarray:
        """Observations as an array (m, *shape). Those that make none together are tried alone, to say whose fails."""
        try:
            return form.encode(shown)
        except FAILS as error:
            if len(agents) == 1:
                if not form.masked and shows_mask(shown[0]):
                    raise self._late_mask(agents[0], "its observation") from error
                raise self._blind(agents[0], error) from error
        return np.concatenate([self._encode(form, [agent], [one]) for agent, one in zip(agents, shown, strict=True)])

    def _blind(self, agent: Any, error: BaseException) -> ArenaFailure:
        if isinstance(error, Unfit):
            return self.failure(f"{agent} cannot observe: {error}", remedy=error.remedy)
        return self.failure(f"{agent} cannot observe: {said(error)}")

    def _shown(self, agents: Sequence) -> Sequence:
        """What agents are shown, as the environment gives it. Raises ArenaFailure."""
        raise NotImplementedError

    def _info(self, agent: Any) -> Any:
        """An agent's info, or None."""
        raise NotImplementedError

    def _collect(self, rewards: Any) -> None:
        """Raises FunhouseError where rewards are no mapping, ArenaFailure where one is none that float32 holds."""
        given = [0.0] * len(self.seats)
        for agent, reward in self.mapping(rewards, "rewards").items():
            seat = self._seat_of.get(agent)
            if seat is None:
                raise self.failure(f"{agent} has a reward, and is none of possible_agents")
            try:
                value = reward.item() if isinstance(reward, np.ndarray) else float(reward)
                good = -_LARGEST <= value <= _LARGEST
            except (TypeError, ValueError):
                good = False
            if not good:
                raise self.failure(f"the reward of {agent} is {reward}, which is no finite number")
            given[seat] = value
        self.rewards = np.array(given, np.float32)

    def mapping(self, given: Any, what: str) -> Mapping:
        if isinstance(given, Mapping):
            return given
        raise self.refusal(f"its {what} are {type(given).__name__}", f"give {what} as a dict, by agent")


@lru_cache(maxsize=256)
def all_legal(rows: int, actions: int) -> np.ndarray:
    """(rows, actions) bool, all True; many views share it, and none may write there."""
    mask = np.ones((rows, actions), bool)
    mask.flags.writeable = False
    return mask


def is_finite(observation: np.ndarray) -> bool:
    """Whether all numbers are finite. A sum of squares that is says so at a fraction of the time."""
    return math.isfinite(np.vdot(observation, observation)) or bool(np.isfinite(observation).all())
