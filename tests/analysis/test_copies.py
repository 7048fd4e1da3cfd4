"""What φ is asked of θ, another copy of the same mind: the truth is θ's own answer, and hiding is θ's alone."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from agents import Question, Reasoned, type_space
from agents.answer import reasoner_of
from agents.query import perceives
from analysis.copies.asking import copies_of, forked, pair_of, questions_of, theirs
from analysis.copies.hiding import SEEN, UNSEEN, hidden, intervene, rows_of
from analysis.copies.scoring import EXACT, MINE, THEIRS, score_copies, survey_of
from analysis.survey import REASONER
from tests.analysis.contenders import Blend, Fixed, Ignorant, episodes, named
from worlds import Episode


@lru_cache(maxsize=4)
def with_copies(count: int = 6, split: str = "validation", first: int = 0) -> list[Episode]:
    """Episodes in which four agents are said to be copies: of exact reasoning, which is what they are."""
    made = episodes(count, split, first, agents=7, steps=32)
    return [
        replace(one, agents=[replace(agent, mind="5" * 64 if i < 4 else "") for i, agent in enumerate(one.agents)])
        for one in made
    ]


def exactly(name: str = "mind"):
    """Exact reasoning, as the mind that is copied."""
    return named(Reasoned(type_space(with_copies()[0])), name)


@pytest.mark.parametrize("stance", ["predict", "behave"])
def test_questions_are_of_one_copy_about_another(stance):
    forgetful = 0
    for episode in with_copies():
        assert copies_of(episode) == [0, 1, 2, 3]
        asked = questions_of(episode, stance, 9)
        assert asked == questions_of(episode, stance, 9)
        for one in asked:
            theta, phi = pair_of(one.query)
            assert {theta, phi} <= set(range(4))
            assert theta != phi
            assert (one.query.chain, one.query.stance, one.query.agent) == ((theta, phi), stance, phi)
            assert one.query.step > 0
            if stance == "predict":
                assert perceives(episode, phi, theta, one.query.step)
            else:
                assert episode.agents[theta].type["memory"] == "forgetful"
                forgetful += 1
    assert stance == "predict" or forgetful


def test_to_predict_is_true_of_what_theta_says_at_its_own_place():
    mind = exactly()
    for episode in with_copies():
        for one in questions_of(episode, "predict", 4):
            theta, phi = (episode.names[who] for who in pair_of(one.query))
            said = mind.answer(episode, [Question(theta, one.query.step, f"behave as {phi}")])
            assert np.array_equal(theirs(mind, episode, [one.query]), said)


def test_a_fork_swaps_two_places_at_one_step():
    episode = with_copies()[0]
    other = forked(episode, 9, 2, 0)
    assert (other.cell[9, 2], other.cell[9, 0]) == (episode.cell[9, 0], episode.cell[9, 2])
    same = np.ones_like(episode.cell, bool)
    same[9, [0, 2]] = False
    assert np.array_equal(other.cell[same], episode.cell[same])
    assert other.action is episode.action


def test_of_exact_reasoners_the_ceiling_is_the_truth_and_predicting_errs_as_reasoning_does():
    episode_log, mind = with_copies(), exactly()
    survey = survey_of(mind, episode_log, questions=8)
    assert np.allclose(survey.truth, survey.answer[EXACT])
    assert np.allclose(survey.answer["mind"], survey.answer[REASONER])
    predict = survey.stance == "predict"
    queries = [one.query for one in survey.asked]
    for place, episode in enumerate(episode_log):
        here = np.flatnonzero(predict & (survey.episode == place))
        truth = reasoner_of(type_space(episode)).truth(episode, [queries[q] for q in here])
        assert np.allclose(survey.truth[here], truth)
    assert np.abs(survey.truth - survey.answer[MINE]).max() > 0.1
    assert np.abs(survey.truth - survey.answer[THEIRS]).max() > 0.1


def test_the_rows_have_both_stances_and_the_shortcuts_of_copies():
    rows = score_copies(exactly(), with_copies(), with_copies(8, "train"), [named(Ignorant(), "blind")], questions=40)
    assert {(row["stance"], row["depth"]) for row in rows} == {("predict", 2), ("behave", 2)}
    kind = {row["contender"]: row["kind"] for row in rows}
    assert (kind[MINE], kind[THEIRS], kind[EXACT], kind[REASONER]) == ("shortcut", "shortcut", "oracle", "oracle")
    assert kind["blind"] == "control"
    best = {row["stance"]: row for row in rows if row["contender"] == EXACT}
    assert all(row["excess_nats"] == pytest.approx(0, abs=1e-9) for row in best.values())
    assert all(row["excess_low"] is not None for row in rows)
    assert "truth" not in kind


def test_hiding_changes_what_theta_saw_of_phi_before_and_nothing_else():
    found = {SEEN: 0, UNSEEN: 0}
    for episode in with_copies(12):
        window = episode.run["policy"]["window"]
        for one in questions_of(episode, "predict", 12):
            for how in (SEEN, UNSEEN):
                if (pair := hidden(episode, one.query, how)) is None:
                    continue
                was, then = pair
                theta, phi = pair_of(one.query)
                steps = np.flatnonzero((was.cell != then.cell).any(1))
                assert len(steps)
                assert steps.max() < one.query.step - window
                others = [i for i in range(7) if i != theta]
                assert np.array_equal(was.cell[:, others], then.cell[:, others])
                for s in steps.tolist():
                    assert perceives(was, theta, phi, s)
                    assert not perceives(then, theta, phi, s)
                    assert perceives(was, phi, theta, s) == (how == SEEN)
                    assert not perceives(then, phi, theta, s)
                    assert was.role[s][theta] == then.role[s][theta] != ()
                    assert not was.role[s][phi]
                found[how] += 1
    assert min(found.values()) > 0


def test_who_could_not_see_that_it_was_hidden_answers_as_before_and_who_could_moves():
    mind = exactly()
    moved = intervene(mind, [mind], with_copies(12), questions=12)
    rows = {row["condition"]: row for row in rows_of(moved)}
    assert rows[UNSEEN]["phi_moved"] == 0
    assert rows[UNSEEN]["theta_moved"] > 0.01
    assert rows[SEEN]["phi_moved"] > 0.01
    assert rows[SEEN]["slope"] > 0.3
    assert rows[SEEN]["right"] > 0.5


def test_a_contender_that_says_the_same_to_everything_never_moves():
    mind, stubborn = exactly(), Fixed([0.2] * 5, "stubborn")
    moved = intervene(mind, [stubborn, Blend(mind, stubborn, 0.5, "half")], with_copies(4), questions=8)
    rows = {row["contender"]: row for row in rows_of(moved) if row["condition"] == SEEN}
    assert (rows["stubborn"]["phi_moved"], rows["stubborn"]["slope"], rows["stubborn"]["right"]) == (0, 0, 0)
    assert rows["half"]["phi_moved"] > 0
