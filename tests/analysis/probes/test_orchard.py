"""What a probe changes in an orchard is what it says, and what a type would do on what it saw is the definition's."""

import numpy as np
import pytest

from agents.orchard.rollout import play
from agents.population import PopulationConfig
from agents.query import Query
from agents.registry import reasoner_of
from analysis.probes.orchard import NO_FRUIT, acts, changed, in_role, latest, run_of, types_of, until, views, window_of
from analysis.questions.perception import Perception


@pytest.fixture(scope="module")
def episode():
    return play(run_of(0, "validation", PopulationConfig(switch=20, types="all"), steps=20), 3)


def test_a_change_touches_one_cell_at_the_steps_it_names(episode):
    cell = int(np.flatnonzero(episode.fruit[8].ravel() == 1)[0])
    for kind in (NO_FRUIT, 2):
        other = changed(episode, cell, kind, slice(8, 12))
        assert (other.fruit[8:12].reshape(4, -1)[:, cell] == kind).all()
        same = np.ones(episode.fruit.shape, bool).reshape(20, -1)
        same[8:12, cell] = False
        assert (other.fruit.reshape(20, -1) == episode.fruit.reshape(20, -1))[same].all()


def test_nobody_is_announced_in_a_role_of_its_own(episode):
    acted = in_role(episode, slice(5, 9))
    native = Perception(acted).native
    assert not native[5:9].any()
    assert native[:5].all()
    assert native[9:].all()
    assert all((name,) != role for roles in acted.role for name, role in zip(acted.names, roles, strict=True))


def test_an_episode_cut_short_has_the_same_answers(episode):
    reasoner, query = reasoner_of(types_of(episode)), Query("behave", 0, 10, (1,), 1)
    assert np.array_equal(reasoner.enact(until(episode, 10), [query]), reasoner.enact(episode, [query]))


def test_what_a_type_does_on_what_it_saw_is_the_definition(episode):
    space, view, fruit = types_of(episode), views(episode), episode.fruit.reshape(20, -1)
    for who, agent in enumerate(episode.agents):
        own = space.index(agent.type)
        known = latest(fruit, view[:, who], 15, window_of(space, own))
        said = acts(episode, own, 15, who, known, view[15, who])
        truth = reasoner_of(space).truth(episode, [Query("behave", who, 15, (), 0)])[0]
        assert said == pytest.approx(truth, abs=1e-9)
