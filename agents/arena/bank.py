"""A bank of policies: the type space of somebody else's environment. An agent's type is a member of its species.

The order of the members is fixed and is that of every posterior: species by species, in each the random ones
(linear before networks, eye by eye), then scripts, then callables. The prior is uniform over those members of a species
that agents believe in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np

from agents.arena import words
from agents.arena.bank_config import BankConfig
from agents.arena.calibration import PLAIN, measure
from agents.arena.members import Kin, Member, hold_out
from agents.arena.random_policies import PROJECTIONS, RandomMember, draw_eyes, draw_habits, make_outlook
from agents.arena.scripted import scripts_of
from agents.arena.scripted.fields import Script
from agents.language.description import parse_description, say_description
from worlds import FunhouseError
from worlds.arena import ArenaConfig, Species
from worlds.atomic_files import digest

MOST_DRAWN = 1 << 22  # random members times actions: half a gigabyte of weights
HABITS = 4  # of a species: members are pairs of a habit and an eye

__all__ = ["Bank", "BankConfig", "Member"]


class Bank:
    """All members of a world, k in all; it reads as a TypeSpace does. Raises FunhouseError where a species has none.

    Without settings.statistics the random members of a new bank see unscaled sights: use Bank.of, which measures.
    """

    world = "arena"

    def __init__(self, config: ArenaConfig, settings: BankConfig, forms: Sequence[Species]) -> None:
        self.config, self.settings, self.forms = config, settings, list(forms)
        if settings.statistics and len(settings.statistics) != len(self.forms):
            what = f"statistics of {len(settings.statistics)} species are no measure of {len(self.forms)}"
            raise FunhouseError(what, place=config.environment, remedy="leave statistics out: they are measured anew")
        if any(
            len(mean) != PROJECTIONS or len(scale) != PROJECTIONS or min(scale) <= 0
            for mean, scale in settings.statistics
        ):
            what = f"statistics are no {PROJECTIONS} means and {PROJECTIONS} deviations above 0 of each species"
            raise FunhouseError(what, place=config.environment, remedy="leave statistics out: they are measured anew")
        drawn = (settings.random_linear + settings.random_mlp) * sum(form.actions for form in self.forms)
        if drawn > MOST_DRAWN:
            what = f"{settings.random_linear} + {settings.random_mlp} random members are too many for these actions"
            raise FunhouseError(what, place=config.environment, remedy="ask for fewer: --random-linear, --random-mlp")
        self.members: list[Member] = []
        self.kin: list[Kin] = []
        self.rows: list[slice] = []  # of each species among the members
        for species in self.forms:
            self._add(species, scripts_of(config.environment, config.keywords, species) if settings.scripted else [])
        self.species = np.array([one.species for one in self.members], dtype=np.int64)
        self.held_out = np.array([one.held_out for one in self.members])
        self.odds = np.ones(len(self.members), np.int64)
        self._index = {one.name: k for k, one in enumerate(self.members)}

    @classmethod
    def of(
        cls, config: ArenaConfig, settings: BankConfig | None = None, forms: Sequence[Species] | None = None
    ) -> Bank:
        """The bank of a world, made once; `bank.settings` holds what was measured and is what a log must record.

        Given a log's species and settings that hold statistics, the environment is not opened.
        """
        return _of(config, settings or BankConfig(), None if forms is None else tuple(forms))

    def __len__(self) -> int:
        return len(self.members)

    def __getitem__(self, k: int) -> Member:
        return self.members[k]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bank) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple:
        return self.config.environment, self.config.arguments, self.settings, tuple(self.forms)

    @cached_property
    def mark(self) -> str:
        """8 hexadecimal digits that tell banks of an environment apart whose members have the same names."""
        told = {"bank": self.settings.to_dict(), "species": [form.to_dict() for form in self.forms]}
        return digest(json.dumps(told, sort_keys=True).encode())[:8]

    def chances(self, species: int, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(members of the species, m, actions) float64, for observations (m, *shape) and masks (m, actions) bool.

        Rows sum to 1 with exactly 0 where masked; a row whose mask is all False is zeros.
        """
        return self.kin[species].chances(observation, mask)

    def act(self, member: int, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(m, actions) float64: one member's chances, as in `chances`."""
        return self.act_each(np.full(len(mask), member), observation, mask)

    def act_each(self, members: np.ndarray, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """(m, actions) float64: row by row the chances of members (m,), all of one species."""
        if not len(mask):
            return np.zeros(mask.shape)
        species = self.species[members[0]]
        return self.kin[species].each(np.asarray(members) - self.rows[species].start, observation, mask)

    def believed(self, seen_alone: bool) -> np.ndarray:
        """(k,) int64: 1 for the members that agents believe in, all or those alone that training sees, else 0. No
        species is without any: of no group of policies are all held out."""
        return np.where(self.held_out, 0, self.odds) if seen_alone else self.odds

    def index(self, one: Member | Mapping[str, str] | str) -> int:
        """The place of a member, given as such, by name or as {"policy": name}. Raises FunhouseError."""
        name = one.name if isinstance(one, Member) else one if isinstance(one, str) else one.get("policy", "")
        if name not in self._index:
            what = f"{name!r} is none of the {len(self)} members of this bank"
            raise FunhouseError(what, place="Bank.index", remedy=f"they are {', '.join(self._index)}")
        return self._index[name]

    def consistent(self, description: str | Mapping[str, str]) -> np.ndarray:
        """(k,) bool: the members that a sentence or {"policy": name} allows. Raises FunhouseError if none is."""
        traits = parse_description(description) if isinstance(description, str) else dict(description)
        if set(traits) != {"policy"} or traits["policy"] not in self._index:
            what = f"no member of this bank is {say_description(traits)}"
            remedy = f'say for instance "{self.descriptions[0]}"'
            raise FunhouseError(what, place=str(description), remedy=remedy)
        return np.arange(len(self)) == self._index[traits["policy"]]

    @property
    def types(self) -> list[Member]:
        """[k] the members: they are the types here."""
        return self.members

    @cached_property
    def traits(self) -> dict[str, tuple[str, ...]]:
        """{"policy": the names}: the one trait that types have here."""
        return {"policy": tuple(one.name for one in self.members)}

    @cached_property
    def trait_index(self) -> np.ndarray:
        """(k, 1) int16: each member's value of the one trait."""
        return np.arange(len(self), dtype=np.int16)[:, None]

    @cached_property
    def descriptions(self) -> list[str]:
        """[k] every member in its canonical words."""
        return [one.description for one in self.members]

    def _add(self, species: Species, scripts: Sequence[Script]) -> None:
        """Append the members of a species."""
        settings, start = self.settings, len(self.members)
        drawn = self._drawn(species)
        named = [Member(one.name, "scripted", species.index, False) for one in scripts]
        given = _given(settings.callables, species)
        taken = sum(len(kin.callables) for kin in self.kin)
        own = [Member(words.given_name(taken + place), path, species.index, False) for place, path in enumerate(given)]
        for group in (drawn, named, own):
            self.members += hold_out(group, settings)
        if start == len(self.members):
            what = f"species {species.index} of {self.config.environment} has no members"
            raise FunhouseError(what, remedy="ask for random members, or name a policy of your own")
        weights = self._weights(drawn, species)
        statistics = settings.statistics[species.index] if settings.statistics else PLAIN
        outlook = make_outlook(species, settings.seed)
        self.kin.append(Kin(species, outlook, statistics, weights, scripts, given, settings.floor, settings.seed))
        self.rows.append(slice(start, len(self.members)))

    def _drawn(self, species: Species) -> list[Member]:
        """The random members: pairs of an eye and a habit, networks with eyes of their own."""
        settings, members = self.settings, []
        linear, networks = self._eyes
        kinds = (("linear", settings.random_linear, 0), ("mlp", settings.random_mlp, linear))
        for kind, count, first in kinds:
            for place in range(count):
                eye, habit = first + place // HABITS, place % HABITS
                name = words.random_name(habit, eye + species.index * (linear + networks), species.index)
                temperature = settings.temperatures[habit % len(settings.temperatures)]
                members.append(Member(name, kind, species.index, False, habit, eye, temperature))
        return members

    def _weights(self, drawn: Sequence[Member], species: Species) -> list[RandomMember]:
        seed, actions, (linear, networks) = self.settings.seed, species.actions, self._eyes
        habits = draw_habits(seed, actions, HABITS)
        eyes = np.concatenate(
            [
                draw_eyes(seed, species.index, actions, linear, network=False),
                draw_eyes(seed, species.index, actions, networks, network=True),
            ]
        )
        return [RandomMember(eyes[one.eye] / one.temperature, habits[one.habit] / one.temperature) for one in drawn]

    @property
    def _eyes(self) -> tuple[int, int]:
        """How many linear eyes a species has, and how many networks."""
        return -(-self.settings.random_linear // HABITS), -(-self.settings.random_mlp // HABITS)


def _given(paths: Sequence[str], species: Species) -> list[str]:
    """A user's policies for a species: all but those that say "@" and the number of another."""
    split = [path.partition("@") for path in paths]
    return [name for name, _, only in split if only in ("", str(species.index))]


@lru_cache(maxsize=16)
def _of(config: ArenaConfig, settings: BankConfig, forms: tuple[Species, ...] | None) -> Bank:
    if forms is None:
        forms = tuple(config.species)
    bank = Bank(config, settings, forms)
    if settings.statistics or not (settings.random_linear or settings.random_mlp):
        return bank
    # First while anybody does anything, then as these very members move through the world.
    return _measured(_measured(bank, uniform=True), uniform=False)


def _measured(bank: Bank, uniform: bool) -> Bank:
    """The same bank with the statistics of a match of its members, or of uniform moves."""

    def act(species: int, seats: np.ndarray, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        if uniform:
            return mask / mask.sum(1, keepdims=True)
        start, count = bank.rows[species].start, len(bank.kin[species])
        return bank.act_each(start + seats % count, observation, mask)

    look = [kin.sights for kin in bank.kin]
    found = measure(bank.config, len(bank.forms), lambda species, seen: look[species](seen), act, bank.settings.seed)
    return Bank(bank.config, replace(bank.settings, statistics=found), bank.forms)
