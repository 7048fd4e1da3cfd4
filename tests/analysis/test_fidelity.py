import json
import math
from dataclasses import replace

import numpy as np
import pytest

from agents import type_space
from analysis.contenders.fitting import KEPT_BEYOND, fit
from analysis.questions.sampling import Sampling
from analysis.questions.survey import conduct
from analysis.scores.fidelity import FAR_FROM_ANY_LOG, Scores, examine, score, training_episodes
from analysis.scores.measures import divergence, total_variation
from tests.analysis.contenders import Blend, Fixed, Ignorant, episodes, named
from worlds import FunhouseError


@pytest.fixture(scope="module")
def report(log, train_log, truth, shallow):
    answerers = [named(Blend(truth, Ignorant(), 0.8), "mind"), truth, Ignorant()]
    return score(log, answerers, train_log, controls=[Fixed([0.2] * 5, "uniform")], sampling=shallow)


@pytest.fixture(scope="module")
def scores(log, train_log, truth) -> Scores:
    return examine(log, [named(Blend(truth, Ignorant(), 0.5), "mind")], train_log, sampling=Sampling(questions=45))


def row(report: dict, stance: str, depth: int, contender: str) -> dict:
    (found,) = [
        one for one in report["rows"] if (one["stance"], one["depth"], one["contender"]) == (stance, depth, contender)
    ]
    return found


def test_the_truth_has_skill_one_and_no_excess(report):
    for stance, depth in (("behave", 0), ("behave", 1), ("predict", 1)):
        found = row(report, stance, depth, "the truth itself")
        assert found["excess_nats"] == pytest.approx(0, abs=1e-9)
        assert [found["skill_low"], found["skill"], found["skill_high"]] == pytest.approx([1, 1, 1])
        assert found["top1"] == 1
        assert found["total_variation"] == pytest.approx(0, abs=1e-9)


def test_the_best_shortcut_has_skill_zero(report):
    for stance, depth in (("behave", 0), ("behave", 1), ("predict", 1)):
        best = row(report, stance, depth, "the truth itself")["best_shortcut"]
        found = row(report, stance, depth, best)
        assert [found["skill_low"], found["skill"], found["skill_high"]] == pytest.approx([0, 0, 0], abs=1e-12)
        assert found["kept_excess_nats"] > 0.1


def test_an_answerer_that_is_a_shortcut_scores_as_that_shortcut(report):
    one, other = (row(report, "behave", 1, name) for name in ("ignorant", "ignorant twin"))
    assert one["kind"] == "shortcut"
    assert other["kind"] == "mind"
    for figure in ("excess_nats", "skill", "skill_low", "unfiltered_skill", "median_kl", "top1"):
        assert one[figure] == pytest.approx(other[figure])


def test_skill_is_one_minus_the_ratio_of_the_sums_over_kept_questions(scores):
    cell = ("behave", 1)
    here = scores.survey.within(cell)
    truth, best = scores.survey.truth[here], scores.survey.answer[scores.fitted[cell].best][here]
    mind, keep = scores.survey.answer["mind"][here], scores.keep[here]
    expected = 1 - divergence(truth, mind)[keep].sum() / divergence(truth, best)[keep].sum()
    loose = replace_fewest(scores, cell)
    assert loose["skill"] == pytest.approx(expected)
    assert loose["kept"] == keep.sum()


def replace_fewest(scores: Scores, cell) -> dict:
    """The mind's row where any number of questions makes a skill."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.scores.fidelity.FEWEST", 1)
        return scores.rows(cell, names=["mind"])[0]


def test_between_the_truth_and_the_shortcut_skill_lies_between(report):
    found = row(report, "behave", 1, "mind")
    assert 0.85 < found["skill_low"] <= found["skill"] <= found["skill_high"] < 1  # KL falls faster than the share


def test_a_question_is_kept_where_no_single_shortcut_is_near(scores):
    survey = scores.survey
    names = [name for name, kind in survey.kind.items() if kind == "shortcut" and name != "mixture"]
    distance = np.array([total_variation(survey.truth, survey.answer[name]) for name in names])
    nearest = np.where(np.isfinite(distance), distance, np.inf).min(axis=0)
    assert np.array_equal(scores.keep, nearest > KEPT_BEYOND)
    assert 0.05 < scores.keep.mean() < 0.95


def test_the_mixture_does_not_decide_what_is_kept(scores):
    survey = scores.survey
    near_mixture = total_variation(survey.truth, survey.answer["mixture"]) < KEPT_BEYOND
    assert (near_mixture & scores.keep).any()


def test_shortcuts_are_fitted_and_the_best_is_chosen_on_training_questions(log, train_log, truth, shallow):
    one, other = (conduct(part, sampling=shallow) for part in (log, train_log))
    on_train, on_itself = (Scores.of(one, fit(survey)) for survey in (other, one))
    cell = ("behave", 1)
    assert not np.allclose(on_train.fitted[cell].base, on_itself.fitted[cell].base, atol=1e-6)
    assert on_train.fitted[cell].base == pytest.approx(other.truth[other.within(cell)].mean(axis=0))
    assert on_train.survey.answer["base rate"][one.within(cell)][0] == pytest.approx(on_train.fitted[cell].base)


def test_s_star_is_the_best_on_the_kept_training_questions(train_log, shallow):
    train = conduct(train_log, sampling=shallow)
    fitted = fit(train)
    scores = Scores.of(train, fitted)
    for cell in train.cells():
        rows = [r for r in scores.rows(cell) if r["kind"] == "shortcut"]
        assert min(rows, key=lambda r: r["kept_excess_nats"])["contender"] == fitted[cell].best


def test_the_mixture_is_no_worse_than_any_shortcut_on_its_own_training_questions(train_log):
    train = conduct(train_log, sampling=Sampling(questions=45))
    scores = Scores.of(train, fit(train))
    for cell in train.cells():
        excess = {r["contender"]: r["excess_nats"] for r in scores.rows(cell) if r["kind"] == "shortcut"}
        assert excess["mixture"] <= min(excess.values()) + 1e-4


def test_a_control_that_ignores_the_question_has_no_skill(report):
    for name in ("uniform", "A* planner"):
        found = row(report, "behave", 1, name)
        assert found["kind"] == "control"
        assert found["skill_high"] < 0


def test_the_planner_represents_itself(report):
    planner, base = (row(report, "behave", 0, name) for name in ("A* planner", "base rate"))
    assert planner["excess_nats"] < base["excess_nats"]


def test_the_reasoner_is_a_contender_for_predict_only_and_who_answers_as_it_is_nothing_beyond_it(
    report, log, train_log, reasoned, shallow
):
    found = {(one["stance"], one["depth"]) for one in report["rows"] if one["contender"] == "reasoner"}
    assert found == {("predict", 1)}
    again = score(log, [reasoned], train_log, sampling=shallow)
    itself, row_of_it = (row(again, "predict", 1, name) for name in ("reasoner itself", "reasoner"))
    assert itself["skill"] == pytest.approx(row_of_it["skill"])
    assert itself["excess_over"]["reasoner"] == pytest.approx([0, 0, 0], abs=1e-12)  # as only a paired interval is
    assert itself["excess_high"] - itself["excess_low"] > 0.02
    assert row(again, "behave", 1, "reasoner itself")["skill"] == pytest.approx(1)


def test_log_loss_on_the_actions_taken_is_the_truths_entropy_at_best(report):
    truth, mind, base = (row(report, "predict", 1, name) for name in ("truth", "mind", "base rate"))
    assert truth["log_loss_questions"] == base["log_loss_questions"] > 100
    assert truth["log_loss_on_action"] < mind["log_loss_on_action"] < base["log_loss_on_action"]
    assert row(report, "behave", 1, "mind")["log_loss_on_action"] is None


def test_log_loss_is_over_questions_about_the_targets_real_role(scores):
    survey, cell = scores.survey, ("predict", 1)
    taken = np.flatnonzero(survey.within(cell) & (survey.action >= 0))
    expected = -np.log([survey.answer["mind"][q, survey.action[q]] for q in taken]).mean()
    assert scores.rows(cell, names=["mind"])[0]["log_loss_on_action"] == pytest.approx(expected)


def test_too_few_kept_questions_give_no_skill_and_the_reason(scores):
    (found,) = scores.rows(("behave", 3), names=["mind"])
    assert found["kept"] < 200
    assert [found[key] for key in ("skill", "skill_low", "skill_high")] == [None] * 3
    assert str(found["kept"]) in found["reason"]


def test_enough_kept_questions_give_no_reason(report):
    assert row(report, "behave", 1, "mind")["reason"] is None


def test_the_calibrated_reasoner_is_a_contender_for_predict_only_and_no_shortcut(report):
    found = [one for one in report["rows"] if one["contender"] == "reasoner, calibrated"]
    assert [(one["stance"], one["depth"], one["kind"]) for one in found] == [("predict", 1, "oracle")]


def test_calibrated_on_its_own_training_questions_the_reasoner_is_nearer_to_the_truth_than_as_it_is(train_log):
    train = conduct(train_log, sampling=Sampling(questions=45))
    scores = Scores.of(train, fit(train))
    for depth in (1, 2, 3):
        excess = {one["contender"]: one["excess_nats"] for one in scores.rows(("predict", depth))}
        assert excess["reasoner, calibrated"] < excess["reasoner"] - 0.001


def test_a_mind_is_put_beside_the_reasoners_and_the_best_shortcut_question_by_question(scores):
    for cell in scores.survey.cells():
        (mind,) = scores.rows(cell, names=["mind"])
        rest = {one["contender"]: one for one in scores.rows(cell)}
        reasoners = {"reasoner", "reasoner, calibrated"} if cell[0] == "predict" else set()
        assert set(mind["excess_over"]) == {*reasoners, mind["best_shortcut"]}
        for name, (nats, low, high) in mind["excess_over"].items():
            assert nats == pytest.approx(mind["excess_nats"] - rest[name]["excess_nats"])
            assert low <= nats <= high
        assert all(one["excess_over"] == {} for one in rest.values() if one["kind"] != "mind")


def test_the_median_lies_in_its_interval(report):
    found = [one for one in report["rows"] if one["contender"] == "mind"]
    assert all(one["median_low"] <= one["median_kl"] <= one["median_high"] for one in found)
    assert any(one["median_low"] < one["median_high"] for one in found)


def test_a_report_is_json_and_the_same_every_time(log, train_log, truth, shallow, report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    few = replace(shallow, episodes=3)
    one, other = (json.dumps(score(log, [truth], train_log, sampling=few)) for _ in range(2))
    assert one == other


def test_every_contender_of_section_is_there(report):
    contenders = [one["contender"] for one in report["rows"] if (one["stance"], one["depth"]) == ("behave", 1)]
    assert contenders == [
        "mind", "the truth itself", "ignorant twin", "base rate", "last action", "ignorant", "myself", "mixture",
        "full information", "A* planner", "uniform",
    ]  # fmt: skip


def test_sub_chains_are_contenders_at_depth_two(scores):
    names = {one["contender"] for one in scores.rows(("behave", 2))}
    assert {"sub-chain 1", "sub-chain 2"} <= names
    assert "sub-chain 1+2" not in names
    assert "sub-chain 1" not in {one["contender"] for one in scores.rows(("behave", 1))}


def test_rows_by_steps_observed_add_up_to_the_row(report):
    parts = [
        one for one in report["by_observed"] if (one["stance"], one["depth"], one["contender"]) == ("behave", 1, "mind")
    ]
    whole = row(report, "behave", 1, "mind")
    assert len({one["observed"] for one in parts}) == len(parts) > 3
    assert sum(one["questions"] for one in parts) == whole["questions"]
    mean = sum(one["questions"] * one["excess_nats"] for one in parts) / whole["questions"]
    assert mean == pytest.approx(whole["excess_nats"])


def test_rows_by_sight_add_up_to_the_row(report):
    parts = [
        one for one in report["by_sight"] if (one["stance"], one["depth"], one["contender"]) == ("behave", 1, "mind")
    ]
    assert {one["sight"] for one in parts} == {"near × near", "near × far", "far × near", "far × far"}
    assert sum(one["kept"] for one in parts) == row(report, "behave", 1, "mind")["kept"]


def test_training_episodes_are_of_the_same_world_and_of_seen_types(log):
    made = training_episodes(log[0].run, 4)
    assert {one.split for one in made} == {"train"}
    assert made[0].config == log[0].config
    assert min(one.index for one in made) >= FAR_FROM_ANY_LOG
    space = type_space(made[0])
    assert not any(space.held_out[space.index(agent.type)] for one in made for agent in one.agents)


def test_without_a_training_log_the_shortcuts_are_fitted_on_training_episodes_of_the_same_world(log, truth):
    few = Sampling(questions=10, depths=(0, 1), weights=(1, 1), episodes=2)
    made = score(log, [truth], sampling=few)
    given = score(log, [truth], training_episodes(log[0].run), sampling=few)
    assert made == given


def test_two_contenders_of_one_name_are_refused(log):
    with pytest.raises(FunhouseError, match="two contenders would be called 'last action'"):
        conduct(log[:1], [Fixed([0.2] * 5, "last action")])
    with pytest.raises(FunhouseError, match="'twin'"):
        conduct(log[:1], [Fixed([0.2] * 5, "twin")], controls=[Fixed([0.2] * 5, "twin")])


def test_an_answerer_that_gives_no_distribution_is_named(log):
    with pytest.raises(FunhouseError, match="'broken' answered"):
        conduct(log[:1], [Fixed([0.5] * 5, "broken")])


def test_an_answerer_is_asked_once_an_episode(log, truth):
    class Counting(Fixed):
        calls = 0

        def answer(self, episode, questions):
            self.calls += 1
            return super().answer(episode, questions)

    counting, told = Counting([0.2] * 5), []
    conduct(log[:3], [counting], progress=lambda *now: told.append(now))
    assert counting.calls == 3
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_log_of_which_nothing_can_be_asked():
    alone = episodes(2, agents=1)
    with pytest.raises(FunhouseError, match="not one question"):
        conduct(alone, sampling=Sampling(depths=(1,), weights=(1,)))


def test_that_a_training_log_has_nobody_of_a_held_out_type_is_said_with_a_log_that_has(train_log):
    with pytest.raises(FunhouseError, match="no training log") as caught:
        conduct(train_log[:2], sampling=Sampling(types="held-out"))
    assert "--split test" in str(caught.value.remedy)


def test_a_depth_that_training_questions_lack_is_named(log, train_log):
    survey = conduct(log[:2], sampling=Sampling(depths=(1,), weights=(1,)))
    fitted = fit(conduct(train_log[:2], sampling=Sampling(depths=(0,), weights=(1,))))
    with pytest.raises(FunhouseError, match="behave at depth 1"):
        Scores.of(survey, fitted)


def test_full_information_is_the_truth_about_oneself_and_not_of_others(report):
    assert math.isclose(row(report, "behave", 0, "full information")["excess_nats"], 0, abs_tol=1e-9)
    assert row(report, "behave", 1, "full information")["excess_nats"] > 0.05
    assert row(report, "behave", 1, "full information")["kind"] == "oracle"
