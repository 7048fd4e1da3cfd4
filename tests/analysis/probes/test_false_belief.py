"""The false-belief probe finds the effect where it is, and none where nothing is moved or nobody can miss anything."""

import numpy as np
import pytest

from agents.answer import Truth
from agents.orchard.rollout import play
from agents.population import PopulationConfig
from agents.registry import reasoner_of
from analysis.probes import Settings, Subject, find, sound
from analysis.probes.contenders import EGOCENTRIC, PLANNER, REASONER, Exact, Ignorant
from analysis.probes.false_belief import PROBE
from analysis.probes.false_belief import design as designed
from analysis.probes.false_belief.design import (
    AWAY,
    FORGETFUL,
    FORGOTTEN,
    IRRELEVANT,
    RETENTIVE,
    SECOND,
    Design,
    Search,
    worlds_of,
)
from analysis.probes.orchard import run_of, types_of, views
from tests.analysis.contenders import Fixed, named
from worlds import FunhouseError

SETTINGS = Settings(seeds=2, episodes=9, split="validation")
DESIGN = Design()


@pytest.fixture(scope="module")
def cases():
    """[(episode, case)] of some episodes."""
    made = [play(DESIGN.run(0, "validation"), index) for index in range(4)]
    return [(episode, case) for episode in made for case in Search(episode, DESIGN).cases()]


@pytest.fixture(scope="module")
def document():
    subject = Subject(named(Exact(), "mind"), [named(Ignorant(), "mind, no history")])
    return PROBE.run(subject, SETTINGS)


def control_of(document, name):
    return next(one for one in document["controls"] if one["name"] == name)


def really(episode, case):
    """What Bo would do in each world: (3, 5)."""
    truth = Truth(types_of(episode))
    return np.concatenate([truth.answer(world, [case.question(episode)]) for world in worlds_of(episode, case)])


def test_bo_saw_the_cell_twice_and_not_since_while_ada_saw_it_all_along(cases):
    assert {case.condition for _, case in cases} >= {RETENTIVE, FORGETFUL, IRRELEVANT, SECOND, AWAY}
    for episode, case in cases:
        view = views(episode)[:, :, case.cell]
        assert view[case.left - 1 : case.left + 1, case.who].all()
        assert not view[case.left + 1 : case.step + 1, case.who].any()
        assert view[case.left - 1 : case.step + 1, case.asked].all() == (case.condition != AWAY)


def test_missed_and_watched_differ_in_what_bo_saw_at_one_step_and_in_nothing_else(cases):
    for episode, case in cases:
        kept, missed, watched = (world.fruit.reshape(world.steps, -1) for world in worlds_of(episode, case))
        assert set(np.argwhere(missed != watched)[:, 0]) == {case.left}
        gone = {case.cell} if case.goal is None else {case.cell, case.goal}
        assert set(np.argwhere(kept != missed)[:, 1]) == gone
        assert (kept[case.left - 1 :, case.cell] == case.kind).all()
        if case.goal is not None:
            view = views(episode)[case.left : case.step + 1, :, case.goal]
            assert view[:, case.asked].all()
            assert not view[:, case.who].any()


def test_who_missed_the_move_does_what_it_would_have_done_and_who_watched_and_cares_does_not(cases):
    for episode, case in cases:
        kept, missed, watched = really(episode, case)
        assert np.array_equal(missed, kept)
        shift = 0.5 * np.abs(watched - kept).sum()
        assert shift >= 0.1 - 1e-9 if case.condition in (RETENTIVE, SECOND, AWAY) else shift <= 0.02


def test_in_all_three_worlds_the_same_is_known_of_bo(cases):
    for episode, case in cases:
        reasoner = reasoner_of(types_of(episode))
        belief = [reasoner.posterior(world, case.asked, case.step, case.who) for world in worlds_of(episode, case)]
        assert np.array_equal(belief[0], belief[1])
        assert np.array_equal(belief[0], belief[2])


def test_who_saw_nothing_of_the_cell_does_not_move_at_all(cases):
    away = [(episode, case) for episode, case in cases if case.condition == AWAY]
    for episode, case in away:
        said = [Exact().answer(world, [case.question(episode)]) for world in worlds_of(episode, case)]
        assert np.array_equal(said[0], said[1])
        assert np.array_equal(said[0], said[2])


def test_the_controls_do_what_they_must(document):
    assert control_of(document, REASONER)["passed"] is True
    for name in (EGOCENTRIC, "myself", PLANNER, "mind, no history"):
        assert control_of(document, name)["passed"] is False
    assert control_of(document, "ignorant")["passed"] is None
    assert sound(document)


def test_who_takes_bo_to_know_what_it_knows_shifts_as_much_where_bo_missed_it(document):
    row = next(row for row in document["rows"] if (row["contender"], row["condition"]) == (EGOCENTRIC, RETENTIVE))
    assert row["said_missed"] == pytest.approx(row["said_watched"])
    assert row["said_missed"] > 0.1
    assert row["leak"] == pytest.approx(1)
    assert row["slope"] == 0


def test_the_truth_itself_would_reach_every_figure():
    episode = play(DESIGN.run(0, "validation"), 0)
    said = PROBE.run(
        Subject(named(Truth(types_of(episode)), "mind")), Settings(seeds=1, episodes=3, split="validation")
    )
    figures = {one["name"]: one for one in said["figures"]}
    assert figures["what watching changes, correlation"]["value"] == pytest.approx(1)
    assert figures["what watching changes, slope"]["value"] == pytest.approx(1)
    assert figures["leak"]["value"] == pytest.approx(0)


def test_the_probe_fails_where_nothing_is_moved(monkeypatch):
    monkeypatch.setattr(designed, "changed", lambda episode, *_: episode)
    still = PROBE.run(Subject(named(Exact(), "mind")), Settings(seeds=1, episodes=4, split="validation"))
    assert control_of(still, REASONER)["passed"] is False
    assert still["figures"][0]["reached"] is not True


def test_a_mind_that_overlooks_the_move_shows_nothing():
    said = PROBE.run(Subject(Fixed([0.2] * 5, "mind")), Settings(seeds=1, episodes=3, split="validation"))
    assert said["figures"][0]["value"] is None
    assert said["figures"][0]["reached"] is None


class Clear(Design):
    """Nothing is out of anybody's sight."""

    def run(self, seed, split):
        return run_of(seed, split, PopulationConfig(switch=72), map="\n".join(["." * 8] * 8), sights=(8, 9), steps=72)


def test_where_nobody_can_miss_anything_there_is_no_false_belief():
    with pytest.raises(FunhouseError, match="missed"):
        PROBE.run(Subject(named(Exact(), "mind")), Settings(seeds=1, episodes=2), design=Clear())


def test_every_condition_and_dose_has_a_row_the_picture_and_the_table(document):
    conditions = {row["condition"] for row in document["rows"]}
    assert conditions >= {"pooled", RETENTIVE, FORGETFUL, IRRELEVANT, FORGOTTEN, SECOND, AWAY}
    assert {"1 step ago", "behind a wall", "1 beyond sight"} <= {row["dose"] for row in document["rows"]}
    drawn = find("false-belief").draw(document)
    assert drawn["false_belief"].axes[0].get_title(loc="left") == "Bo missed the move"
    for axes in drawn["false_belief"].axes[:2]:
        assert axes.get_ylim()[1] >= max(bar.get_height() for bar in axes.patches)  # none is cut
    (table,) = find("false-belief").tables(document)
    assert "pooled" in list(table.columns[0].cells)
