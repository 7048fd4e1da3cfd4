"""Matches made by hand and a bank of tables: everything that the definition needs, and no environment."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from agents.arena.theory import Theory, history_of
from agents.population import PopulationConfig
from worlds.arena import ArenaEpisode, Species
from worlds.base_episode import Agent

NAMES = ("Ada", "Bo", "Cy", "Dee", "Eli")
FORMS = (
    Species(0, (3,), "float32", 4, True, "vector", 0.0, 1.0),
    Species(1, (2, 2), "uint8", 3, True, "vector", 0.0, 255.0),
)
KINDS = ("bold", "meek", "odd")  # descriptions fit the members k with k % 3 their place here


@dataclass(frozen=True)
class Sign:
    """A member of the bank of tables."""

    name: str
    description: str
    species: int
    held_out: bool


class TableBank:
    """Softmax policies of the observation; the members of two species, five of the first and three of the other."""

    def __init__(self, seed: int = 0):
        self.species = np.array([0, 1, 0, 0, 1, 0, 1, 0])
        self.members = [
            Sign(f"sign {k}", f"an agent that is {KINDS[k % 3]} {k}", int(kind), k in (2, 4))
            for k, kind in enumerate(self.species)
        ]
        self.descriptions = [member.description for member in self.members]
        self.held_out = np.array([member.held_out for member in self.members])
        generator = np.random.default_rng(seed)
        self.weight = [
            generator.normal(size=(FORMS[kind].actions, int(np.prod(FORMS[kind].shape)))) * 3 for kind in self.species
        ]

    def __len__(self) -> int:
        return len(self.members)

    def believed(self, seen_alone: bool) -> np.ndarray:
        return np.where(self.held_out, 0, 1) if seen_alone else np.ones(len(self), int)

    def index(self, type) -> int:
        return next(k for k, member in enumerate(self.members) if member.name == type["policy"])

    def consistent(self, text: str) -> np.ndarray:
        return np.array([text in (d, d.rsplit(" ", 1)[0]) for d in self.descriptions])

    def act(self, member: int, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        form = FORMS[self.species[member]]
        flat = observation.reshape(len(observation), int(np.prod(form.shape))) / form.high
        odds = np.exp(flat @ self.weight[member].T) * mask
        return 0.9 * odds / odds.sum(1, keepdims=True) + 0.1 * mask / mask.sum(1, keepdims=True)

    def chances(self, species: int, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return np.stack([self.act(int(k), observation, mask) for k in np.flatnonzero(self.species == species)])


def hand_made(
    bank: TableBank, seed: int, n: int, steps: int, in_turn: bool, share: float = 0.6, training: bool = False
) -> ArenaEpisode:
    """A match of random observations, acts, roles and visibility; `in_turn` lets one agent act at a time, and in
    training they believe in seen members alone."""
    generator = np.random.default_rng(seed)
    species = np.array([0, 0, 0, 1, 1][:n], np.int32)
    acts = np.zeros((steps, n), bool)
    for t in range(steps):
        acts[t] = np.arange(n) == t % n if in_turn else generator.random(n) < 0.8
    observation, mask, action = [], [], np.full((steps, n), -1, np.int16)
    for i in range(n):
        form = FORMS[species[i]]
        shown = generator.random((steps, *form.shape)) * (1 if form.dtype == "float32" else 255)
        legal = generator.random((steps, form.actions)) < 0.7
        legal[:, 0] |= ~legal.any(1)
        for t in np.flatnonzero(acts[:, i]):
            action[t, i] = generator.choice(np.flatnonzero(legal[t]))
        observation.append((shown * acts[:, i].reshape(-1, *[1] * len(form.shape))).astype(form.dtype))
        mask.append(legal & acts[:, i, None])
    perceived = (generator.random((steps, n, n)) < share) | np.eye(n, dtype=bool)
    role = [[() if generator.random() < 0.7 else (NAMES[0],) for _ in range(n)] for _ in range(steps)]
    types = [int(generator.choice(np.flatnonzero(bank.species == kind))) for kind in species]
    split = "train" if training else "test"
    run = {"population": PopulationConfig(believed="auto").to_dict(), "split": split}
    agents = [Agent(NAMES[i], {"policy": bank.members[k].name}, bank.descriptions[k]) for i, k in enumerate(types)]
    return ArenaEpisode(
        index=0, seed=seed, split=split, run=run, species=species, forms=list(FORMS), observation=observation,
        mask=mask, action=action, reward=np.zeros((steps, n), np.float32), perceived=perceived & acts[:, None],
        game=np.zeros(steps, np.int16), role=role, prompt=[["behave as myself"] * n] * steps, agents=agents,
    )  # fmt: skip


class Case:
    """A match, and beside it everything the definition needs."""

    def __init__(self, seed: int, n: int, steps: int, in_turn: bool, training: bool = False):
        self.bank = TableBank(seed)
        self.episode = hand_made(self.bank, seed, n, steps, in_turn, training=training)
        self.believed = self.bank.believed(training)
        species = dict(zip(self.episode.names, map(int, self.episode.species), strict=True))
        self.theory = Theory(self.bank, species, self.episode.perceived, self.believed)
        self.own = [self.bank.index(agent.type) for agent in self.episode.agents]

    def history(self, agent: int, step: int):
        """H of an agent."""
        return history_of(self.episode, agent, step)

    def named(self, chain):
        """A query's chain as the definition has it: names, and the members that descriptions fit."""
        return tuple(self.bank.consistent(who) if isinstance(who, str) else self.episode.names[who] for who in chain)


@st.composite
def asked(draw, depth: int, stance: str = "behave"):
    """(Case, agent, step, chain): somebody who acts, or is perceived acting, and a canonical chain of its species."""
    shape = draw(st.integers(0, 999)), draw(st.integers(2, 5)), draw(st.integers(4, 12)), draw(st.booleans())
    case = Case(*shape, training=draw(st.booleans()))
    episode = case.episode
    bodies = [(int(t), int(x), int(y)) for t, x, y in np.argwhere(episode.perceived)
              if (x != y) == (stance == "predict")]  # fmt: skip
    step, agent, body = draw(st.sampled_from(bodies or [(0, 0, 0)]))
    if not bodies:
        return None
    kin = [int(i) for i in np.flatnonzero(episode.species == episode.species[body])]
    here = {case.bank.descriptions[k] for k in np.flatnonzero(case.bank.species == episode.species[body])}
    texts = sorted(here | {f"an agent that is {kind}" for kind in KINDS[: 3 if episode.species[body] == 0 else 2]})
    chain: tuple[int | str, ...] = (body,) if stance == "predict" else ()
    while len(chain) < depth:
        before = chain[-1] if chain else agent
        choice = [*[i for i in kin if i != before] * 3, *[text for text in texts if text != before]]
        chain = (*chain, draw(st.sampled_from(choice)))
    return case, agent, step, chain
