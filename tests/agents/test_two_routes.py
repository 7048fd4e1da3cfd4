"""Where everybody sees everything, the orchard asked as itself and asked as anybody's environment say the same.

The foreign route knows no tastes, eyes or memories: its bank's members are the orchard's types, policies of a whole
scene, and its reasoner adds log chances where the orchard's walks through lenses.
"""

import numpy as np
import pytest

from agents.arena.reasoner import BankReasoner
from agents.orchard.policy import act
from agents.orchard.reasoner import Reasoner
from agents.orchard.rollout import RunConfig, play
from agents.partial import PRIOR_ALONE
from agents.query import Query
from worlds import OrchardConfig
from worlds.arena import ArenaEpisode, Species

OPEN = "\n".join(["." * 7] * 6) + "\n"
SIGHTS = (20, 21)  # both cover the whole map
EXACT = 1e-9


class TypesAsBank:
    """The orchard's types as the members of one species; an observation is the body's cell, all fruits, all cells."""

    def __init__(self, space, ground, cells):
        self.space, self.ground, self.cells = space, ground, cells
        self.species = np.zeros(len(space), np.int64)

    def __len__(self):
        return len(self.space)

    def believed(self, seen_alone):
        return self.space.believed(seen_alone)

    def index(self, type):
        return self.space.index(type)

    def consistent(self, text):
        return self.space.consistent(text)

    def chances(self, species, observation, mask):
        return np.array([[self._act(k, row) for row in observation.astype(int)] for k in range(len(self.space))])

    def _act(self, k, row):
        body, kinds, others = row[0], row[1 : 1 + self.cells], row[1 + self.cells :]
        fruit = {kind: np.flatnonzero(kinds == kind).tolist() for kind in set(kinds.tolist()) - {-1}}
        return act(self.space, k, fruit, others.tolist(), body, self.ground)


def as_foreign(episode) -> ArenaEpisode:
    """The same acts as a match in somebody's environment that shows everybody everything."""
    (t, n), cells = episode.action.shape, episode.walls.size
    fruit, cell = episode.fruit.reshape(t, cells), episode.cell
    shown = [np.concatenate([cell[:, [i]], fruit, np.delete(cell, i, 1)], 1).astype(np.float32) for i in range(n)]
    return ArenaEpisode(
        index=0, seed=0, split="test", run=episode.run, species=np.zeros(n, np.int32),
        forms=[Species(0, shown[0].shape[1:], "float32", episode.actions, False, "vector", -1.0, float(cells))],
        observation=shown, mask=[np.ones((t, episode.actions), bool)] * n, action=episode.action.astype(np.int16),
        reward=episode.reward, perceived=np.ones((t, n, n), bool), game=np.zeros(t, np.int16), role=episode.role,
        prompt=episode.prompt, agents=episode.agents,
    )  # fmt: skip


@pytest.fixture(scope="module")
def routes():
    run = RunConfig(OrchardConfig(map=OPEN, agents=4, steps=16, fruits=2, sights=SIGHTS), split="test")
    episode = play(run, 0)
    bank = TypesAsBank(run.space, episode.geometry, episode.walls.size)
    return (episode, Reasoner(run.space)), (as_foreign(episode), BankReasoner(bank))


CHAINS = [(), (1,), (2, 0), (3, 1), ("a shy agent",), ("an agent that likes red", 2), (1, 2, 0), (2, 1, 3, 0)]


@pytest.mark.parametrize("stance", ["behave", "predict"])
def test_both_routes_give_the_same_answers(routes, stance):
    rest = [chain for chain in CHAINS if chain[:1] != ((1,) if stance == "predict" else (0,))]
    chains = [(1, *chain) for chain in rest] if stance == "predict" else rest
    queries = [Query(stance, 0, step, chain, len(chain)) for step in (0, 7, 15) for chain in chains]
    (episode, reasoner), (foreign, other) = routes
    for ask in ("enact", "truth"):
        one, two = getattr(reasoner, ask)(episode, queries), getattr(other, ask)(foreign, queries)
        assert np.abs(one - two).max() <= EXACT
    apart = np.abs(reasoner.enact(episode, queries) - reasoner.enact(episode, queries, without=PRIOR_ALONE))
    assert apart.max() > 0.1  # what was seen matters to these questions


def test_both_routes_believe_the_same(routes):
    (episode, reasoner), (foreign, other) = routes
    for who in (1, 2, 3):
        assert np.abs(reasoner.posteriors(episode, 0, who) - other.posteriors(foreign, 0, who)).max() <= EXACT


def test_the_routes_part_where_somebody_does_not_see_everything(routes):
    (episode, reasoner), (_, other) = routes
    hidden = as_foreign(episode)
    hidden.perceived[:, 1, 0] = False
    query = [Query("behave", 0, 15, (1, 0), 2)]
    assert np.abs(reasoner.enact(episode, query) - other.enact(hidden, query)).max() > 0.01
