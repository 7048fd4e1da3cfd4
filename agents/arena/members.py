"""The members of a bank: who they are, and how all members of one species are evaluated together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.arena.bank_config import BankConfig
from agents.arena.callables import ask
from agents.arena.random_policies import (
    Outlook,
    RandomMember,
    features,
    logits_of_all,
    logits_of_each,
    logits_of_legal,
    project,
    settle,
    stack,
)
from agents.arena.scripted.fields import Script
from agents.arena.words import sentence
from worlds import dice
from worlds.arena import Species
from worlds.arena.loading import load


@dataclass(frozen=True)
class Member:
    """One policy of a bank. `name` is what a log holds, `kind` is linear, mlp, scripted or a callable's path."""

    name: str
    kind: str
    species: int
    held_out: bool
    habit: int = -1  # of a random member: what it likes to do anyway
    eye: int = -1  # of a random member: how what it sees moves it
    temperature: float = 0.0  # of a random member

    @property
    def description(self) -> str:
        """The canonical sentence, "an agent that …"."""
        return sentence(self.name)

    def describe(self, paraphrase: int = 0) -> str:
        """The member in words; 0 is the canonical text."""
        return sentence(self.name, paraphrase)

    def to_dict(self) -> dict[str, str]:
        """{"policy": name}, as in the log."""
        return {"policy": self.name}


class Kin:
    """The policies of one species in their order: random ones, scripts, callables. k members."""

    def __init__(
        self,
        species: Species,
        outlook: Outlook,
        statistics: tuple[Sequence[float], Sequence[float]],
        members: Sequence[RandomMember],
        scripts: Sequence[Script],
        callables: Sequence[str],
        floor: float,
        seed: int,
    ) -> None:
        self.species, self.outlook, self.floor, self.seed = species, outlook, floor, seed
        self.mean, self.scale = (np.array(part, dtype=np.float64) for part in statistics)
        self.eye, self.habit = stack(members, species.actions)
        self.scripts, self.callables = list(scripts), list(callables)

    def __len__(self) -> int:
        return len(self.habit) + len(self.scripts) + len(self.callables)

    def sights(self, observation: np.ndarray) -> np.ndarray:
        """(m, l) float64: the raw sights of observations (m, *shape), before any statistics."""
        flat = observation.reshape(len(observation), len(self.outlook.area))
        flat = np.ascontiguousarray(flat, dtype=np.float64)
        area, share, bounded, projection, *_ = self.outlook
        return project(flat, area, share, bounded, projection)

    def chances(self, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(k, m, actions) float64 of every member for observations (m, *shape) and masks (m, actions) bool."""
        seen = np.ascontiguousarray(observation, dtype=np.float64)
        out = np.empty((len(self), *mask.shape))
        if not len(mask):
            return out
        if len(self.habit) and 4 * mask.sum() < mask.size:
            logits_of_legal(self._features(seen), self.eye, self.habit, mask, out)
        elif len(self.habit):
            logits_of_all(self._features(seen), self.eye, self.habit, out)
        for place in range(len(self.habit), len(self)):
            out[place] = self._other(place, seen, mask)
        return settle(out, mask, self.floor)

    def each(self, who: np.ndarray, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(m, actions) float64: row by row of the member who[m], a place among these k."""
        seen = np.ascontiguousarray(observation, dtype=np.float64)
        out = np.empty(mask.shape)
        drawn = len(self.habit)
        if who.min(initial=drawn) < drawn:
            logits_of_each(self._features(seen), self.eye, self.habit, np.where(who < drawn, who, -1), out)
        for place in set(who[who >= drawn].tolist()):
            rows = who == place
            out[rows] = self._other(place, seen[rows], mask[rows])
        return settle(out[None], mask, self.floor)[0]

    def _features(self, seen: np.ndarray) -> np.ndarray:
        outlook = self.outlook
        return features(self.sights(seen), self.mean, self.scale, outlook.inner, outlook.inner_bias)

    def _other(self, place: int, seen: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(m, actions): the logits of a script or a callable."""
        place -= len(self.habit)
        if place < len(self.scripts):
            return self.scripts[place].score(seen, mask)
        name = self.callables[place - len(self.scripts)]
        with np.errstate(divide="ignore"):  # imported when it is first asked: reading a log asks nobody
            return np.log(ask(load(name), name, self.species, self.seed, seen, mask))


def hold_out(group: Sequence[Member], settings: BankConfig) -> list[Member]:
    """The group with its seeded share held out, and never all of it; at least one of three scripts.

    Of random members every eye and every habit stays in training as far as that is possible: those held out lie
    on diagonals of the table of pairs.
    """
    count = min(round(settings.held_out_share * len(group)), len(group) - 1)
    if count == 0 and settings.held_out_share > 0 and len(group) >= 3:
        count = 1
    shift = (
        int(dice.pick(np.uint64(dice.key(settings.seed, 0, group[0].species)), 0, 0, dice.TYPE, 1 << 16))
        if group
        else 0
    )
    if group and group[0].eye >= 0:
        eyes = 1 + max(one.eye for one in group)
        order = sorted(
            range(len(group)), key=lambda i: ((group[i].eye - group[i].habit - shift) % eyes, group[i].habit)
        )
    else:
        order = [(i + shift) % len(group) for i in range(len(group))]
    chosen = set(order[: max(count, 0)])
    return [replace(one, held_out=i in chosen) for i, one in enumerate(group)]
