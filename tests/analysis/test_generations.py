"""Scores of generations: what is true of copies is what they say, and an arm that is nearer to it shows as nearer."""

from functools import lru_cache

import numpy as np
import pytest

from agents import Reasoned, Truth, type_space
from analysis.copies.asking import MYSELF, places_of, questions_of, theirs
from analysis.generations import ABOUT, COPIES, SCRIPTED, START, Judge, Lives, draw, tables
from analysis.generations.asking import of_copies, sayings
from analysis.generations.measure import CELLS, PREDICT
from tests.analysis.contenders import Blend, Ignorant, episodes
from tests.analysis.test_copies import exactly, with_copies


@lru_cache(maxsize=1)
def judge() -> Judge:
    """Generation 0 is exact reasoning."""
    ancestor = Lives(exactly(START), with_copies(12), with_copies(8, "train"))
    return Judge(ancestor, episodes(12, agents=7, steps=32), questions=24)


def arms(good: str, bad: str) -> list[Lives]:
    """One that answers for φ better than the reasoner, and one that knows little; what θ is of each is exact."""
    space = type_space(with_copies()[0])
    minds = [Blend(Reasoned(space), Truth(space), 0.5, good), Blend(Reasoned(space), Ignorant(), 0.5, bad)]
    return [Lives(mind, with_copies(4), with_copies(4, "train")) for mind in sorted(minds, key=lambda one: one.name)]


@pytest.mark.parametrize("stance", ["predict", "behave"])
def test_theta_says_what_the_probe_of_copies_takes_for_the_truth(stance):
    mind = exactly()
    for episode in with_copies(2):
        queries = [one.query for one in questions_of(episode, stance, 8)]
        itself, imitating = sayings(mind, episode, queries)
        assert np.allclose(itself, theirs(mind, places_of(episode, queries), queries, MYSELF), atol=1e-12)
        assert np.allclose(imitating, theirs(mind, places_of(episode, queries), queries), atol=1e-12)


def test_exact_copies_are_predicted_as_scripted_agents_are():
    survey = of_copies(exactly(), with_copies(), PREDICT, questions=8)
    for place, episode in enumerate(with_copies()):
        here = np.flatnonzero(survey.episode == place)
        truth = Truth(type_space(episode)).answer(episode, [survey.asked[q].question for q in here])
        assert np.allclose(survey.truth[here], truth)
    depth = survey.depth
    assert set(depth.tolist()) == {1, 2}
    assert np.isfinite(survey.answer["what θ does as itself"][depth == 2]).all()
    assert np.isnan(survey.answer["what θ does as itself"][depth == 1]).all()


def test_the_first_generation_has_every_row_and_no_differences():
    document = judge().judge(0, [judge().ancestor])
    minds = [row for row in document["rows"] if row["contender"] == "mind"]
    assert {row["about"] for row in minds} == set(ABOUT)
    assert [(row["about"], (row["stance"], row["depth"])) for row in minds] == [
        (about, cell) for about in ABOUT for cell in CELLS[about]
    ]
    assert {row["arm"] for row in minds} == {START}
    assert document["differences"] == []
    exact = [row for row in minds if row["about"] == SCRIPTED and row["stance"] == "behave"]
    assert all(row["excess_nats"] == pytest.approx(0, abs=1e-9) for row in exact)


@pytest.mark.parametrize(("good", "bad", "sign"), [(COPIES, SCRIPTED, 1), (SCRIPTED, COPIES, -1)])
def test_the_arm_that_is_nearer_to_the_truth_shows_as_nearer(good, bad, sign):
    document = judge().judge(1, arms(good, bad))
    between = [row for row in document["differences"] if (row["arm"], row["beside"]) == (COPIES, SCRIPTED)]
    told = {(row["about"], row["stance"], row["depth"]): row for row in between}
    assert set(told) == {(about, *cell) for about in ("scripted", "ancestor") for cell in CELLS[about]}
    for about in ("scripted", "ancestor"):
        row = told[about, "predict", 1]
        ends = sorted(sign * row[key] for key in ("nats_low", "nats_high"))
        assert 0 < ends[0] <= sign * row["nats"] <= ends[1]
    start = {row["arm"]: row for row in document["differences"] if row["beside"] == START and row["about"] == SCRIPTED}
    assert start[bad]["nats"] < 0  # who started was exact
    drawn = draw(document)["generations"]
    assert len(drawn.axes) == 10
    assert len(tables(document)) == 4


def test_few_questions_have_no_skill_and_still_a_picture():
    little = Judge(judge().ancestor, episodes(2, agents=7, steps=32), questions=2)
    document = little.judge(1, arms(COPIES, SCRIPTED))
    assert {row["skill"] for row in document["rows"]} == {None}
    assert all(row["skill"] is None and row["nats"] is not None for row in document["differences"])
    assert draw(document)["generations"].get_suptitle() == "Skill by generation"
