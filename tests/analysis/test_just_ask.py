"""Experiments on asking find the effect where it is, in who knows the answers, and none where it was taken away."""

from dataclasses import replace

import numpy as np
import pytest

from agents.answer import Question
from agents.orchard.hindsight import events, hindsight
from agents.orchard.presets import DEFAULT, preset
from agents.wishes.held_out import held_out
from analysis.just_ask import experiments, find
from analysis.just_ask.asking import Exact, Lone, NoWish, episodes, exactly, played, wish_at
from analysis.just_ask.better.analysis import INFERRED, SHUFFLED
from analysis.just_ask.better.design import SHARP, WILD, FruitMap, inferred
from analysis.just_ask.inference.design import Regression
from analysis.just_ask.picture import overview
from analysis.just_ask.returns.filtering import filtered
from analysis.just_ask.returns.thresholds import TENTH
from analysis.just_ask.style.design import AXES
from analysis.probes import Settings, Subject, Trial
from analysis.probes.probe import one_of, wrong
from worlds import FunhouseError

SETTINGS = Settings(seeds=2, episodes=2, split="validation")
LITTLE = {"steps": 6, "wishes": 1, "seeds": 2}


class Knows(Exact):
    """Who knows do, under a mind's name."""

    name = "mind"


class Deaf(NoWish):
    """A mind that pays no heed to what it is asked."""

    name, native = "mind", False


@pytest.fixture(scope="module")
def episode():
    return next(episodes(Trial(Subject(None), SETTINGS, Lone(steps=6))))[2]


def document(name, mind=None, **more):
    one = find(name)
    return one.run(mind, SETTINGS, design=replace(one.design(), **LITTLE | more))


def test_every_experiment_is_found_by_its_folder():
    assert [one.name for one in experiments().values()] == list(experiments())
    with pytest.raises(FunhouseError, match="there is no experiment 'clause'"):
        find("clause")


@pytest.mark.parametrize("name", ["clauses", "goals"])
def test_who_knows_shows_the_effect_and_who_is_deaf_does_not(name):
    effect = "skill" if name == "clauses" else "success"
    more = {"wishes": 4, "steps": 8} if name == "clauses" else {}
    told = {kind: document(name, mind(), **more) for kind, mind in {"knows": Knows, "deaf": Deaf}.items()}
    for one in told.values():
        assert one["experiment"] == name
        assert one["seeds"] == [0, 1]
        assert not [text for text in wrong(one) if "positive" in text]
    knows, deaf = (one_of(told[kind]["rows"], contender="mind")[effect][0] for kind in ("knows", "deaf"))
    assert knows == pytest.approx(1)
    assert deaf < 0.7


@pytest.mark.slow
def test_where_acts_are_sure_asking_brings_about_all_that_can_be_and_with_luck_it_does_not():
    made = document("returns", steps=12)
    assert not [text for text in wrong(made) if "positive" in text]
    rows = made["rows"]
    sure, slips = (one_of(rows, contender="do, exact", acts=acts) for acts in ("sure", "0.2 slip"))
    assert sure["gap"][0] == pytest.approx(0, abs=1e-9)
    assert slips["gap"][1] > 0.01
    assert slips["chance"][0] < slips["asked"][0] < slips["best"][0]


@pytest.mark.slow
def test_a_style_is_shown_by_who_is_asked_for_it_alone():
    rows = document("style", steps=12)["rows"]
    for axis in {row["axis"] for row in rows}:
        do, nobody = (one_of(rows, axis=axis, contender=name)["shown"][0] for name in ("do", "no wish"))
        assert do > nobody
    assert {row["axis"] for row in rows} == set(AXES)


def test_a_hint_that_is_heeded_shows_and_one_that_is_not_does_not():
    told = document("hint", Knows())
    assert not wrong(told)
    for row in told["rows"]:
        heeded = row["contender"] == "heeds hints, made up" and row["hint"] != "nonsense"
        assert (row["paired"][0] > 0.02) == heeded


def test_who_was_never_told_of_a_wish_shows_by_how_much_and_who_knows_all_does_not():
    class Narrow(Exact):
        name = "mind"

        def answer(self, episode, questions):
            unsaid = np.array([held_out(wish_at(episode, one).clauses) for one in questions])
            return np.where(unsaid[:, None], 1 / episode.actions, super().answer(episode, questions))

    for mind, lost in ((Knows(), False), (Narrow(), True)):
        told = document("unsaid", mind, steps=8, wishes=3)
        assert not wrong(told)
        for form in ("pair", "number"):
            row = one_of(told["rows"], form=form, contender="mind")
            assert (row["gap"][0] > 0.1) == lost
            assert row["said"][0] == pytest.approx(0, abs=1e-9)


def test_inference_comes_to_what_optimisation_comes_to_where_acts_are_sure_and_steps_are_small(monkeypatch):
    monkeypatch.setattr("analysis.just_ask.inference.design.STEPS", 1000)
    made = find("inference").run(None, SETTINGS)
    assert not wrong(made)
    told = {(row["of"], row["kind"]): row["agreement"][0] for row in made["rows"]}
    assert told["control", "oracle"] == 1
    assert told["control", "control"] < 0.1
    assert told["learning", "control"] < 0.6 < 0.9 < told["learning", "oracle"]


def test_the_covariance_that_is_predicted_is_exact_where_curvatures_are_alike():
    generator = np.random.default_rng(0)
    x = np.concatenate([np.eye(3), -np.eye(3)]) * 3**0.5
    made = Regression(x, generator.normal(size=6))
    gradient = x * (x @ made.best - made.y)[:, None]
    assert made.curvature == pytest.approx(np.eye(3))
    assert made.predicted(0.1) == pytest.approx(0.05 * gradient.T @ gradient / 6)


def test_who_infers_what_is_worth_what_does_better_than_the_demonstrations_that_noise_orders(monkeypatch):
    monkeypatch.setattr("analysis.just_ask.better.design.ROLLOUTS", 40)
    monkeypatch.setattr("analysis.just_ask.better.analysis.SHUFFLES", 2)
    one = find("better")
    rows = one.run(None, SETTINGS, design=replace(one.design(), steps=8))["rows"]
    gain = {(row["demonstrator"], row["contender"]): row["gain"][0] for row in rows}
    assert gain[SHARP, INFERRED] > max(gain[SHARP, SHUFFLED], gain[WILD, INFERRED], -0.3)
    for demonstrator in {of for of, _ in gain}:
        assert gain[demonstrator, "best demonstration"] == 0
        assert gain[demonstrator, "best acts, true worth"] >= max(0, gain[demonstrator, INFERRED])


def test_a_worth_is_inferred_from_the_order_of_noise_alone():
    eaten = np.random.default_rng(0).poisson(2.0, size=(5, 60, 3)).astype(float)
    assert np.abs(inferred(eaten)).max() < 0.2
    eaten[..., 0] += np.arange(5)[::-1, None]  # the less noise the more
    eaten[..., 2] += np.arange(5)[:, None]
    worth = inferred(eaten)
    assert worth[0] > 0.2 > abs(worth[1])
    assert worth[2] < -0.2


def test_the_best_acts_eat_what_is_worth_most_in_the_steps_that_there_are():
    line = np.array([[0, 0, 1], [1, 0, 2], [2, 1, 3], [3, 2, 4], [4, 3, 4]])  # stay, left, right
    for steps, eaten in ((1, [1, 0]), (3, [1, 0]), (4, [1, 1])):
        ground = FruitMap(line, np.array([0, 3]), np.array([0, 1]), 2, 1, steps)
        assert ground.planned(np.array([1.0, 0.9])).tolist() == eaten
    assert FruitMap(line, np.array([0, 3]), np.array([0, 1]), 2, 1, 9).planned(np.array([-1.0, 0.9])).tolist() == [0, 1]


def test_a_mind_that_answers_no_wishes_is_refused():
    class Mute:
        name = "mute"

    with pytest.raises(FunhouseError, match="answers none"):
        find("goals").run(Mute(), SETTINGS)


def test_who_acts_by_do_brings_it_about_and_where_nobody_asks_it_acts_as_itself(episode):
    question = Question(episode.names[0], 0, "collect exactly 1 fruit in 5 steps")
    wish, came = wish_at(episode, question), []
    for seed in range(6):
        lived = played(episode, question, Exact(), np.random.default_rng(seed))
        came.append(hindsight(lived, 0, 0, wish))
        assert lived.role[0][0]
        assert not played(episode, question, NoWish(), np.random.default_rng(seed)).role[0][0]
        assert len(events(lived)[0]) == episode.steps
    assert all(came)


def test_filtered_cloning_asks_for_as_much_as_a_tenth_comes_to(episode):
    for words in ("collect exactly 0 fruits in 6 steps", "end in the north in 6 steps"):
        answer = filtered(episode, Question(episode.names[0], 0, words))
        assert answer.chance >= TENTH
        assert answer.wish.startswith("collect at least")
        more = int(answer.wish.split()[3]) + 1
        beyond = exactly(episode, Question(episode.names[0], 0, f"collect at least {more} fruits in 6 steps"))
        assert beyond.chance < TENTH


def test_episodes_are_of_the_default_world_and_differ_by_seed():
    orchard = preset(DEFAULT)[0]
    found = list(episodes(Trial(Subject(None), SETTINGS, Lone(steps=6))))
    assert [(place, seed) for place, seed, _ in found] == [(0, 0), (1, 0), (2, 1), (3, 1)]
    assert len({int(one.seed) for *_, one in found}) == 4
    assert all(one.config.kinds == orchard.kinds and not one.config.regrow for *_, one in found)


def test_the_picture_of_all_shows_a_mind_between_who_is_not_asked_and_who_knows():
    rows = [
        {"contender": "no wish", "kind": "shortcut", "success": [0.2, 0.1, 0.3]},
        {"contender": "mind", "kind": "mind", "success": [0.7, 0.6, 0.8]},
    ]
    drawn = overview([{"experiment": "goals", "rows": rows}, {"experiment": "hint", "rows": []}])
    (axes,) = drawn.axes
    assert [line.get_xdata() for line in axes.lines if line.get_marker() == "o"] == [[0.2], [0.7]]
    assert "0.70" in drawn.get_suptitle()
    assert overview([{"experiment": "goals", "rows": rows[:1]}]) is None
