"""What φ is asked of θ, another copy of the same mind: the truth is θ's own answer."""

import numpy as np
import pytest

from agents import Question, type_space
from agents.registry import perceives, reasoner_of
from analysis.copies.asking import copies_of, forked, pair_of, places_of, questions_of, theirs
from analysis.copies.scoring import EXACT, MINE, THEIRS, Drawn, score_copies, survey_of
from analysis.questions.survey import REASONER
from tests.analysis.contenders import Ignorant, exactly, named, with_copies


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
            assert np.array_equal(theirs(mind, [episode], [one.query]), said)


def test_a_fork_ends_with_two_in_each_others_places():
    episode = with_copies()[0]
    other = forked(episode, 9, 2, 0)
    assert other.steps == len(other.role) == len(other.board) == 10
    assert (other.cell[9, 2], other.cell[9, 0]) == (episode.cell[9, 0], episode.cell[9, 2])
    same = np.ones_like(other.cell, bool)
    same[9, [0, 2]] = False
    assert np.array_equal(other.cell[same], episode.cell[:10][same])
    assert np.array_equal(other.action, episode.action[:10])


def test_of_exact_reasoners_the_ceiling_is_the_truth_and_predicting_errs_as_reasoning_does():
    episode_log, mind = with_copies(), exactly()
    survey = survey_of(mind, episode_log, drawn=Drawn(8, 8))
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
    rows = score_copies(exactly(), with_copies(), with_copies(8, "train"), [named(Ignorant(), "blind")], Drawn(40, 40))
    assert {(row["stance"], row["depth"]) for row in rows} == {("predict", 2), ("behave", 2)}
    kind = {row["contender"]: row["kind"] for row in rows}
    assert (kind[MINE], kind[THEIRS], kind[EXACT], kind[REASONER]) == ("shortcut", "shortcut", "oracle", "oracle")
    assert kind["blind"] == "control"
    best = {row["stance"]: row for row in rows if row["contender"] == EXACT}
    assert all(row["excess_nats"] == pytest.approx(0, abs=1e-9) for row in best.values())
    assert all(row["excess_low"] is not None for row in rows)
    assert "truth" not in kind


def test_questions_go_back_and_forth_and_so_do_their_truths():
    mind, episode = exactly(), with_copies()[0]
    asked = questions_of(episode, "predict", 3, depths=(1, 2, 3, 4))
    assert [one.query.depth for one in asked] == [1, 2, 3, 4] * 3
    for one in asked:
        theta, phi = (episode.names[who] for who in pair_of(one.query))
        words = " pretending to be ".join((phi, "myself", phi)[: one.query.depth - 1] or ("myself",))
        said = mind.answer(episode, [Question(theta, one.query.step, f"behave as {words}")])
        assert np.array_equal(theirs(mind, [episode], [one.query]), said)


def test_half_of_the_moments_to_predict_are_in_the_role_where_there_are_so_many():
    found = [one for episode in with_copies(12) for one in questions_of(episode, "predict", 12)]
    assert sum(one.action >= 0 for one in found) > len(found) / 10
    for episode in with_copies():
        for one in questions_of(episode, "predict", 12):
            theta, phi = pair_of(one.query)
            told = episode.role[one.query.step][theta] == (episode.names[phi],)
            assert (one.action >= 0) == told


def test_all_depths_of_a_moment_share_its_fork():
    episode = with_copies()[1]
    queries = [one.query for one in questions_of(episode, "behave", 3, depths=(1, 2, 3))]
    places = places_of(episode, queries)
    assert len({id(place) for place in places}) == 3 < len(places)


def test_at_depth_1_what_theta_does_as_itself_is_the_truth_and_no_shortcut():
    survey = survey_of(exactly(), with_copies(), drawn=Drawn(4, 4, (1, 2)))
    assert np.isnan(survey.answer[THEIRS][survey.depth == 1]).all()
    assert np.isfinite(survey.answer[THEIRS][survey.depth == 2]).all()
