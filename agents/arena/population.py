"""Who takes part in a match and in which roles: a function of settings, split and the match's key.

As in the orchard, everybody is itself for its first `switch` moves and is given a new role every `switch` of its own
moves, with the same shares. Only agents of one species can act as one another, so everything is drawn within it: a
role names agents of one's own species, and its descriptions are sentences of that species' members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.language.description import WORDINGS
from agents.language.paraphrase import PARAPHRASES, TRAINING
from agents.language.prompt import say
from agents.population import NAMES, NO_ELEMENT, PopulationConfig, draw_roles, draw_wording
from worlds import Agent, FunhouseError, dice

if TYPE_CHECKING:
    from agents.arena.bank import Bank


@dataclass(frozen=True)
class ArenaPopulation:
    """The cast of one match and its roles; n agents, p phases of `switch` moves of their own."""

    bank: Bank
    names: list[str]  # (n)
    member: np.ndarray  # (n,) int64 index into the bank
    chain: np.ndarray  # (p, n, 2) int32: -1 none, 0..n-1 an agent, -2-k the description of member k
    paraphrase: np.ndarray  # (p, n) int64: the wording of each prompt

    @property
    def agents(self) -> list[Agent]:
        """[n] as the record of an episode has them."""
        members = [self.bank.members[k] for k in self.member]
        return [
            Agent(name, {"policy": one.name}, one.description) for name, one in zip(self.names, members, strict=True)
        ]

    def elements(self, phase: int, agent: int) -> tuple[int | str, ...]:
        """The canonical chain as a query has it: agents' indices and descriptions; () is "as itself"."""
        codes = (code for code in self.chain[phase, agent].tolist() if code != NO_ELEMENT)
        return tuple(code if code >= 0 else self.bank.descriptions[-2 - code] for code in codes)

    def said(self, phase: int, agent: int) -> tuple[tuple[str, ...], str]:
        """A role in words, and the prompt in which it was given."""
        chain = tuple(who if isinstance(who, str) else self.names[who] for who in self.elements(phase, agent))
        return chain, say("behave", chain, me=self.names[agent], paraphrase=int(self.paraphrase[phase, agent]))


def draw_arena_population(
    bank: Bank, population: PopulationConfig, key: int, split: str, species: np.ndarray, member: np.ndarray, phases: int
) -> ArenaPopulation:
    """The cast of the match with this key: the species (n,) and the members (n,) of its agents are given."""
    word, n = np.uint64(key), len(species)
    chain = np.full((phases, n, 2), NO_ELEMENT, np.int32)
    for kind in np.unique(species):
        agents = np.flatnonzero(species == kind)
        members = allowed(bank, "seen" if split == "train" else "all", int(kind))
        codes = np.full((phases, len(agents), 2), NO_ELEMENT, np.int32)
        odds = np.arange(1, len(members) + 1) / len(members)
        shares = population.description_share, population.self_share
        # Each species has a key of its own, or its agents would share the roles of another's.
        draw_roles(np.uint64(dice.key(word, 0, int(kind))), np.cumsum(population.depth_share), *shares, odds, codes)
        meaning = np.concatenate([-2 - members[::-1], [NO_ELEMENT], agents])  # of the codes from -1-members on
        chain[:, agents] = meaning[codes + 1 + len(members)]
    forms = TRAINING["behave"] if split == "train" else range(len(PARAPHRASES["behave"]))
    paraphrase = np.empty((phases, n), np.int64)
    draw_wording(word, np.array(forms), len(PARAPHRASES["behave"]), WORDINGS, paraphrase)
    return ArenaPopulation(bank, _names(word, n), member, chain, paraphrase)


def draw_members(
    bank: Bank, population: PopulationConfig, key: int, split: str, seat_species: np.ndarray
) -> np.ndarray:
    """The member (seats,) int64 that each seat follows, drawn among those of its species that take part."""
    types = population.types if population.types != "auto" else "seen" if split == "train" else "all"
    choice = {int(kind): allowed(bank, types, int(kind)) for kind in np.unique(seat_species)}
    pools = [choice[int(kind)] for kind in seat_species]
    return np.array([pool[dice.pick(np.uint64(key), 0, seat, dice.TYPE, len(pool))] for seat, pool in enumerate(pools)])


def allowed(bank: Bank, types: str, species: int) -> np.ndarray:
    """The members (k,) int64 of a species that are "seen" in training, "held-out", or "all". Raises FunhouseError
    where there are none.
    """
    mask = {"seen": ~bank.held_out, "held-out": bank.held_out, "all": np.ones(len(bank), bool)}[types]
    members = np.flatnonzero(mask & (np.asarray(bank.species) == species))
    if not len(members):
        raise FunhouseError(
            f"the bank has no policy that is {types} for the agents of species {species}",
            remedy="give it more policies, such as --random-linear 8, or choose other --types",
        )
    return members


def _names(key: np.uint64, n: int) -> list[str]:
    """Names from the roster, shuffled, so that a name says nothing of a type. Raises FunhouseError."""
    if n > len(NAMES):
        raise FunhouseError(f"there are {n} agents and {len(NAMES)} names", remedy="name fewer agents")
    names = list(NAMES)
    for agent in range(n):
        other = agent + dice.pick(key, 0, agent, dice.NAME, len(names) - agent)
        names[agent], names[other] = names[other], names[agent]
    return names[:n]
