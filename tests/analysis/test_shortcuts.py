"""The shortcuts against the written definition, agents.orchard.theory, with something left out of it by hand."""

import numpy as np
import pytest

from agents import Query, type_space
from agents.definition import Actor
from agents.orchard.theory import Theory, history_of
from agents.orchard.world import planned
from agents.registry import reasoner_of
from analysis.contenders.controls import PLANNER, planners
from analysis.contenders.shortcuts import (
    FULL_INFORMATION,
    IGNORANT,
    MYSELF,
    Shortcuts,
    places_of,
    shortened,
    sub_chain_name,
)
from analysis.questions.perception import Perception
from worlds import KINDS

STEP = 17


class Prejudiced(Theory):
    """The definition with the prior in place of every posterior."""

    def posterior(self, history, who):
        return np.full(len(self.types), 1 / len(self.types))


class Case:
    """One agent at one step, and what the definition says of it."""

    def __init__(self, episode, agent: int):
        self.episode, self.agent, self.me = episode, agent, episode.names[agent]
        space = type_space(episode)
        share = np.ones(episode.steps)
        self.theory = Theory(episode.geometry, space, share)
        self.prejudiced = Prejudiced(episode.geometry, space, share)
        self.own = [space.index(one.type) for one in episode.agents]
        self.history = history_of(space, episode, agent, STEP, int(space.table.sight[self.own[agent]]))

    def query(self, stance: str, *chain: int) -> Query:
        return Query(stance, self.agent, STEP, chain, len(chain))

    def answers(self, *queries: Query) -> dict[str, np.ndarray]:
        space = type_space(self.episode)
        shortcuts = Shortcuts(reasoner_of(space), self.episode, Perception(self.episode))
        return shortcuts.answers(list(queries))

    def behave(self, theory: Theory, *chain: int) -> np.ndarray:
        names = tuple(self.episode.names[who] for who in chain)
        return theory.behave(self.history, self.me, self.own[self.agent], names)

    def predict(self, theory: Theory, target: int, *chain: int) -> np.ndarray:
        names = tuple(self.episode.names[who] for who in chain)
        return theory.predict(self.history, self.episode.names[target], names)


def chosen(log) -> tuple[Case, int, int]:
    """An agent, somebody it sees at STEP and often saw acting as itself, and somebody else whom it knows."""
    for episode in log:
        perception = Perception(episode)
        others = ~np.eye(len(episode.agents), dtype=bool)
        often = perception.sees[STEP] & (perception.observed[STEP] >= 5) & others
        for agent, seen in np.argwhere(often).tolist():
            known = set(np.flatnonzero(perception.known[STEP, agent]).tolist()) - {agent, seen}
            if known:
                return Case(episode, agent), seen, min(known)
    raise AssertionError("the log holds no such agents")


@pytest.fixture(scope="module")
def case(log) -> Case:
    return chosen(log)[0]


@pytest.fixture(scope="module")
def seen(log) -> int:
    return chosen(log)[1]


@pytest.fixture(scope="module")
def known(log) -> int:
    return chosen(log)[2]


@pytest.mark.parametrize("deeper", [False, True])
def test_ignorant_is_the_definition_with_the_prior(case, seen, known, deeper):
    chain = (seen, known) if deeper else (seen,)
    found = case.answers(case.query("behave", *chain), case.query("predict", *chain))[IGNORANT]
    assert found[0] == pytest.approx(case.behave(case.prejudiced, *chain), abs=1e-9)
    assert found[1] == pytest.approx(case.predict(case.prejudiced, *chain), abs=1e-9)
    if not deeper:
        assert np.abs(found[0] - case.behave(case.theory, *chain)).sum() > 0.01  # there was something to be learned


def test_ignorant_of_oneself_is_the_mean_over_types(case):
    acts = [case.theory.policy(k, case.history, case.me) for k in case.theory.types]
    assert case.answers(case.query("behave"))[IGNORANT][0] == pytest.approx(np.mean(acts, axis=0), abs=1e-9)


def test_myself_is_what_my_type_does_here(case, seen):
    own = case.own[case.agent]
    found = case.answers(case.query("behave", seen), case.query("predict", seen), case.query("behave"))[MYSELF]
    there = case.episode.names[seen]
    assert found[0] == pytest.approx(case.theory.policy(own, case.history, case.me), abs=1e-9)
    assert found[1] == pytest.approx(case.theory.policy(own, case.history, there), abs=1e-9)
    assert np.isnan(found[2]).all()


def test_a_sub_chain_is_the_definition_on_what_is_left(case, seen, known):
    chain = (seen, case.agent, known)
    found = case.answers(case.query("behave", *chain))
    left = {
        "sub-chain 1": (seen,), "sub-chain 2": (), "sub-chain 3": (known,),
        "sub-chain 1+2": (seen, case.agent), "sub-chain 1+3": (seen, known), "sub-chain 2+3": (known,),
    }  # fmt: skip
    for name, rest in left.items():
        assert found[name][0] == pytest.approx(case.behave(case.theory, *rest), abs=1e-9), name


def test_a_sub_chain_of_predict_keeps_the_target_or_stands_in_its_place(case, seen, known):
    found = case.answers(case.query("predict", seen, known))
    assert found["sub-chain 1"][0] == pytest.approx(case.predict(case.theory, seen), abs=1e-9)
    there, own = case.episode.names[seen], case.own[case.agent]
    belief = case.theory.posterior(case.history, case.episode.names[known])
    acts = [case.theory.policy(k, case.history, there) for k in case.theory.types]
    assert found["sub-chain 2"][0] == pytest.approx(belief @ np.array(acts), abs=1e-9)
    mine = case.answers(case.query("predict", seen, case.agent))["sub-chain 2"][0]
    assert mine == pytest.approx(case.theory.policy(own, case.history, there), abs=1e-9)


def test_full_information_is_the_true_type_without_lenses(case, seen, known):
    found = case.answers(case.query("behave", seen, known))[FULL_INFORMATION]
    actor = Actor(case.me, case.me, case.own[known])
    assert found[0] == pytest.approx(case.theory.enact(case.history, case.history, case.me, actor, ()), abs=1e-9)


def test_a_described_element_is_all_the_types_that_fit(case):
    text = "an agent that likes red"
    query = Query("behave", case.agent, STEP, (text,), 1)
    fits = case.theory.space.consistent(text)
    acts = np.array([case.theory.policy(k, case.history, case.me) for k in case.theory.types])
    assert case.answers(query)[FULL_INFORMATION][0] == pytest.approx(acts[fits].mean(axis=0), abs=1e-9)


def test_sub_chains_have_their_place_at_their_depth_only(case, seen, known):
    found = case.answers(case.query("behave", seen), case.query("behave", seen, known))
    assert np.isnan(found["sub-chain 1"][0]).all()
    assert np.isfinite(found["sub-chain 1"][1]).all()
    assert places_of("behave", 1) == []
    assert len(places_of("behave", 4)) == 14
    assert (1, 2) in places_of("behave", 3)
    assert (1, 2) not in places_of("predict", 3)


def test_what_is_left_of_a_chain_is_canonical():
    def left(stance, chain, *kept):
        return shortened(Query(stance, 0, 5, chain, len(chain)), kept).chain

    assert left("behave", (1, 0), 1) == ()
    assert left("behave", (1, 2, 1), 0, 2) == (1,)
    assert left("predict", (1, 2, 3), 0, 2) == (1, 3)
    assert sub_chain_name((0, 2)) == "sub-chain 1+3"


def test_the_planner_steps_towards_the_nearest_favourite_whatever_is_asked(log):
    episode = log[0]
    for agent in range(len(episode.agents)):
        favourite = KINDS.index(episode.agents[agent].type["taste"].split(">")[0])
        goals = np.flatnonzero(episode.fruit[STEP].ravel() == favourite)
        ground, here = episode.geometry, episode.cell[STEP, agent]
        after = ground.neighbor[here, planned(episode, agent, STEP)]
        assert ground.distance[after, goals].min() == ground.distance[here, goals].min() - 1
        asked = [Query("behave", agent, STEP, (), 0), Query("predict", agent, STEP, (1, 2), 2)]
        assert len(set(planners(episode, asked)[PLANNER].tolist())) == 1
