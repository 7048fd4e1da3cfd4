"""What a world is to everything above it, and how it is found."""

import numpy as np
import pytest

import agents
from agents.arena.run import ArenaRun
from agents.orchard.run import RunConfig
from agents.registry import played, reasoner_of, world_called, world_of
from worlds import FunhouseError, OrchardConfig, trust
from worlds.arena import ArenaConfig

FIELD = "tests.worlds.arena.toys:field"


def arena() -> ArenaRun:
    trust(FIELD)
    bank = agents.BankConfig(random_linear=4, random_mlp=0, scripted=False)
    return ArenaRun(ArenaConfig(f"pettingzoo:{FIELD}", {"agents": 3}, 6, "partial:0.5,2"), bank)


RUNS = {"orchard": lambda: RunConfig(OrchardConfig(agents=3, steps=6)), "arena": arena}


@pytest.fixture(params=RUNS)
def run(request):
    return RUNS[request.param]()


def test_a_run_an_episode_a_space_and_settings_are_of_one_world(run):
    world, (episode,) = world_of(run), played(run, range(1))
    assert world_of(episode) is world
    assert world_of(run.space) is world
    assert world_of(run.to_dict()) is world
    assert world_called(run.meta["world"]) is world
    assert world.run(run.to_dict()) == run
    assert reasoner_of(world.space(run.to_dict())).space == run.space


def test_everybody_perceives_itself_where_it_acts_and_the_history_has_a_percept_a_step(run):
    world, (episode,) = world_of(run), played(run, range(1))
    sees = world.perceived(episode)
    assert sees.shape == (episode.steps, 3, 3)
    assert np.array_equal(np.einsum("tii->ti", sees), episode.acts)
    assert all(len(world.history(episode, 0, step)) == step + 1 for step in range(episode.steps))
    assert all(sees[t, i, j] <= world.perceives(episode, i, j, t) for t, i, j in np.ndindex(sees.shape))


def test_a_moment_is_drawn_whole_and_as_somebody_perceives_it(run):
    world, (episode,) = world_of(run), played(run, range(1))
    whole, mine = world.drawn(episode, 2), world.drawn(episode, 2, episode.names[0])
    assert all(name in whole for name in episode.names)
    assert len(mine) <= len(whole)
    for bad in ((99, None), (2, "Nobody")):
        with pytest.raises(FunhouseError):
            world.drawn(episode, *bad)


def test_no_world_is_found_by_another_name_or_in_other_settings():
    with pytest.raises(FunhouseError, match="there is no world 'moon'"):
        world_called("moon")
    with pytest.raises(FunhouseError, match="no world has settings of moon"):
        world_of({"moon": {}})
