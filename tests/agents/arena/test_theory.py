"""The definition in anybody's environment: nesting is the composition of what two places perceive."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.definition import Actor
from tests.agents.arena.hand_made import Case

cases = st.builds(Case, st.integers(0, 99), st.integers(2, 5), st.integers(2, 8), st.booleans())


def held(history):
    """Which agent-steps a history holds."""
    return [set(percept) for percept in history]


@settings(max_examples=30)
@given(cases, st.data())
def test_perceive_is_monotone_idempotent_and_commutes(case, data):
    one, two, three = (data.draw(st.sampled_from(case.episode.names)) for _ in range(3))
    history = case.history(case.episode.names.index(one), case.episode.steps - 1)
    through = case.theory.perceive(history, two)
    assert all(less <= more for less, more in zip(held(through), held(history), strict=True))
    assert held(case.theory.perceive(through, two)) == held(through)
    there_and_back = case.theory.perceive(through, three)
    assert held(there_and_back) == held(case.theory.perceive(case.theory.perceive(history, three), two))


def test_only_native_acts_that_are_perceived_and_over_are_evidence():
    case = Case(3, 3, 10, in_turn=False)
    episode, prior = case.episode, case.theory.prior("Ada")
    for step in range(1, 10):
        before, after = (case.theory.posterior(case.history(0, s), "Bo") for s in (step - 1, step))
        counts = episode.perceived[step - 1, 0, 1] and episode.role[step - 1][1] == ()
        assert np.array_equal(before, after) == (not counts)
    assert np.array_equal(case.theory.posterior(case.history(0, 0), "Bo"), prior)


def test_what_bo_has_not_perceived_of_me_does_not_help_me_to_act_as_bo_pretending_to_be_me():
    case = Case(5, 2, 12, in_turn=False)
    case.episode.perceived[:, 1, 0] = False
    step = int(np.flatnonzero(case.episode.acts[:, 0])[-1])
    history = case.history(0, step)
    told = case.theory.behave(history, "Ada", case.own[0], ("Bo", "Ada"))
    prior = case.theory.prior("Ada")
    ignorant = sum(prior[k] * case.theory.policy(int(k), history, "Ada") for k in np.flatnonzero(prior))
    assert np.allclose(told, ignorant, atol=1e-12)
    itself = case.theory.behave(history, "Ada", case.own[0], ())
    assert np.array_equal(itself, case.theory.policy(case.own[0], history, "Ada"))


def test_to_pretend_to_be_oneself_within_a_role_changes_nothing():
    case = Case(8, 3, 9, in_turn=False)
    step = int(np.flatnonzero(case.episode.acts[:, 0])[-1])
    history = case.history(0, step)
    behave = case.theory.behave
    for longer, shorter in ((("Bo", "Bo"), ("Bo",)), (("Ada",), ())):
        same = [behave(history, "Ada", case.own[0], chain) for chain in (longer, shorter)]
        assert np.array_equal(*same)


def test_a_description_is_imagined_in_the_actors_place():
    """ "Such an agent, pretending to be me": what it knows of me is what I know, so I am among what it looks for."""
    case = Case(13, 2, 12, in_turn=False)
    step = int(np.flatnonzero(case.episode.acts[:, 0])[-1])
    history, fits = case.history(0, step), case.bank.consistent("an agent that is bold")
    told = case.theory.behave(history, "Ada", case.own[0], (fits, "Ada"))
    known = case.theory.posterior(history, "Ada")
    acts = [known[k] * case.theory.policy(int(k), history, "Ada") for k in np.flatnonzero(known)]
    assert np.allclose(told, sum(acts), atol=1e-12)
    alone = case.theory.enact(history, history, "Ada", Actor(None, "Ada", case.own[0]), ())
    assert np.array_equal(alone, case.theory.policy(case.own[0], history, "Ada"))
