"""What a log demands: needs, decisive questions, and skill over partial reasoners."""

from functools import lru_cache

import numpy as np
import pytest

from agents.answer import resolve
from agents.orchard.presets import preset
from agents.orchard.run import RunConfig
from agents.partial import Without
from agents.registry import played, reasoner_of, type_space
from analysis import Sampling, examine, needs_table
from analysis.contenders.fitting import STRICT
from analysis.scores.needs import FEW, MARGIN, leads, on_decisive

SAMPLING = Sampling(questions=60, stances=("behave",), depths=(0, 1, 2), weights=(1, 1, 4))


class Exactly:
    """The exact reasoner, but for what it leaves out."""

    def __init__(self, name, without):
        self.name, self.without = name, without

    def answer(self, episode, questions):
        queries = [resolve(episode, question) for question in questions]
        return reasoner_of(type_space(episode)).enact(episode, queries, without=self.without)


EXACT, NO_MANNER = Exactly("exact", Without()), Exactly("one without manners", Without(manner=True))


@lru_cache
def scored():
    orchard, policy, population = preset("blind", {"agents": 4, "steps": 24}, population={"switch": 8})
    log, train = (
        played(RunConfig(orchard, policy, population, 5, split), range(count))
        for split, count in (("test", 12), ("train", 4))
    )
    scores = examine(log, [EXACT, NO_MANNER], train, sampling=SAMPLING, partial=True)
    return scores, scores.report()


def row(name, depth=2):
    return next(one for one in scored()[1]["rows"] if (one["contender"], one["depth"]) == (name, depth))


def test_an_ingredient_is_needed_as_far_as_the_reasoner_without_it_is_from_the_truth():
    scores, report = scored()
    some = scores.survey.within(("behave", 2))
    for one in [one for one in report["needs"] if one["depth"] == 2]:
        error = scores.error[one["ingredient"]][some].sum() / scores.error["ignorant"][some].sum()
        assert one["need"] == pytest.approx(error)
        assert one["need_low"] <= one["need"] <= one["need_high"]
    assert {one["ingredient"] for one in report["needs"] if one["depth"] == 2} >= {
        "prior for the first named", "prior for the second named", "no lens on the scene", "no lens on knowledge",
        "one lens only", "c = 1", "the last 8 steps alone", "no manner",
    }  # fmt: skip


def test_a_mind_without_an_ingredient_beats_no_reasoner_without_it_and_the_truth_beats_all():
    assert [row("exact")[key] for key in ("skill", "strict_skill")] == pytest.approx([1, 1])
    assert row("one without manners")["strict_skill"] < 0
    assert row("one without manners")["excess_nats"] == pytest.approx(row("no manner")["excess_nats"])


def test_the_strict_rival_is_the_best_of_all_on_training_questions():
    scores, _ = scored()
    fitted = scores.fitted["behave", 2]
    assert fitted.strict_best in {*fitted.strict_weight, "mixture", STRICT}
    assert sum(fitted.strict_weight.values()) == pytest.approx(1)
    assert row(STRICT)["kind"] == "partial"


def test_nothing_but_the_partial_rows_changes_where_partial_reasoners_are_asked():
    scores, report = scored()
    log = scores.survey.members
    train = played(_training(), range(4))
    plain = examine(log, [EXACT, NO_MANNER], train, sampling=SAMPLING).report()
    own = ("strict_skill", "strict_skill_low", "strict_skill_high", "decisive", "decisive_questions")
    less = [{key: one[key] for key in one if key not in own} for one in report["rows"] if one["kind"] != "partial"]
    assert less == [{key: one[key] for key in one if key not in own} for one in plain["rows"]]
    assert all(one["strict_skill"] is None and one["decisive"] is None for one in plain["rows"])
    assert plain["needs"] == plain["demands"] == []


def _training():
    orchard, policy, population = preset("blind", {"agents": 4, "steps": 24}, population={"switch": 8})
    return RunConfig(orchard, policy, population, 5, "train")


def test_a_question_is_decisive_where_the_truth_leads_everybody():
    truth = np.array([[0.5, 0.3, 0.2], [0.5, 0.49, 0.01], [0.6, 0.3, 0.1]])
    other = np.array([[0.1, 0.8, 0.1], [0.1, 0.8, 0.1], [0.8, 0.1, 0.1]])
    assert leads(truth, [other]).tolist() == [True, False, False]  # 0.01 ahead is less than the margin
    assert MARGIN == 0.02
    assert on_decisive(np.array([True, False, False]), truth, other) == pytest.approx(0.6)
    assert np.isnan(on_decisive(np.zeros(3, bool), truth, other))


def test_on_decisive_questions_the_truth_is_right_and_a_shortcut_never():
    assert row("exact")["decisive"] == 1
    assert 0 < row("exact")["decisive_questions"] < row("exact")["questions"]
    assert row("ignorant")["decisive"] < 1
    assert row("prior for the first named")["decisive"] < 1


def test_what_is_kept_and_decisive_shrinks_as_more_is_asked_for():
    for one in scored()[1]["demands"]:
        assert one["kept"] >= one["kept_strict"]
        assert one["decisive_shortcuts"] >= one["decisive"]
        assert one["ignorant_nats"] > 0


def test_the_table_names_every_ingredient():
    table = needs_table(scored()[1])
    said = [str(cell) for cell in table.columns[0]._cells]
    assert "no lens on knowledge" in said
    assert any(one.startswith("behave 2:") for one in said)


def test_the_table_says_where_questions_are_few():
    rows = [{**scored()[1]["demands"][0], "questions": questions} for questions in (FEW - 1, FEW)]
    said = [needs_table({"demands": [one], "needs": []}).columns[0]._cells[0] for one in rows]
    assert ["mostly chance" in one for one in said] == [True, False]
