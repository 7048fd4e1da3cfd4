"""Some worlds side by side and the copies of a mind in them: at each step, one small pass for all of their answers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from agents.orchard.live_episode import Match, draws_of, sample
from worlds import FunhouseError

CLOSE = 2e-2  # how far a draw may lie from an action that was logged: running sums of probabilities within 1e-2


class Table(ABC):
    """Matches of one run, and who in them are copies: `act` plays a step. `events` have been encoded."""

    copies: Sequence[Any]  # of each: in which world it is, and which agent

    def __init__(self, mind: Any, inputs: Any, matches: Sequence[Match]):
        self.mind, self.inputs, self.matches, self.events = mind, inputs, matches, 0

    @abstractmethod
    def _new_roles(self, phase: int, step: int) -> None:
        """Tells each copy its role."""

    @abstractmethod
    def _answers(self, step: int) -> np.ndarray:
        """The chances (copies, actions) float64 of every copy under its role."""

    @abstractmethod
    def forget(self) -> None:
        """Drops all that is encoded, so that the next step encodes it again."""

    @torch.no_grad()
    def act(self, logged: Sequence[np.ndarray] | None = None) -> None:
        """One step: copies take an action drawn from their answer, or the logged one (world by world), then all move.

        Raises FunhouseError where a logged action is none that would have been drawn."""
        step = self.matches[0].step
        phases = self.matches[0].cast.phase_of
        if step == 0 or phases[step] != phases[step - 1]:
            self._new_roles(int(phases[step]), step)
        chance = self._answered(step)
        world, agent = (np.array([getattr(copy, name) for copy in self.copies]) for name in ("world", "agent"))
        key = np.array([self.matches[w].key for w in world], np.uint64)
        if logged is None:
            action = np.empty(len(agent), np.int8)
            sample(key, step, agent, chance, action)
        else:
            action = np.concatenate(logged)
            self._check(step, draws_of(key, step, agent), chance, action)
        for w, match in enumerate(self.matches):
            here = world == w
            match.given[step, agent[here]] = action[here]
            match.chance[step, agent[here]] = chance[here]
            match.play(1)

    def _answered(self, step: int) -> np.ndarray:
        """The same, checked to be numbers."""
        chance = self._answers(step)
        if np.isnan(chance).any():
            world = self.matches[self.copies[int(np.argwhere(np.isnan(chance))[0, 0])].world]
            what, remedy = "the mind's answer is no number", "train anew, at a lower --rate"
            raise FunhouseError(what, place=f"episode {world.index}, step {step}", remedy=remedy)
        return chance

    def _check(self, step: int, draw: np.ndarray, chance: np.ndarray, action: np.ndarray) -> None:
        """Raises FunhouseError, naming the place, where a logged action is none that its draw (copies,) leads to."""
        upper = np.cumsum(chance, -1)
        rows = np.arange(len(action))
        inside = (action >= 0) & (action < chance.shape[1])
        a = np.where(inside, action, 0)
        fits = inside & (draw <= upper[rows, a] + CLOSE) & (draw >= upper[rows, a] - chance[rows, a] - CLOSE)
        if fits.all():
            return
        k = int(np.argmin(fits))
        copy = self.copies[k]
        raise FunhouseError(
            f"the log does not replay: action is {int(action[k])} in the log, which the mind would not have drawn",
            place=f"episode {self.matches[copy.world].index}, step {step}, agent {copy.agent}",
            remedy="record it anew",
        )
