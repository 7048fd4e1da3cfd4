"""The compiled reasoner equals an enumeration that shares no code with it, nor with the definition."""

import numpy as np
import pytest
from hypothesis import assume, given, settings

from agents.orchard.policy_config import PolicyConfig
from agents.orchard.reasoner import Reasoner
from agents.orchard.rollout import RunConfig
from agents.population import PopulationConfig, native_share
from agents.query import Query
from agents.registry import perceives
from tests.agents.enumerator import Enumerator
from tests.agents.little import MAPS, MIRROR, Case, asked
from worlds import OrchardConfig

EXACT = 1e-9
WALLED = tuple(one for one in MAPS if one[0] != MIRROR)  # an enumerator knows no glass
SIGHT = {"near": 0, "far": 1}
PUSH = {"shy": -1, "neutral": 0, "sociable": 1}


def enumerator_of(case: Case) -> Enumerator:
    """An enumerator that is told the episode's arrays and the constants, in its own terms."""
    run, episode = case.run, case.episode
    hidden = run.orchard.roles == "hidden"
    return Enumerator(
        episode.walls.tolist(),
        episode.fruit.tolist(),
        episode.position.tolist(),
        episode.action.tolist(),
        episode.role,
        [_type(run, one.to_dict()) for one in case.space.types],
        (run.policy.beta, run.policy.gamma, run.policy.floor),
        native_share(run.orchard, run.population).tolist() if hidden else None,
    )


def _type(run, traits) -> tuple:
    """A type as the enumerator has it, from the words of its traits."""
    first, middle, last = run.policy.weights
    by_rank = {1: [first], 2: [first, last], 3: [first, middle, last]}[run.orchard.kinds]
    ranking = traits["taste"].split(">")
    weights = tuple(by_rank[ranking.index(kind)] for kind in ("red", "blue", "green")[: run.orchard.kinds])
    window = 1 if traits["memory"] == "forgetful" else run.policy.window
    radius, push = run.orchard.sights[SIGHT[traits["sight"]]], PUSH[traits["temper"]] * run.policy.temper
    return weights, radius, window, push


def check(question, stance):
    case, agent, step, chain = question
    if stance == "predict":
        assume(isinstance(chain[0], int) and perceives(case.episode, agent, chain[0], step))
    enumerator = enumerator_of(case)
    listed = [case.space.consistent(who).tolist() if isinstance(who, str) else who for who in chain]
    expected = getattr(enumerator, stance)(agent, enumerator.types[case.own[agent]], step, listed)
    answer = Reasoner(case.space).enact(case.episode, [Query(stance, agent, step, chain, len(chain))])[0]
    assert np.abs(answer - expected).max() <= EXACT


@settings(max_examples=40)
@given(asked(0, maps=WALLED))
def test_as_oneself(question):
    check(question, "behave")


@settings(max_examples=40)
@given(asked(1, kinds=(1, 3), maps=WALLED))
def test_as_another(question):
    check(question, "behave")


@settings(max_examples=25)
@given(asked(2, kinds=(1, 2), steps=(3, 5), maps=WALLED))
def test_as_another_pretending(question):
    check(question, "behave")


@settings(max_examples=5)
@given(asked(3, kinds=(1, 1), steps=(3, 4), maps=WALLED))
def test_as_another_pretending_to_be_one_who_pretends(question):
    check(question, "behave")


@settings(max_examples=30)
@given(asked(1, maps=WALLED))
def test_predicting(question):
    check(question, "predict")


@settings(max_examples=10)
@given(asked(2, kinds=(1, 2), steps=(3, 5), maps=WALLED))
def test_predicting_one_who_pretends(question):
    check(question, "predict")


@pytest.mark.parametrize("roles", ["announced", "hidden"])
@pytest.mark.parametrize("sights", [(1, 2), (2, 6)])
def test_every_question_of_an_episode(roles, sights):
    orchard = OrchardConfig(7, 7, "open", 2, 3, agents=4, steps=10, sights=sights, roles=roles)
    case = Case(RunConfig(orchard, PolicyConfig(window=3), PopulationConfig(switch=5), 5, "test"))
    enumerator, n, described = enumerator_of(case), range(4), "an agent that likes red"
    pairs = [(a, b) for a in n for b in n if a != b]
    chains = [*pairs, *[(a, described) for a in n], *[(described, a) for a in n]]
    seen = [(a, b) for a, b in pairs if perceives(case.episode, a, b, 9)]
    queries = [Query("behave", me, 9, chain, 2) for me in n for chain in chains if chain[0] != me]
    queries += [Query("predict", me, 9, chain, 2) for me, you in seen for chain in chains if chain[0] == you]
    answers = Reasoner(case.space).enact(case.episode, queries)
    for query, answer in zip(queries, answers, strict=True):
        own = enumerator.types[case.own[query.agent]]
        chain = [case.space.consistent(who).tolist() if who == described else who for who in query.chain]
        expected = getattr(enumerator, query.stance)(query.agent, own, query.step, chain)
        assert np.abs(answer - expected).max() <= EXACT
