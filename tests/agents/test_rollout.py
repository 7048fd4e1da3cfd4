"""Episodes are a function of their settings and index alone, and act exactly as the stated reasoner would."""

import json

import numpy as np
import pytest
from numba import njit

from agents.orchard.policy_config import PolicyConfig
from agents.orchard.reasoner import Reasoner
from agents.orchard.rollout import RunConfig, play_with_chances, rollout
from agents.population import PopulationConfig
from agents.query import Query
from agents.registry import type_space
from worlds import FunhouseError, OrchardConfig, dice, replay

RUNS = [
    RunConfig(OrchardConfig(agents=5, steps=20), seed=1),
    RunConfig(OrchardConfig(map="maze", agents=3, steps=20, roles="hidden", kinds=2), seed=2, split="test"),
    RunConfig(OrchardConfig(map="open", agents=4), PolicyConfig(rankings="all"), PopulationConfig(switch=3)),
]


def roll(run, first, count, threads=1):
    return rollout(run.orchard, run.population, run.policy, run.seed, run.split, first, count, threads)


def chain_of(episode, step, agent):
    """A logged role as a query's chain."""
    names = episode.names
    return tuple(names.index(who) if who in names else who for who in episode.role[step][agent])


@njit
def threshold(key, step, agent):
    """The number in [0, 1) that decides an action."""
    return dice.uniform(dice.draw(key, step, agent, dice.ACTION))


@pytest.mark.parametrize("run", RUNS)
def test_batches_and_threads_change_nothing(run):
    together, threaded = roll(run, 0, 6), roll(run, 0, 6, threads=3)
    alone = [roll(run, index, 1)[0] for index in reversed(range(6))][::-1]
    for index, same in enumerate(zip(together, threaded, alone, strict=True)):
        for field in ("walls", "cell", "board", "action", "reward"):
            assert all(np.array_equal(getattr(one, field), getattr(same[0], field)) for one in same)
        for field in ("seed", "role", "prompt", "agents"):
            assert all(getattr(one, field) == getattr(same[0], field) for one in same)
        assert {one.index for one in same} == {index}
    assert not np.array_equal(together[0].action, together[1].action)


@pytest.mark.parametrize("run", RUNS)
def test_every_action_is_drawn_from_what_the_role_exactly_says(run):
    episode, chance = play_with_chances(run, 3)
    reasoner = Reasoner(type_space(episode))
    steps, n = episode.action.shape
    cells = [(t, i) for t in range(steps) for i in range(n)]
    chains = [chain_of(episode, t, i) for t, i in cells]
    queries = [Query("behave", i, t, chain, len(chain)) for (t, i), chain in zip(cells, chains, strict=True)]
    assert np.array_equal(reasoner.enact(episode, queries), chance.reshape(-1, 5))
    assert {0, 1, 2} == {len(chain) for chain in chains}
    key = np.uint64(episode.seed)
    for t, i in cells:
        assert episode.action[t, i] == (np.cumsum(chance[t, i])[:4] <= threshold(key, t, i)).sum()


@pytest.mark.parametrize("run", RUNS)
def test_an_episode_replays_bit_for_bit(run):
    (episode,) = roll(run, 2, 1)
    space = type_space(episode)
    taste = [space.table.taste[space.index(agent.type)] for agent in episode.agents]
    worth = space.table.weight[taste].astype(np.float32)
    again = replay(run.orchard, episode.walls, episode.seed, episode.action, worth)
    for had, made in zip((episode.cell, episode.board, episode.reward), again, strict=True):
        assert np.array_equal(had, made)


def test_splits_and_seeds_are_different_episodes():
    one, *others = (RunConfig(seed=s, split=split) for s, split in [(0, "train"), (0, "test"), (1, "train")])
    (first,) = roll(one, 0, 1)
    assert all(not np.array_equal(first.action, roll(other, 0, 1)[0].action) for other in others)


@pytest.mark.parametrize("run", RUNS)
def test_a_run_is_plain_json_and_comes_back(run):
    assert RunConfig.from_dict(json.loads(json.dumps(run.to_dict()))) == run
    assert roll(run, 0, 1)[0].run == run.to_dict()


def test_there_are_three_splits():
    with pytest.raises(FunhouseError, match="there is no split 'dev'"):
        RunConfig(split="dev")
