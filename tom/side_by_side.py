"""Copies of the mind that play: each has a history of keys and values, to which a step adds the events that are new."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agents.orchard.live_episode import Match
from tom.table import Table
from tom.tokens.base import Seen
from tom.tokens.orchard import OrchardReader
from tom.tokens.tensors import Asked, Prompt, codes, firsts, history, lines
from worlds import Agent


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


class SideBySide(Table):
    """As Table has it."""

    def __init__(self, mind: Any, inputs: OrchardReader, matches: Sequence[Match], seats: range):
        super().__init__(mind, inputs, matches)
        self._live = [Live(match) for match in matches]
        self.copies = [
            Copy(w, i, mind.vocabulary.encode(live.cast.descriptions[i]), codes(len(live.cast.names), i))
            for w, live in enumerate(self._live)
            for i in seats
        ]
        self.forget()

    def forget(self) -> None:
        self._past: list[tuple[Tensor, Tensor]] | None = None
        self._step = torch.zeros(len(self.copies), 0, dtype=torch.int64)
        self._real = torch.zeros(len(self.copies), 0, dtype=torch.bool)
        self._known = 0  # steps whose events are encoded

    def _new_roles(self, phase: int, step: int) -> None:
        for copy in self.copies:
            cast = self.matches[copy.world].cast
            copy.words, copy.who = self.mind.vocabulary.prompt(cast.prompt(phase, copy.agent), cast.names)

    def _answers(self, step: int) -> np.ndarray:
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
