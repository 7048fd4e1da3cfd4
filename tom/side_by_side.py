"""Copies of the mind that play, in some worlds side by side: at each step one small pass answers for all of them.

Each has a history of keys and values, to which a step adds the events that are new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents.orchard.live_episode import Match, draws_of, sample
from tom.tokens.base import Seen
from tom.tokens.orchard import OrchardReader
from tom.tokens.tensors import Asked, Prompt, codes, firsts, history, lines
from worlds import Agent, FunhouseError

CLOSE = 2e-2  # how far a draw may lie from an action that was logged: running sums of probabilities within 1e-2


@dataclass
class Copy:
    """One copy: where it sits, who it is in words, by which codes it knows the others, and what it is asked."""

    world: int
    agent: int
    persona: tuple[int, ...]
    code: np.ndarray
    words: tuple[int, ...] = ()
    who: tuple[int, ...] = ()


class Live:
    """A match as a reader reads an episode, as far as it has been played."""

    def __init__(self, match: Match):
        self.cast, self.geometry = match.cast, match.geometry
        self.cell, self.board, self.mark = match.events.cell, match.events.board, match.events.mark
        self.action, self.native = match.events.action, match.events.native

    @cached_property
    def agents(self) -> list[Agent]:
        """Who takes part."""
        cast = self.cast
        types = [cast.space[int(k)].to_dict() for k in cast.type_index]
        return [Agent(*one) for one in zip(cast.names, types, cast.descriptions, strict=True)]


class SideBySide:
    """Matches of one run, and who in them are copies: `act` plays a step. `events` have been encoded."""

    def __init__(self, mind: Any, inputs: OrchardReader, matches: Sequence[Match], seats: range):
        self.mind, self.inputs, self.matches, self.events = mind, inputs, matches, 0
        self._live = [Live(match) for match in matches]
        self.copies = [
            Copy(w, i, mind.vocabulary.encode(live.cast.descriptions[i]), codes(len(live.cast.names), i))
            for w, live in enumerate(self._live)
            for i in seats
        ]
        self.forget()

    def forget(self) -> None:
        """Drops all that is encoded, so that the next step encodes it again."""
        self._past: list[tuple[Tensor, Tensor]] | None = None
        self._step = torch.zeros(len(self.copies), 0, dtype=torch.int64)
        self._real = torch.zeros(len(self.copies), 0, dtype=torch.bool)
        self._known = 0  # steps whose events are encoded

    @torch.no_grad()
    def act(self, logged: Sequence[np.ndarray] | None = None) -> None:
        """One step: copies take an action drawn from their answer, or the logged one (world by world), then all move.

        Raises FunhouseError where a logged action is none that would have been drawn."""
        step = self.matches[0].step
        phases = self.matches[0].cast.phase_of
        if step == 0 or phases[step] != phases[step - 1]:
            self._new_roles(int(phases[step]))
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

    def _new_roles(self, phase: int) -> None:
        """Tells each copy its role."""
        for copy in self.copies:
            cast = self.matches[copy.world].cast
            copy.words, copy.who = self.mind.vocabulary.prompt(cast.prompt(phase, copy.agent), cast.names)

    def _answers(self, step: int) -> np.ndarray:
        """The chances (copies, actions) float64 of every copy under its role."""
        asked = [self._perceived(copy, step) for copy in self.copies]
        raw, event = history(asked)
        rows = self.mind.network.read(raw)
        self._remember(rows, event, step)
        prompts = [[Prompt(c.words, c.who, step, 0, c.agent, (step,), (0,))] for c in self.copies]
        before = {"step": self._step, "real": self._real, "persona": event["persona"]}
        log, _ = self.mind.network.answer(rows, self._past, before, lines(asked, prompts, firsts(asked))[0])
        return torch.softmax(log.double(), -1).numpy()

    def _perceived(self, copy: Copy, step: int) -> Asked:
        """What is new to a copy: the native acts that it perceived since it last looked, and its scene now."""
        live, reader = self._live[copy.world], self.inputs
        wanted = live.native[: step + 1] > 0
        wanted[: self._known] = False
        wanted[step] = False
        wanted[step, copy.agent] = True
        sees = reader.sees_from(live, copy.agent, np.arange(self._known, step + 1))
        wanted[self._known :] &= sees
        when, who = np.nonzero(wanted)
        at = np.full(live.cell.shape, -1, np.int64)
        at[when, who] = np.arange(len(when))
        action = np.where(when < step, live.action[when, who], 0).astype(np.int64)
        seen = Seen(when, who, action, when < step, reader.look(live, copy.agent, when, who), at)
        self.events += int((when < step).sum())
        return Asked(seen, copy.persona, np.zeros((len(live.agents), 1), np.int64), (), copy.code)

    def _remember(self, rows: dict, event: dict, step: int) -> None:
        """Adds what is new to the keys and values."""
        self._known = step
        event = event | {"before": self._real}
        if self._past is not None and not event["real"].any():
            return
        made, _ = self.mind.network.encode(rows, event, self._past)
        old = self._past or [(k[:, :, :0], v[:, :, :0]) for k, v in made]
        self._past = [
            (torch.cat([k, k2], 2), torch.cat([v, v2], 2)) for (k, v), (k2, v2) in zip(old, made, strict=True)
        ]
        self._step = torch.cat([self._step, event["step"]], 1)
        self._real = torch.cat([self._real, event["real"]], 1)
