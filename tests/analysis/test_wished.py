"""The rows of the stance do: wishes are drawn first, and everybody is measured against the exact answers."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from agents import Question, exact_wish
from agents.language.wishes import HELD_OUT, TRAINING, parse_wish, say_wish
from agents.orchard.presets import PRESETS
from agents.orchard.rollout import rollout
from analysis import score_acting, score_wishes
from analysis.questions import wished
from analysis.questions.sampling import Sampling
from analysis.questions.wished import ask_wishes
from analysis.scores.acting import acted, came_about, taken_over
from analysis.scores.measures import divergence

ORCHARD, POLICY, POPULATION = PRESETS["blind"]
ALONE = replace(ORCHARD, agents=1, fruits=1, kinds=3, height=5, width=5, steps=6, regrow=False)


@lru_cache(maxsize=4)
def episodes(split: str, count: int = 12, **more) -> list:
    orchard, policy = replace(ALONE, **more), replace(POLICY, weights=(1.0, 0.0, -1.0))
    return rollout(orchard, replace(POPULATION, switch=6), policy, 7, split, 0, count)


class Exact:
    """Somebody who knows."""

    name, wishes = "who knows", True

    def answer(self, episode, questions):
        said = [exact_wish(episode, one.agent, one.step, one.prompt).probabilities for one in questions]
        return np.array([[1 / 9] * 9 if one is None else list(one.values()) for one in said])


@pytest.fixture(scope="module")
def rows() -> dict:
    found = score_wishes(episodes("test"), [Exact()], episodes("train"), sampling=Sampling(questions=48))
    return {(row["depth"], row["contender"]): row for row in found}


def test_who_knows_is_at_the_truth_and_shortcuts_are_not(rows):
    for depth in (1, 2):
        assert rows[depth, "who knows"]["stance"] == "do"
        assert rows[depth, "who knows"]["excess_nats"] == pytest.approx(0, abs=1e-9)
        for name in ("no wish", "prior for the posterior", "uniform", "base rate", "mixture"):
            assert rows[depth, name]["kind"] == "shortcut"
            assert rows[depth, name]["excess_nats"] > 0.02
    for name in ("clause 1 alone", "clause 2 alone", "product of the clauses"):
        assert rows[2, name]["excess_nats"] > 0
        assert (1, name) not in rows


def test_who_is_asked_for_another_wish_does_no_better_than_one_who_is_asked_for_none(rows):
    for depth in (1, 2):
        assert rows[depth, "who knows, another wish"]["kind"] == "control"
        assert rows[depth, "who knows, another wish"]["excess_nats"] > rows[depth, "no wish"]["excess_nats"]


def test_what_is_asked_is_drawn_without_a_look_at_what_came_true(monkeypatch):
    log, sampling = episodes("test"), Sampling(questions=32, episodes=6)
    survey = ask_wishes(log, sampling=sampling)
    assert survey.depth.tolist().count(1) == survey.depth.tolist().count(2) == 12
    for one, truth in zip(survey.asked, survey.truth, strict=True):
        assert truth.sum() == pytest.approx(1)
        assert one.query.stance == "do"
    last = [replace(episode, action=episode.action.copy()) for episode in log]
    for episode in last:
        episode.action[-1] = 0  # which tells of no step before it
    again = ask_wishes(last, sampling=sampling)
    assert [one.question for one in again.asked] == [one.question for one in survey.asked]
    assert np.array_equal(again.truth, survey.truth)


@pytest.mark.parametrize(("paraphrases", "forms"), [("trained", TRAINING), ("held-out", HELD_OUT)])
def test_wishes_are_worded_as_is_asked(monkeypatch, paraphrases, forms):
    said = []
    monkeypatch.setattr(wished, "say_wish", lambda *one: said.append(one[2]) or say_wish(*one))
    ask_wishes(episodes("test"), sampling=Sampling(questions=16, episodes=1, paraphrases=paraphrases))
    assert said
    assert all(one == forms for one in said)


def test_where_nobody_answers_wishes_or_none_has_an_answer_there_are_no_rows():
    class Deaf:
        name = "deaf"

    assert score_wishes(episodes("test"), [Deaf()]) == []
    assert score_wishes(episodes("test", 1, regrow=True), [Exact()]) == []


def test_no_wish_is_what_the_belief_says_alone():
    survey = ask_wishes(episodes("test"), sampling=Sampling(questions=16, episodes=4))
    for q, one in enumerate(survey.asked):
        episode = episodes("test")[survey.episode[q]]
        always = exact_wish(episode, one.question.agent, one.question.step, "collect at least 0 fruits").probabilities
        assert survey.answer["no wish"][q] == pytest.approx(list(always.values()), abs=1e-9)
        assert parse_wish(one.question.prompt).clauses
    assert divergence(survey.truth, survey.answer["no wish"]).mean() > 0.1


def test_who_acts_by_do_succeeds_as_often_as_asked_says():
    found = score_acting(episodes("test"), [Exact()], sampling=Sampling(questions=32, episodes=4))
    assert [row["clauses"] for row in found] == [1, 2]
    for row in found:
        assert (row["contender"], row["wishes"]) == ("who knows", 8)
        assert row["success"][0] == row["asked"][0] == row["best"][0] == 1 > row["chance"][0]


def test_who_pays_no_heed_to_a_wish_succeeds_by_chance_alone():
    class Deaf:
        name, wishes = "deaf", True

        def answer(self, episode, questions):
            said = [exact_wish(episode, one.agent, one.step, "collect at least 0 fruits") for one in questions]
            return np.array([list(one.probabilities.values()) for one in said])

    found = score_acting(episodes("test", 24), [Deaf()], sampling=Sampling(questions=16, seed=1))
    for row in found:
        assert abs(row["success"][0] - row["chance"][0]) < 0.25
        assert row["success"][0] < 0.8


def test_own_acts_are_no_evidence_and_fruits_that_are_eaten_are_gone():
    episode = episodes("test")[0]
    fruits = np.flatnonzero(episode.fruit[0].ravel() >= 0)
    there = episode.geometry.neighbor[:, 1:]
    floor = np.setdiff1d(np.flatnonzero(~episode.walls.ravel()), fruits)
    cell = next(c for c in floor if set(there[c]) & set(fruits))
    begun = replace(episode, cell=np.full_like(episode.cell, cell))
    action = 1 + next(a for a, c in enumerate(there[cell]) if c in fruits)
    played = acted(taken_over(begun, 0), 0, action)
    assert played.cell[1, 0] == there[cell][action - 1]
    assert (played.fruit[1] >= 0).sum() == (episode.fruit[0] >= 0).sum() - 1
    name = episode.names[0]
    after, before = (
        exact_wish(one, name, step, "end in the north in 3 steps") for one, step in ((played, 1), (begun, 0))
    )
    prior = exact_wish(played, name, 1, "end in the north in 3 steps").shortcuts["prior for the posterior"]
    assert after.probabilities == pytest.approx(prior)
    assert before.chance > 0


def test_who_can_no_longer_succeed_has_failed_and_is_asked_no_more():
    class Still:
        name, wishes = "still", True

        def answer(self, episode, questions):
            return np.eye(9)[[0] * len(questions)]

    episode = episodes("test")[0]
    question = Question(episode.names[0], 0, "collect 3 fruits in 4 steps")
    assert not came_about(episode, question, Still(), np.random.default_rng(0))
