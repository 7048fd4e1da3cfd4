"""What the printed tables show."""

import io
import re

import pytest
from rich.console import Console

from analysis import (
    beside_the_reasoner,
    description_table,
    fidelity_table,
    meaning,
    paired_table,
    score,
    score_descriptions,
    shortcuts_beside,
    summary_table,
)
from analysis.questions.sampling import Sampling
from tests.analysis.contenders import Blend, Fixed, Ignorant
from worlds import ACTIONS


def printed(table) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(table)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def report(log, train_log, truth, shallow) -> dict:
    minds = [truth, Blend(truth, Ignorant(), 0.8, "blend")]
    return score(log, minds, train_log, controls=[Fixed([0.2] * 5, "uniform")], sampling=shallow)


def test_the_table_shows_every_row_under_its_heading(report):
    lines = printed(fidelity_table(report["rows"])).splitlines()
    for one in report["rows"]:
        assert sum(one["contender"] in line for line in lines) >= 1
    (first,) = [
        one for one in report["rows"] if (one["contender"], one["stance"], one["depth"]) == ("last action", "behave", 0)
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


def test_a_row_over_fewer_questions_says_over_how_many(report):
    (mind,) = [one for one in report["rows"] if (one["contender"], one["stance"]) == ("blend", "predict")]
    control = mind | {"contender": "control", "questions": mind["questions"] - 7}
    text = printed(fidelity_table([mind, control]))
    assert f"control, of {mind['questions'] - 7} " in text
    assert "blend, of" not in text


def test_descriptions_have_a_line_for_each_trait(log):
    text = printed(description_table(score_descriptions(log[:6])["rows"]))
    for trait in ("type", "taste", "sight", "memory", "temper"):
        assert trait in text
    assert "3.584" in text  # the uniform prior's loss on 36 types


def test_the_shortcuts_beside_one_answer(log):
    episode = log[0]
    beside = shortcuts_beside(episode, episode.names[0], 20, f"behave as {episode.names[1]} pretending to be me")
    assert set(beside) == {"base rate", "last action", "ignorant", "myself", "sub-chain 1", "sub-chain 2", "mixture"}
    for answer in beside.values():
        assert tuple(answer) == ACTIONS
        assert sum(answer.values()) == pytest.approx(1)
    assert beside["sub-chain 2"] == pytest.approx(beside["myself"])  # pretending to be me, with Bo left out


def test_the_short_table_has_a_line_for_each_stance_and_depth_and_says_what_it_means(report):
    lines = printed(summary_table(report["rows"])).splitlines()
    for one in report["rows"]:
        found = [line for line in lines if f"{one['stance']} {one['depth']}" in line]
        assert len(found) == 2
        assert "truth" in found[0]
    assert len(lines) < 15


def test_each_mind_has_a_line_beside_the_reasoners_and_the_best_shortcut_with_both_medians(report):
    lines = [line.split("│")[1:-1] for line in printed(paired_table(report["rows"])).splitlines() if "│" in line]
    cells = [tuple(cell.strip() for cell in line) for line in lines]
    asked = [line[:3] for line in cells if line[1] == "blend"]
    best = {(row["stance"], row["depth"]): row["best_shortcut"] for row in report["rows"]}
    beside = [("predict 1", "blend", name) for name in ("reasoner", "reasoner, calibrated")]
    assert asked == [
        ("behave 0", "blend", best["behave", 0]), ("behave 1", "blend", best["behave", 1]),
        *beside, ("predict 1", "blend", best["predict", 1]),
    ]  # fmt: skip
    (found,) = [line for line in cells if line[:3] == beside[0]]
    (mind, reasoner) = [
        one for name in ("blend", "reasoner") for one in report["rows"]
        if (one["stance"], one["contender"]) == ("predict", name)
    ]  # fmt: skip
    value, low, high = mind["excess_over"]["reasoner"]
    assert found[3] == f"{value:.3f} [{low:.3f}, {high:.3f}]"
    assert [cell.split()[0] for cell in found[4:]] == [f"{one['median_kl']:.3f}" for one in (mind, reasoner)]


def predicted(mean, low, high, depth=1):
    over = {"reasoner": [mean, low, high], "reasoner, calibrated": [0.01, 0.005, 0.015]}
    head = {"stance": "predict", "depth": depth}
    mind = {**head, "contender": "mind", "median_kl": 0.03, "excess_over": over}
    return [mind, {**head, "contender": "reasoner", "median_kl": 0.02, "excess_over": {}}]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.06, -0.04, "below the reasoner's (-0.050 [-0.060, -0.040] nats)"),
        (-0.06, 0.01, "not clear of the reasoner's"),
        (None, None, "below the reasoner's (-0.050 nats)"),
    ],
)
def test_the_deepest_predictions_are_put_beside_the_reasoner_in_words_mean_and_median(low, high, words):
    said = beside_the_reasoner(predicted(0.2, 0.1, 0.3) + predicted(-0.05, low, high, depth=2))
    assert said.startswith(f'In "predict" at depth 2 the mean of mind over all questions is {words}')
    assert "above that of the reasoner calibrated on training questions (0.010 [0.005, 0.015] nats)" in said
    assert said.endswith("its median is 0.030, the reasoner's 0.020.")


def test_without_a_prediction_nothing_is_said_of_the_reasoner():
    assert (
        beside_the_reasoner([{"stance": "behave", "depth": 1, "excess_over": {"last action": [0.1, 0.0, 0.2]}}]) is None
    )


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
