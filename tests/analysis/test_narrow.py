"""Where actions are many, a table keeps of each question the actions that matter to it, and says the same."""

import numpy as np
import pytest

from agents.answer import Reasoned, Truth
from agents.arena.bank_config import BankConfig
from agents.arena.rollout import rollout
from agents.arena.run import ArenaRun
from analysis.questions.sampling import Sampling
from analysis.scores import narrow
from analysis.scores.fidelity import examine
from tests.analysis.contenders import Blend, Fixed, named
from worlds.arena import ArenaConfig

RUN = ArenaRun(
    ArenaConfig("tests.worlds.arena.oddities:board", {}, 12, "partial:0.5,2"), BankConfig(random_linear=6, random_mlp=4)
)
ASKED = Sampling(questions=120, depths=(0, 1, 2), weights=(1, 1, 1))


@pytest.fixture(scope="module")
def logs() -> tuple[list, list]:
    return rollout(RUN, 0, 6), rollout(RUN, 100, 6)


def figures(found: dict) -> list[dict]:
    assert sum(row["questions"] for row in found["rows"] if row["contender"] == "mind") > 200
    return [{key: near(value) for key, value in row.items()} for row in found["rows"]]


def near(value):
    """A figure, or several of them, as rounding may leave it."""
    if isinstance(value, dict):
        return {key: near(one) for key, one in value.items()}
    return pytest.approx(value) if isinstance(value, (float, list)) else value


def test_of_many_actions_those_that_matter_are_kept_and_every_figure_is_as_before(logs, monkeypatch):
    log, train_log = logs
    actions = log[0].actions
    mind = Blend(named(Truth(RUN.space), "t"), named(Reasoned(RUN.space), "r"), 0.5)
    reckless = Blend(mind, Fixed(np.full(actions, 1 / actions)), 0.9, "reckless")  # some chance for what is illegal
    short = examine(log, [mind], train_log, sampling=ASKED)
    assert short.survey.truth.shape[1] == short.survey.legal.sum(axis=1).max() + 1 < actions / 2
    told = short.report(), examine(log, [mind, reckless], train_log, sampling=ASKED).report()
    monkeypatch.setattr(narrow, "MANY_ACTIONS", actions)
    assert (
        short.survey.truth.shape[1] < examine(log, [mind], train_log, sampling=ASKED).survey.truth.shape[1] == actions
    )
    whole = [examine(log, minds, train_log, sampling=ASKED).report() for minds in ([mind], [mind, reckless])]
    for one, other in zip(told, whole, strict=True):
        assert figures(other) == one["rows"]


def test_where_actions_are_few_a_survey_is_left_as_it_is(logs, monkeypatch):
    monkeypatch.setattr(narrow, "MANY_ACTIONS", logs[0][0].actions)
    survey = examine(*(logs[0], [], logs[1]), sampling=ASKED).survey
    assert narrow.narrowed(survey) is survey
