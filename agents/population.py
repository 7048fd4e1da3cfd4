"""Who takes part in an episode and in which roles: a function of settings, split and the episode's key.

In the first phase (`switch` steps) everybody is itself, so that all can be observed; from then on each agent
is given a new role every `switch` steps. Roles are small integers until somebody asks for the words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, NamedTuple, Protocol

import numpy as np
from annotated_types import Interval
from numba import njit

from agents.language.description import WORDINGS
from agents.language.description_bank import DescriptionBank, bank_of
from agents.language.paraphrase import PARAPHRASES, TRAINING
from agents.language.prompt import say
from agents.product_space import ProductSpace
from worlds import SPLITS, FunhouseError, dice, schema

NAMES = (
    "Ada", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jo", "Kai", "Lea", "Max", "Nia", "Oz",
    "Pia", "Quin", "Rex", "Sam", "Tess", "Uma", "Val", "Wes", "Xia", "Yan", "Zoe", "Abe", "Bea", "Cal",
    "Dov", "Eva", "Finn", "Gil", "Hana", "Ian", "Jun", "Kit", "Lou", "Mia", "Ned", "Ola", "Pat", "Ravi",
    "Sol", "Tom", "Uri", "Vic", "Wyn", "Yara", "Zed", "Amy", "Ben", "Cleo", "Dan", "Emil", "Flo",
    "Gwen", "Hugo", "Ivy", "Jade", "Ken", "Luz", "Milo", "Noa",
)  # fmt: skip
NO_ELEMENT = -1  # in a chain: no element
MOST_SWITCH = 1 << 20  # steps: above those of any episode, so that roles may never be given

Share = Annotated[float, Interval(ge=0, le=1)]


def check_run(seed: int, split: str) -> None:
    """Raises FunhouseError for a seed that is none, or a split that there is not."""
    if split not in SPLITS:
        raise FunhouseError(f"there is no split '{split}'", remedy=f"choose one of {', '.join(SPLITS)}")
    if not 0 <= seed < 2**63:
        raise FunhouseError(f"seed = {seed} is no seed", remedy="choose one from 0 to 2**63 - 1")


@dataclass(frozen=True)
class PopulationConfig:
    """How roles and types are drawn. Raises FunhouseError, naming the field, where a value makes none."""

    switch: Annotated[int, Interval(ge=1, le=MOST_SWITCH)] = 8  # steps per role
    depth_share: tuple[Share, Share, Share] = (0.32, 0.39, 0.29)  # of later roles: depth 0, 1, 2
    description_share: Share = 0.15  # of chain elements
    self_share: Share = 0.25  # of second elements that name the agent itself: "as Bo pretending to be me"
    # seen (as auto in train), held-out, all (as auto in validation and test)
    types: Annotated[str, schema.one_of("auto", "seen", "held-out", "all")] = "auto"
    # the types that agents believe in: all, or in training, where only seen ones take part, those alone ("auto")
    believed: Annotated[str, schema.one_of("all", "auto")] = "all"

    OPTIONAL = ("believed",)

    def __post_init__(self) -> None:
        shares = tuple(float(share) for share in self.depth_share)
        object.__setattr__(self, "depth_share", shares)
        schema.check(self, "population")
        if not abs(sum(shares) - 1) < 1e-9:
            raise FunhouseError(
                f"depth_share = {shares} makes no population", remedy="choose three shares that sum to 1"
            )

    def to_dict(self) -> dict:
        """Plain JSON values; that all types are believed in is left out, as settings of an earlier kind have it."""
        values = {**dataclasses.asdict(self), "depth_share": list(self.depth_share)}
        if self.believed == "all":
            values.pop("believed")
        return values

    def drawn(self, split: str) -> str:
        """Which types take part in a split: seen, held-out or all."""
        return self.types if self.types != "auto" else "seen" if split == "train" else "all"

    def believes_seen(self, split: str) -> bool:
        """Whether agents of a split believe in the types alone that training sees."""
        return self.believed == "auto" and self.drawn(split) == "seen"

    @classmethod
    def from_dict(cls, values: Mapping) -> PopulationConfig:
        """The settings from to_dict's values. Raises FunhouseError as schema.read does."""
        return schema.read(cls, values)


@dataclass(frozen=True)
class Population:
    """The agents of one episode and their roles; p phases, n agents, t steps."""

    space: ProductSpace
    names: list[str]  # (n)
    type_index: np.ndarray  # (n,) int64
    chain: np.ndarray  # (p, n, 2) int32: -1 none, 0..n-1 an agent, -2-d row d of `description_mask`
    paraphrase: np.ndarray  # (p, n) int64: the wording of each prompt
    phase_of: np.ndarray  # (t,) int64
    native_share: np.ndarray  # (t,) float64, see native_share()

    @property
    def descriptions(self) -> list[str]:
        """[n] what each agent is, in words."""
        return [self.space.descriptions[k] for k in self.type_index]

    @property
    def description_mask(self) -> np.ndarray:
        """(d, k) bool: the types consistent with each description that a chain may hold."""
        return self._bank.mask

    @cached_property
    def _bank(self) -> DescriptionBank:
        return bank_of(self.space)

    @cached_property
    def roles(self) -> list[list[tuple[str, ...]]]:
        """[p][n] the canonical chains: names and descriptions; () is "as itself"."""
        texts, said = self._bank.texts, dict(enumerate(self.names))
        said |= {-2 - row: texts[row] for row in (-2 - np.unique(self.chain[self.chain < NO_ELEMENT])).tolist()}
        chains = self.chain.tolist()
        return [[tuple([said[one] for one in codes if one != NO_ELEMENT]) for codes in row] for row in chains]

    @cached_property
    def prompts(self) -> list[list[str]]:
        """[p][n] the words in which the roles were given."""
        return [
            [say("behave", chain, me, wording) for chain, me, wording in zip(row, self.names, wordings, strict=True)]
            for row, wordings in zip(self.roles, self.paraphrase.tolist(), strict=True)
        ]

    def role(self, phase: int, agent: int) -> tuple[str, ...]:
        """One agent's chain in one phase."""
        return self.roles[phase][agent]

    def prompt(self, phase: int, agent: int) -> str:
        """The words in which it was given."""
        return self.prompts[phase][agent]


class Extent(Protocol):
    """How many take part, and for how long."""

    @property
    def agents(self) -> int: ...
    @property
    def steps(self) -> int: ...


def draw_population(
    config: Extent, population: PopulationConfig, space: ProductSpace, key: int, split: str
) -> Population:
    """The agents of the episode with this key (worlds.dice.key) and their roles, phase by phase.

    `split` is one of worlds.SPLITS. Raises FunhouseError where the roster of names is too short.
    """
    stage = _stage(space, population, split)
    n, phases = config.agents, -(-config.steps // population.switch)
    if n > len(NAMES):
        raise FunhouseError(f"there are {n} agents and {len(NAMES)} names", remedy="ask for fewer agents")
    type_index, name_index = np.empty(n, np.int64), np.arange(len(NAMES))
    chain, paraphrase = np.full((phases, n, 2), NO_ELEMENT, np.int32), np.empty((phases, n), np.int64)
    _draw_cast(np.uint64(key), stage.type_choice, type_index, name_index)
    shares = population.description_share, population.self_share
    draw_roles(np.uint64(key), stage.depth, *shares, stage.odds, chain)
    draw_wording(np.uint64(key), stage.forms, len(PARAPHRASES["behave"]), WORDINGS, paraphrase)
    names = [NAMES[index] for index in name_index[:n]]
    phase_of = np.arange(config.steps) // population.switch
    return Population(space, names, type_index, chain, paraphrase, phase_of, native_share(config, population))


def believes_seen(settings: Mapping) -> bool:
    """Whether agents in the episodes of a run's settings believe in the types alone that training sees."""
    return PopulationConfig.from_dict(settings["population"]).believes_seen(settings["split"])


def native_share(config: Extent, population: PopulationConfig) -> np.ndarray:
    """(t,) float64: the stated share of agents that act as themselves; in the first phase all of them."""
    return np.where(np.arange(config.steps) < population.switch, 1.0, population.depth_share[0])


class _Stage(NamedTuple):
    """What the draws of a split share."""

    type_choice: np.ndarray  # the types that agents may have, each as often as its odds
    depth: np.ndarray  # (3,) float64 running sum of depth_share
    odds: np.ndarray  # (d,) float64 running sum of the odds of each description
    forms: np.ndarray  # the paraphrases of "behave as" that the split uses


@lru_cache(maxsize=16)
def _stage(space: ProductSpace, population: PopulationConfig, split: str) -> _Stage:
    every = {"seen": ~space.held_out, "held-out": space.held_out, "all": np.ones(len(space), bool)}
    able = np.flatnonzero(every[population.drawn(split)])
    forms = TRAINING["behave"] if split == "train" else range(len(PARAPHRASES["behave"]))
    odds = bank_of(space).cumulative(split)
    return _Stage(np.repeat(able, space.odds[able]), np.cumsum(population.depth_share), odds, np.array(forms))


@njit(cache=True, nogil=True)
def _draw_cast(key, type_choice, type_index, name_index):
    """Fill type_index; shuffle the head of name_index, so that a name says nothing of a type."""
    for agent in range(len(type_index)):
        type_index[agent] = type_choice[dice.below(dice.draw(key, 0, agent, dice.TYPE), len(type_choice))]
        other = agent + dice.below(dice.draw(key, 0, agent, dice.NAME), len(name_index) - agent)
        name_index[agent], name_index[other] = name_index[other], name_index[agent]


@njit(cache=True, nogil=True)
def draw_roles(key, depth, description_share, self_share, odds, chain):
    """Fill chain (p, n, 2) after the first phase; every chain is canonical."""
    phases, n, _ = chain.shape
    for phase in range(1, phases):
        for agent in range(n):
            chance = dice.uniform(dice.draw(key, phase * 8, agent, dice.ROLE))
            if chance < depth[0]:
                continue
            first = _draw_element(key, phase * 8 + 1, agent, agent, n, description_share, odds)
            chain[phase, agent, 0] = first
            if chance < depth[1]:
                continue
            itself = dice.uniform(dice.draw(key, phase * 8 + 4, agent, dice.ROLE)) < self_share
            second = _draw_element(key, phase * 8 + 5, agent, first, n, description_share, odds)
            chain[phase, agent, 1] = agent if itself else second


@njit(cache=True, nogil=True)
def _draw_element(key, step, agent, previous, n, description_share, odds):
    """An agent or a description (-2-d) other than `previous`; a lone agent has only descriptions to play."""
    others = n - 1 if previous >= 0 else n
    if others and dice.uniform(dice.draw(key, step, agent, dice.ROLE)) >= description_share:
        chosen = dice.below(dice.draw(key, step + 1, agent, dice.ROLE), others)
        return chosen + 1 if 0 <= previous <= chosen else chosen
    for attempt in range(100):
        chance = dice.uniform(dice.draw(key, step + 2, agent + 256 * attempt, dice.ROLE))
        chosen = -2 - np.searchsorted(odds, chance, side="right")
        if chosen != previous:
            break
    return chosen


@njit(cache=True, nogil=True)
def draw_wording(key, forms, all_forms, wordings, paraphrase):
    """Fill paraphrase (p, n): the form is its remainder by all_forms, the wording its quotient."""
    phases, n = paraphrase.shape
    for phase in range(phases):
        for agent in range(n):
            form = forms[dice.below(dice.draw(key, 2 * phase, agent, dice.PROMPT), len(forms))]
            wording = dice.below(dice.draw(key, 2 * phase + 1, agent, dice.PROMPT), wordings)
            paraphrase[phase, agent] = form + all_forms * wording
