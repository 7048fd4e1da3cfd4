"""What the printed tables show."""

import io
import re

import pytest
from rich.console import Console

from analysis import (
    description_table,
    fidelity_table,
    meaning,
    score,
    score_descriptions,
    shortcuts_beside,
    summary_table,
)
from analysis.questions.sampling import Sampling
from tests.analysis.contenders import Fixed
from worlds import ACTIONS


def printed(table) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(table)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def report(log, train_log, truth, shallow) -> dict:
    return score(log, [truth], train_log, controls=[Fixed([0.2] * 5, "uniform")], sampling=shallow)


def test_the_table_shows_every_row_under_its_heading(report):
    lines = printed(fidelity_table(report["rows"])).splitlines()
    for one in report["rows"]:
        assert sum(one["contender"] in line for line in lines) >= 1
    (first,) = [
        one for one in report["rows"] if (one["contender"], one["stance"], one["depth"]) == ("copy", "behave", 0)
    ]
    share = f"{first['kept'] / first['questions']:.0%} kept"
    assert any("behave 0" in line and share in line for line in lines)


def test_the_best_shortcut_has_a_star_and_skill_its_interval(report):
    text = printed(fidelity_table(report["rows"]))
    best = report["rows"][0]["best_shortcut"]
    assert f"{best} *" in text
    assert "1.000 [1.00, 1.00]" in text
    assert not re.search(r"-0\.0+(?!\d)", text)


def test_what_is_undefined_is_a_dash_and_the_reason_is_said(log, train_log, truth):
    few = score(log[:2], [truth], train_log, sampling=Sampling(questions=15))
    text = printed(fidelity_table(few["rows"]))
    assert "–" in text
    assert "no skill" in text


def test_descriptions_have_a_line_for_each_trait(log):
    text = printed(description_table(score_descriptions(log[:6])["rows"]))
    for trait in ("type", "taste", "sight", "memory", "temper"):
        assert trait in text
    assert "3.584" in text  # the uniform prior's loss on 36 types


def test_the_shortcuts_beside_one_answer(log):
    episode = log[0]
    beside = shortcuts_beside(episode, episode.names[0], 20, f"behave as {episode.names[1]} pretending to be me")
    assert set(beside) == {"base rate", "copy", "ignorant", "myself", "sub-chain 1", "sub-chain 2", "mixture"}
    for answer in beside.values():
        assert tuple(answer) == ACTIONS
        assert sum(answer.values()) == pytest.approx(1)
    assert beside["sub-chain 2"] == pytest.approx(beside["myself"])  # pretending to be me, with Bo left out


def test_the_short_table_has_a_line_for_each_stance_and_depth_and_says_what_it_means(report):
    lines = printed(summary_table(report["rows"])).splitlines()
    for one in report["rows"]:
        found = [line for line in lines if f"{one['stance']} {one['depth']}" in line]
        assert len(found) == 1
        assert "truth" in found[0]
    assert len(lines) < 15


def row(skill, low, high, depth=1, stance="behave", reason=None, **more):
    figures = {"skill": skill, "skill_low": low, "skill_high": high, "reason": reason}
    return {"stance": stance, "depth": depth, "contender": "mind", "kind": "mind", **figures, **more}


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.1, 0.3, "beats"), (-0.1, 0.3, "is not clear of"), (-0.3, -0.1, "loses to")],
)
def test_the_meaning_follows_the_whole_interval_of_the_deepest_behave(low, high, words):
    rows = [row(0.9, 0.8, 0.95), row((low + high) / 2, low, high, depth=2), row(0.9, 0.8, 0.95, 3, "predict")]
    assert f"depth 2 mind {words} the best shortcut" in meaning(rows)


def test_without_any_skill_the_meaning_is_the_reason():
    assert meaning([row(None, None, None, reason="12 questions kept, a skill needs 200")]).endswith("needs 200.")
