"""The runner walks the episodes, tells of progress, and judges controls and figures; tables say shared words once."""

from types import SimpleNamespace

import pytest

from analysis.probes import Settings, Subject, Trial, wrong
from analysis.probes.probe import at_most, controls, figure, one_of
from analysis.probes.tables import bounded, lines, pivot


def trial(told=None, **settings):
    """A trial of a mind and two blanked ones, of which one is no control of every probe."""
    blanked = [SimpleNamespace(name=name) for name in ("mind, no history", "mind, own actions blanked")]
    progress = None if told is None else lambda *step: told.append(step)
    return Trial(
        Subject(SimpleNamespace(name="mind"), blanked), Settings(**settings), SimpleNamespace(seeds=3), progress
    )


def test_every_episode_of_every_seed_and_condition_is_walked_and_told_of():
    told = []
    places = [*trial(told, seeds=2, seed=5).places({"new": 2, "old": 1})]
    assert places == [
        (0, 5, "new", 0), (1, 5, "new", 1), (2, 5, "old", 0), (3, 6, "new", 0), (4, 6, "new", 1), (5, 6, "old", 0),
    ]  # fmt: skip
    assert told == [(done, 6) for done in range(1, 7)]


def test_the_design_says_how_many_seeds_there_are_unless_the_settings_do():
    assert list(trial(seed=2).seeds) == [2, 3, 4]
    assert list(trial(seeds=1).seeds) == [0]


def test_the_settings_say_how_many_episodes_there_are_of_each_condition():
    found = [(condition, index) for _, _, condition, index in trial(seeds=1, episodes=2).places({"new": 7, "old": 1})]
    assert found == [("new", 0), ("new", 1), ("old", 0), ("old", 1)]


def test_a_part_tells_of_progress_as_a_part_of_the_whole():
    told = []
    one = trial(told)
    for number in range(2):
        assert [*one.part(number, 2).watched("abc", 3)] == [*"abc"]
    assert told == [(done, 6) for done in range(1, 7)]
    assert [*trial().part(1, 2).watched("ab", 2)] == [*"ab"]


def test_who_must_not_show_an_effect_is_blind_to_what_it_follows_from():
    assert trial().blinded == ["mind, no history"]


def test_controls_are_judged_by_their_kind_and_a_baseline_by_nothing():
    effect = {"exact": (0.9, 0.8, 1.0), "blind": (0.1, 0.0, 0.2), "copy": (0.9, 0.8, 1.0)}.__getitem__
    found = controls(effect, 0.5, ["exact"], ["blind"], ["copy"], words="gain: {}")
    assert [(one["name"], one["kind"], one["threshold"], one["passed"]) for one in found] == [
        ("gain: exact", "positive", 0.5, True), ("gain: blind", "negative", 0.5, False),
        ("gain: copy", "baseline", None, None),
    ]  # fmt: skip
    assert wrong({"controls": found}) == []
    assert wrong({"controls": controls(effect, 0.5, ["blind"], ["exact"])}) == [
        "the positive control 'blind' does not show the effect", "the negative control 'exact' shows the effect",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "goal", "reached", "so"),
    [(0.7, 0.5, None, True), (0.4, 0.5, None, False), (0.4, 0.5, at_most, True), (None, 0.5, None, None),
     (0.7, None, None, None)],
)  # fmt: skip
def test_a_figure_is_held_to_its_goal_where_there_are_both(value, goal, reached, so):
    assert figure("gain", (value, None, None), goal, reached=reached, of="near")["reached"] is so


def test_the_first_row_that_has_all_values_is_the_one():
    rows = [{"a": 1, "b": 1}, {"a": 1, "b": 2, "c": 0}, {"a": 1, "b": 2}]
    assert one_of(rows, a=1, b=2) == rows[1]


def test_a_table_says_once_what_a_block_of_lines_shares():
    rows = [{"world": "new", "who": who, "value": value} for who, value in (("a", 0.5), ("b", None))]
    table = lines("title", [*rows, {"world": "old", "who": "a", "value": 1}], ("world", "who"), ("value",))
    assert [list(column.cells) for column in table.columns] == [
        ["new", "", "old"], ["a", "b", "a"], ["0.500", "–", "1"],
    ]  # fmt: skip


def test_a_turned_table_has_a_column_for_each_value_and_a_dash_where_there_is_no_row():
    rows = [{"who": "a", "k": 0, "x": 0.5, "x_low": 0.25, "x_high": 1.0}, {"who": "b", "k": 8, "x": 0.5}]
    table = pivot("title", rows, ("who",), "k", bounded("x"), block=0)
    assert [str(column.header) for column in table.columns] == ["who", "0", "8"]
    assert [list(column.cells) for column in table.columns] == [["a", "b"], ["0.50 (0.25 to 1.00)", "–"], ["–", "0.50"]]
