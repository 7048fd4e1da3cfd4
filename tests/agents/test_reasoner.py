"""The compiled reasoner equals the definition, at every depth, in every kind of little world."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agents.definition import Ending
from agents.orchard.policy_config import PolicyConfig
from agents.orchard.reasoner import Reasoner
from agents.orchard.rollout import RunConfig
from agents.orchard.types import TypeSpace
from agents.partial import NOTHING, PRIOR_ALONE, Partial, Without, partial_reasoners
from agents.query import Query
from agents.registry import perceives
from tests.agents.little import Case, asked, funhouses, runs
from worlds import FunhouseError, OrchardConfig

EXACT = 1e-9
# One kind of fruit makes 12 types instead of 24, and keeps the definition's 12 ** depth terms affordable.
SMALL = {"kinds": (1, 1), "steps": (3, 4)}
MARKED = {"marks": 0.5, **SMALL}  # twice the types
BLIND = {"drawn": funhouses}
FEW = {**BLIND, "kinds": (2, 2), "steps": (3, 4)}
CASES = [(0, 40, {}), (1, 40, {}), (2, 25, {}), (3, 12, SMALL), (0, 20, MARKED), (1, 40, MARKED), (2, 25, MARKED)]
CASES += [(0, 40, BLIND), (1, 40, BLIND), (2, 25, FEW), (3, 10, {**FEW, "steps": (2, 3)})]


def given_depth(depth, examples, limits):
    """A property of questions of one depth."""
    return lambda test: settings(max_examples=examples)(given(asked(depth, **limits))(test))


def predictable(case, agent, step, rest):
    """Somebody whom an agent perceives and may predict pretending to be the rest; without one the case is dropped."""
    seen = [i for i in range(len(case.own)) if i != agent and perceives(case.episode, agent, i, step)]
    seen = [i for i in seen if not rest or rest[0] != i]
    assume(seen)
    return seen[0]


def behave(case, agent, step, chain, **settings):
    query = Query("behave", agent, step, chain, len(chain))
    return Reasoner(case.space).enact(case.episode, [query], **settings)[0]


@pytest.mark.parametrize(("depth", "examples", "limits"), CASES)
def test_behave_equals_the_definition(depth, examples, limits):
    @given_depth(depth, examples, limits)
    def check(question):
        case, agent, step, chain = question
        history, name = case.history(agent, step), case.episode.names[agent]
        expected = case.theory.behave(history, name, case.own[agent], case.named(chain))
        assert np.abs(behave(case, agent, step, chain) - expected).max() <= EXACT

    check()


@pytest.mark.parametrize(("depth", "examples", "limits"), [*CASES[:3], CASES[5], *CASES[8:10]])
def test_behave_with_the_prior_equals_the_definition_without_evidence(depth, examples, limits):
    @given_depth(depth, examples, limits)
    def check(question):
        case, agent, step, chain = question
        case.theory.posterior = lambda _, who: case.theory.prior(who)
        history, name = case.history(agent, step), case.episode.names[agent]
        expected = case.theory.behave(history, name, case.own[agent], case.named(chain))
        assert np.abs(behave(case, agent, step, chain, without=PRIOR_ALONE) - expected).max() <= EXACT

    check()


NESTED = [(1, 25, {}), (2, 15, SMALL), (1, 25, BLIND), (2, 15, FEW), (2, 10, MARKED), (3, 6, {**FEW, "steps": (2, 3)})]


@pytest.mark.parametrize(("depth", "examples", "limits"), NESTED)
def test_a_partial_reasoner_equals_the_definition_without_what_it_leaves_out(depth, examples, limits):
    @given_depth(depth, examples, limits)
    def check(question):
        case, agent, step, chain = question
        history, name, chain_said = case.history(agent, step), case.episode.names[agent], case.named(chain)
        everything = Partial(case.theory, NOTHING).behave(history, name, case.own[agent], chain_said)
        assert np.abs(everything - behave(case, agent, step, chain)).max() <= EXACT
        some = {**partial_reasoners(depth, ("manner",)), "two steps": Without(past=2)}
        for without in some.values():
            expected = Partial(case.theory, without).behave(history, name, case.own[agent], chain_said)
            assert np.abs(behave(case, agent, step, chain, without=without) - expected).max() <= EXACT

    check()


@pytest.mark.parametrize(("depth", "examples", "limits"), [(0, 5, BLIND), (1, 15, {}), *CASES[2:4], *NESTED[2:4]])
def test_a_chain_ends_in_the_types_in_which_it_ends_by_the_definition(depth, examples, limits):
    @given_depth(depth, examples, limits)
    def check(question):
        case, agent, step, chain = question
        history, name = case.history(agent, step), case.episode.names[agent]
        expected = Ending(case.theory).behave(history, name, case.own[agent], case.named(chain))
        (ends,) = Reasoner(case.space).ends(case.episode, [Query("behave", agent, step, chain, depth)])
        assert np.abs(ends - expected).max() <= EXACT
        assert ends.sum() == pytest.approx(1)

    check()


@pytest.mark.parametrize(("depth", "examples", "limits"), [(0, 25, BLIND), (1, 12, SMALL), (1, 15, FEW)])
def test_a_partial_reasoner_predicts_as_the_definition_without_what_it_leaves_out(depth, examples, limits):
    @given_depth(depth, examples, limits)
    def check(question):
        case, agent, step, rest = question
        who = predictable(case, agent, step, rest)
        query, history = Query("predict", agent, step, (who, *rest), depth + 1), case.history(agent, step)
        for without in partial_reasoners(depth + 1, ("manner",)).values():
            answer = Reasoner(case.space).enact(case.episode, [query], without=without)[0]
            expected = Partial(case.theory, without).predict(history, case.episode.names[who], case.named(rest))
            assert np.abs(answer - expected).max() <= EXACT

    check()


@pytest.mark.parametrize(("depth", "examples", "limits"), [*CASES[:2], (2, 12, SMALL), *CASES[4:6], *CASES[7:9]])
def test_predict_equals_the_definition(depth, examples, limits):
    @given_depth(depth, examples, limits)
    def check(question):
        case, agent, step, rest = question
        who = predictable(case, agent, step, rest)
        query, reasoner = Query("predict", agent, step, (who, *rest), depth + 1), Reasoner(case.space)
        target = case.episode.names[who]
        expected = case.theory.predict(case.history(agent, step), target, case.named(rest))
        assert np.abs(reasoner.enact(case.episode, [query])[0] - expected).max() <= EXACT
        history, own = case.history(who, step), case.own[who]
        expected = case.theory.behave(history, target, own, case.named(rest))
        assert np.abs(reasoner.truth(case.episode, [query])[0] - expected).max() <= EXACT

    check()


@settings(max_examples=50)
@given(st.one_of(asked(1), asked(1, **MARKED), asked(1, **BLIND)))
def test_posterior_and_natives_equal_the_definition(question):
    case, agent, step, (who,) = question
    assume(isinstance(who, int))
    reasoner, history, name = Reasoner(case.space), case.history(agent, step), case.episode.names[who]
    expected = case.theory.posterior(history, name)
    assert np.abs(reasoner.posterior(case.episode, agent, step, who) - expected).max() <= EXACT
    if perceives(case.episode, agent, who, step):
        expected = [case.theory.policy(k, history, name) for k in range(len(case.space))]
        assert np.abs(reasoner.natives(case.episode, agent, step, who) - expected).max() <= EXACT
    else:
        with pytest.raises(FunhouseError, match="does not perceive"):
            reasoner.natives(case.episode, agent, step, who)


@settings(max_examples=15)
@given(runs(), st.randoms(use_true_random=False))
def test_a_batch_of_questions_is_as_many_batches_of_one(run, random):
    case = Case(run)
    reasoner, n = Reasoner(case.space), run.orchard.agents
    chains = [(), (0,), (1,), (0, 1), ("a near-sighted agent", 1), (1, 0, 1)]
    queries = [
        Query("behave", agent, step, chain, len(chain))
        for agent in range(n)
        for step in range(run.orchard.steps)
        for chain in chains
        if chain[:1] != (agent,)
    ]
    random.shuffle(queries)
    together = reasoner.enact(case.episode, queries)
    alone = [Reasoner(case.space).enact(case.episode, [query])[0] for query in queries[:40]]
    assert np.array_equal(together[:40], alone)
    assert np.allclose(together.sum(1), 1, atol=1e-12)
    assert together.min() >= case.space.table.floor / 5 - 1e-15


def test_the_deepest_chain_is_answered():
    case = Case(_plain(agents=4, steps=12))
    queries = [Query("behave", 3, step, (1, 2, 3, 1, 0, 2), 6) for step in range(12)]
    deep = Reasoner(case.space).enact(case.episode, queries)
    ignorant = Reasoner(case.space).enact(case.episode, queries, without=PRIOR_ALONE)
    assert deep.sum(1) == pytest.approx(1)
    assert np.abs(deep - ignorant).max() > 1e-4


def test_no_questions_no_answers():
    case = Case(_plain())
    assert Reasoner(case.space).enact(case.episode, []).shape == (0, 5)


def test_a_beta_beyond_the_numbers_is_refused():
    with pytest.raises(FunhouseError, match="beta = 1e\\+06"):
        Reasoner(TypeSpace(OrchardConfig(), PolicyConfig(beta=1e6)))


def _plain(**settings):
    orchard = {"height": 7, "width": 7, "map": "open", "fruits": 3, "agents": 3, "steps": 4, **settings}
    return RunConfig(OrchardConfig(**orchard))
