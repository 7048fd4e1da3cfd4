"""Hand-made matches of two species that share nothing, with a bank: an arena without an environment.

Hares see three numbers and have four actions, hounds see two and have three, of which the last is illegal at times.
"""

import numpy as np

from agents.arena.bank import Bank, BankConfig
from agents.arena.reasoner import BankReasoner
from agents.population import PopulationConfig
from agents.query import Query
from agents.registry import reasoner_of
from worlds.arena import ArenaConfig, ArenaEpisode, Species
from worlds.base_episode import Agent

HARE, HOUND = 0, 1
FORMS = [
    Species(HARE, (3,), "float32", 4, False, "vector", -1.0, 1.0),
    Species(HOUND, (2,), "float32", 3, True, "vector", -1.0, 1.0),
]
NAMES = ("Ada", "Bo", "Cleo", "Dov", "Eli", "Fay")
STEPS = 40


SPACES = [form.to_dict() for form in FORMS]
ARENA = ArenaConfig("by.hand", steps=STEPS)
# With statistics at hand, the bank needs no environment to measure them in.
POLICIES = BankConfig(random_linear=6, random_mlp=0, held_out_share=1 / 2, statistics=(((0.0,) * 6, (0.3,) * 6),) * 2)
ANYBODY = PopulationConfig().to_dict()
RUN = {"arena": ARENA.to_dict(), "bank": POLICIES.to_dict(), "species": SPACES, "population": ANYBODY, "seed": 0}
RUN["split"] = "test"
BANK = Bank.of(ARENA, POLICIES, FORMS)
REASONER = reasoner_of(BANK)


def match(
    index: int,
    kinds: tuple[int, ...] = (HARE, HARE, HARE, HOUND, HOUND),
    visibility: str = "partial",
    in_turn: bool = False,
    roles: bool = True,
) -> ArenaEpisode:
    """One match: who acts draws from its policy, and in the last third of it sometimes from a role's answer."""
    draw = np.random.default_rng([index, 11])
    n, species = len(kinds), np.array(kinds, np.int32)
    acts = np.arange(STEPS)[:, None] % n == np.arange(n) if in_turn else np.ones((STEPS, n), bool)
    own = [int(draw.choice(np.flatnonzero(BANK.species == kind))) for kind in kinds]
    observation = [draw.uniform(-1, 1, (STEPS, *FORMS[kind].shape)).astype(np.float32) for kind in kinds]
    mask = [acts[:, i, None] & np.ones(FORMS[kind].actions, bool) for i, kind in enumerate(kinds)]
    for i in np.flatnonzero(species == HOUND):
        mask[i][draw.random(STEPS) < 0.4, 2] = False
    action = np.full((STEPS, n), -1, np.int16)
    for i in range(n):
        observation[i][~acts[:, i]] = 0
        for t in np.flatnonzero(acts[:, i]):
            chance = BANK.act(own[i], observation[i][t : t + 1], mask[i][t : t + 1])[0]
            action[t, i] = draw.choice(len(chance), p=chance)
    role = [[_role(draw, t, i, species) if roles and acts[t, i] else () for i in range(n)] for t in range(STEPS)]
    episode = ArenaEpisode(
        index=index, seed=1000 + index, split="test", run=RUN, species=species,
        forms=FORMS, observation=observation, mask=mask, action=action, reward=np.zeros((STEPS, n), np.float32),
        perceived=_perceived(draw, acts, visibility), game=np.zeros(STEPS, np.int16), role=role,
        prompt=[["behave as yourself"] * n] * STEPS,
        agents=[Agent(NAMES[i], {"policy": BANK.members[k].name}, BANK.descriptions[k]) for i, k in enumerate(own)],
    )  # fmt: skip
    reasoner = BankReasoner(BANK)  # role acts are no evidence, so that none of them changes another's answer
    for t, i in zip(*np.nonzero(acts), strict=True):
        if role[t][i]:
            chain = tuple(map(NAMES.index, role[t][i]))
            (chance,) = reasoner.enact(episode, [Query("behave", int(i), int(t), chain, len(chain))])
            action[t, i] = draw.choice(len(chance), p=chance)
    return episode


def _role(draw: np.random.Generator, step: int, agent: int, species: np.ndarray) -> tuple[str, ...]:
    kin = [int(other) for other in np.flatnonzero(species == species[agent]) if other != agent]
    if not kin or step < 2 * STEPS // 3 or draw.random() < 0.5:
        return ()
    first = int(draw.choice(kin))
    return (NAMES[first],) if draw.random() < 0.5 else (NAMES[first], NAMES[agent])


def _perceived(draw: np.random.Generator, acts: np.ndarray, visibility: str) -> np.ndarray:
    (steps, n), everyone = acts.shape, np.ones((1, acts.shape[1], acts.shape[1]), bool)
    some = np.repeat(draw.random((-(-steps // 8), n, n)) < 0.5, 8, axis=0)[:steps]
    seen = {"all": everyone, "partial": some | np.eye(n, dtype=bool), "nobody": np.eye(n, dtype=bool)[None]}
    return np.broadcast_to(seen[visibility], (steps, n, n)) & acts[:, None, :]
