"""The fast reasoner equals the definition, and an enumeration that shares no code with either."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from agents.arena import reasoner as reasoning
from agents.arena.reasoner import BankReasoner
from agents.partial import PRIOR_ALONE
from agents.query import Query
from tests.agents.arena.enumerator import Enumerator
from tests.agents.arena.hand_made import Case, asked
from worlds import FunhouseError

EXACT = 1e-9


def enumerator_of(case: Case) -> Enumerator:
    """An enumerator that is told the match in its own terms."""
    episode, bank = case.episode, case.bank

    def chance(k, t, i):
        if not episode.acts[t, i] or bank.species[k] != episode.species[i]:
            return None
        return bank.act(k, episode.observation[i][t][None], episode.mask[i][t][None])[0].tolist()

    n, steps = range(len(episode.agents)), range(episode.steps)
    table = [[[chance(k, t, i) for i in n] for t in steps] for k in range(len(bank))]
    native = [[bool(episode.acts[t, i]) and not episode.role[t][i] for i in n] for t in steps]
    told = episode.perceived.tolist(), native, episode.action.tolist(), table
    return Enumerator(*told, bank.species.tolist(), episode.species.tolist(), [bool(one) for one in case.believed])


def check(question, stance):
    assume(question is not None)
    case, agent, step, chain = question
    answer = BankReasoner(case.bank).enact(case.episode, [Query(stance, agent, step, chain, len(chain))])[0]
    body = agent if stance == "behave" else chain[0]
    actions, names = case.episode.form(body).actions, case.episode.names
    history, named = case.history(agent, step), case.named(chain)
    if stance == "behave":
        defined = case.theory.behave(history, names[agent], case.own[agent], named)
    else:
        defined = case.theory.predict(history, names[body], named[1:])
    assert np.abs(answer[:actions] - defined).max() <= EXACT
    listed = [who.tolist() if isinstance(who, np.ndarray) else case.episode.names.index(who) for who in named]
    enumerator, own = enumerator_of(case), case.own[agent]
    counted = (enumerator.behave(agent, own, step, listed) if stance == "behave"
               else enumerator.predict(agent, step, listed))  # fmt: skip
    assert np.abs(answer[:actions] - counted).max() <= EXACT
    legal = case.episode.mask_of(body, step)
    assert (answer[~legal] == 0).all()
    assert answer.sum() == pytest.approx(1, abs=1e-12)


@settings(max_examples=30)
@given(asked(0))
def test_as_oneself(question):
    check(question, "behave")


@settings(max_examples=60)
@given(asked(1))
def test_as_another(question):
    check(question, "behave")


@settings(max_examples=60)
@given(asked(2))
def test_as_another_pretending(question):
    check(question, "behave")


@settings(max_examples=25)
@given(asked(3))
def test_as_another_pretending_to_be_one_who_pretends(question):
    check(question, "behave")


@settings(max_examples=40)
@given(asked(1, "predict"))
def test_predicting(question):
    check(question, "predict")


@settings(max_examples=40)
@given(asked(2, "predict"))
def test_predicting_one_who_pretends(question):
    check(question, "predict")


@settings(max_examples=15)
@given(asked(3, "predict"))
def test_predicting_one_who_pretends_to_pretend(question):
    check(question, "predict")


@pytest.fixture
def case() -> Case:
    """Five agents of two species; each acts at most steps."""
    return Case(4, 5, 20, in_turn=False)


def test_many_questions_are_answered_as_one_by_one(case):
    reasoner, queries = BankReasoner(case.bank), []
    for step, agent in np.argwhere(case.episode.acts).tolist():
        kin = [int(j) for j in np.flatnonzero(case.episode.species == case.episode.species[agent]) if j != agent]
        queries += [Query("behave", agent, step, (j, *rest), 1 + len(rest)) for j in kin for rest in ((), (agent,))]
    together = reasoner.enact(case.episode, queries)
    alone = [BankReasoner(case.bank).enact(case.episode, [query])[0] for query in queries[::7]]
    assert np.array_equal(together[::7], alone)


def test_the_truth_of_a_prediction_is_what_the_target_does_on_its_own_percepts(case):
    step, agent, target = next(row for row in np.argwhere(case.episode.perceived)[60:].tolist() if row[1] != row[2])
    reasoner, other = BankReasoner(case.bank), (target + 1) % 3 if target < 3 else 7 - target
    asked = Query("predict", agent, step, (target, other), 2)
    really = Query("behave", target, step, (other,), 1)
    assert np.array_equal(reasoner.truth(case.episode, [asked]), reasoner.enact(case.episode, [really]))


def test_the_prior_in_place_of_the_posterior(case):
    reasoner, step = BankReasoner(case.bank), int(np.flatnonzero(case.episode.acts[:, 0])[-1])
    answer = reasoner.enact(case.episode, [Query("behave", 0, step, (1,), 1)], without=PRIOR_ALONE)[0]
    assert np.allclose(answer, reasoner.natives(case.episode, 0, step)[case.bank.species == 0].mean(0), atol=1e-12)


def test_posteriors_are_those_of_the_definition(case):
    reasoner, names = BankReasoner(case.bank), case.episode.names
    for agent, who in ((0, 1), (0, 3), (4, 3), (2, 2)):
        rows = reasoner.posteriors(case.episode, agent, who)
        expected = [case.theory.posterior(case.history(agent, t), names[who]) for t in range(20)]
        assert np.abs(rows - expected).max() <= EXACT
        assert np.array_equal(reasoner.posterior(case.episode, agent, 7, who), rows[7])
        assert (rows[:, case.bank.species != case.episode.species[who]] == 0).all()


def test_natives_are_each_members_chances_and_even_for_other_species(case):
    reasoner = BankReasoner(case.bank)
    step, agent, place = next(row for row in np.argwhere(case.episode.perceived).tolist() if row[1] != row[2])
    rows, legal = reasoner.natives(case.episode, agent, step, place), case.episode.mask_of(place, step)
    form, kin = case.episode.form(place), case.bank.species == case.episode.species[place]
    expected = case.bank.chances(
        form.index, case.episode.observation[place][step][None], case.episode.mask[place][step][None]
    )[:, 0]
    assert np.allclose(rows[kin][:, : form.actions], expected, atol=1e-12)
    assert np.array_equal(rows[~kin], np.tile(legal / legal.sum(), ((~kin).sum(), 1)))


def test_natives_of_somebody_unseen_are_refused(case):
    hidden = np.argwhere(~case.episode.perceived & case.episode.acts[:, None])
    step, agent, place = hidden[0].tolist()
    with pytest.raises(FunhouseError, match="does not perceive"):
        BankReasoner(case.bank).natives(case.episode, agent, step, place)


def test_whoever_does_not_act_is_not_asked_and_the_nearest_steps_are_named(case):
    step = int(np.flatnonzero(~case.episode.acts[:, 0])[0])
    near = np.flatnonzero(case.episode.acts[:, 0])
    with pytest.raises(FunhouseError, match=f"Ada does not act at step {step}") as caught:
        BankReasoner(case.bank).enact(case.episode, [Query("behave", 0, step, (), 0)])
    assert str(near[np.abs(near - step).argmin()]) in caught.value.remedy.split()


@pytest.mark.parametrize("who", [3, "an agent that is meek 1"])
def test_nobody_acts_as_another_species(case, who):
    step = int(np.flatnonzero(case.episode.acts[:, 0])[0])
    with pytest.raises(FunhouseError, match="cannot act as"):
        BankReasoner(case.bank).enact(case.episode, [Query("behave", 0, step, (who,), 1)])


def test_a_member_that_would_never_have_done_it_is_ruled_out(case):
    act = case.bank.act
    case.bank.act = lambda member, observation, mask: (
        np.eye(mask.shape[1])[np.zeros(len(mask), int)] * mask if member == 2 else act(member, observation, mask)
    )
    rows = BankReasoner(case.bank).posteriors(case.episode, 0, 1)
    assert np.isfinite(rows).all()
    assert rows[-1, 2] == 0


def test_of_a_described_member_that_is_held_out_an_agent_in_training_knows_all_that_the_words_say():
    case = Case(4, 5, 20, in_turn=False, training=True)
    step = int(np.flatnonzero(case.episode.acts[:, 0])[0])
    reasoner, held_out = BankReasoner(case.bank), int(np.flatnonzero(case.bank.held_out & (case.bank.species == 0))[0])
    queries = [
        Query("behave", 0, step, (text,), 1) for text in (case.bank.descriptions[held_out], "an agent that is odd")
    ]
    alone, several = reasoner.enact(case.episode, queries)
    natives = reasoner.natives(case.episode, 0, step)
    assert np.allclose(alone, natives[held_out])
    assert np.allclose(several, natives[5])  # of signs 2 and 5 the first is held out


def test_of_many_episodes_the_last_are_remembered_and_all_are_answered(case, monkeypatch):
    monkeypatch.setattr(reasoning, "REMEMBERED", 2)
    reasoner, alone = BankReasoner(case.bank), BankReasoner(case.bank).posteriors(case.episode, 0, 1)
    episodes = [replace(case.episode) for _ in range(5)]
    for one in [*episodes, *episodes[:2]]:
        assert (reasoner.posteriors(one, 0, 1) == alone).all()
        assert len(reasoner._episodes) <= 2
    assert set(reasoner._episodes) == set(episodes[:2])
