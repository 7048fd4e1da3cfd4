"""Networks that imitate lone agents learn what can be learned; worse drivers and changed scenes are of use or not."""

from dataclasses import replace

import numpy as np
import pytest

from agents.orchard.rollout import RunConfig, play
from agents.orchard.wishing import SoloOrchard
from analysis.just_ask import find
from analysis.just_ask.augmentation import analysis as augmented
from analysis.just_ask.augmentation.changes import ANOTHER, CHANGES, COLOURS, FEWER, MOVED, NOTHING, OPEN, TURNED, _way
from analysis.just_ask.drivers import analysis as driven
from analysis.just_ask.drivers.design import DRIVERS, EXPERT, POLICIES, choice
from analysis.just_ask.drivers.thresholds import EPISODES
from analysis.just_ask.imitated import Truth, scenes, world
from analysis.just_ask.learner import TRAINING, Network, Seen, learned, network
from analysis.probes import Settings
from analysis.probes.orchard import types_of
from analysis.probes.probe import one_of, wrong
from worlds.orchard.geometry import STEPS

SETTINGS = Settings(seeds=2, episodes=4, split="validation")
QUICK = TRAINING._replace(steps=20, batch=16, look=10)
LITTLE = {"stop": 2, "training": QUICK}


def run(driver=EXPERT, split="train"):
    orchard, policy, population = world(6, 1, "all")
    return RunConfig(orchard, replace(policy, **POLICIES[driver]), population, 3, split)


@pytest.fixture(scope="module")
def lone():
    return scenes(run(), 0, 40)


def rows_of(name, **more):
    one = find(name)
    return one.run(None, SETTINGS, design=replace(one.design(), **LITTLE | more))


def double(made):
    return Network(*(layer.astype(np.float64) for layer in made))


def loss(made, seen, act):
    return -np.log(made.chances(seen)[np.arange(len(act)), act]).mean()


def test_slopes_are_those_of_finite_differences():
    generator = np.random.default_rng(0)
    seen = Seen(generator.normal(size=(5, 3, 4, 2)), generator.normal(size=(5, 3)))
    act = generator.integers(3, size=5)
    made = double(network(TRAINING._replace(channels=2, hidden=6), seen, generator))
    made = made._replace(last=generator.normal(size=6))
    told = made.slopes(seen, act)
    for layer, slope in zip(made, told, strict=True):
        for place in np.ndindex(layer.shape):
            kept, by = layer[place], []
            for off in (1e-5, -1e-5):
                layer[place] = kept + off
                by.append(loss(made, seen, act))
            layer[place] = kept
            assert slope[place] == pytest.approx((by[0] - by[1]) / 2e-5, abs=1e-6)


def test_a_network_learns_who_likes_what_where_acts_lead_to_it():
    generator = np.random.default_rng(0)

    def drawn(count):
        kind, who = generator.integers(2, size=(count, 3)), generator.integers(2, size=count)
        seen = Seen(np.eye(2, dtype=np.float32)[kind][:, :, None], np.eye(2, dtype=np.float32)[who])
        return seen, (kind == who[:, None]).argmax(1)  # the first that leads to what one likes; all alike: the first

    def far(made):
        seen, _ = drawn(500)
        kind, who = seen.around[:, :, 0].argmax(-1), seen.who.argmax(-1)
        likes = kind == who[:, None]
        kept = likes.any(1)
        return 1 - float((made.chances(seen) * likes).sum(1)[kept].mean())

    made = learned(TRAINING._replace(steps=300, decay=0.0), drawn, far, np.random.default_rng(1))
    assert far(made) < 0.02


def test_the_beginning_is_kept_where_learning_makes_it_worse():
    def drawn(count):
        return Seen(np.ones((count, 3, 1, 2), np.float32), np.ones((count, 2), np.float32)), np.zeros(count, int)

    seen, _ = drawn(8)
    steps = iter(range(100))
    made = learned(QUICK, drawn, lambda made: next(steps), np.random.default_rng(1))
    first = network(QUICK, seen, np.random.default_rng(1))
    assert all((one == other).all() for one, other in zip(made, first, strict=True))


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_chances_that_networks_are_held_against_are_those_of_the_definition(driver):
    told = scenes(run(driver), 0, 2)
    episode = play(run(driver), 1)
    space = types_of(episode)
    solo = SoloOrchard(space, episode.geometry, episode.walls.shape, episode.fruit[0].ravel())
    for step in range(episode.steps):
        left = frozenset(np.flatnonzero(episode.fruit[step].ravel() >= 0).tolist())
        exact = solo.acts(space.index(episode.agents[0].type), int(episode.cell[step, 0]), left)
        assert told.chances[episode.steps + step] == pytest.approx(exact, abs=1e-12)


def test_what_lies_around_where_an_act_leads_is_seen_there(lone):
    episode = play(run(), 0)
    seen = lone.seen(np.zeros((len(lone.act), 1)))
    middle = seen.around.shape[2] // 2
    for step in range(episode.steps):
        for act, cell in enumerate(episode.geometry.neighbor[episode.cell[step, 0]]):
            kind = episode.fruit[step].ravel()[cell]
            assert seen.around[step, act, middle, 1:].tolist() == [float(kind == one) for one in range(5)]
    assert seen.who[0, :10].sum() == 1  # a taste, and nothing that it is blind to


def test_who_knows_nothing_is_as_far_as_equal_chances(lone):
    token = np.array([1])
    made = network(TRAINING, lone.seen(np.ones((len(lone.act), 1))), np.random.default_rng(0))
    made = made._replace(last=0 * made.last)
    even = (lone.chances * np.log(lone.chances * lone.chances.shape[1])).sum(1).mean()
    assert Truth(lone, token).far(made) == pytest.approx(even, abs=1e-6)


def test_changes_leave_the_act_and_change_what_they_say(lone):
    generator = np.random.default_rng(0)
    for name in (FEWER, MOVED, OPEN, COLOURS, ANOTHER, NOTHING):
        made = CHANGES[name](lone, generator)
        assert (made.act == lone.act).all()
        assert (made.board != lone.board).any() == (name != NOTHING)
        fruit = made.board[..., 1:].sum()
        assert (fruit < lone.board[..., 1:].sum()) == (name in (FEWER, MOVED))
        assert (made.board[..., 0] == lone.board[..., 0]).all() == (name != OPEN)
        assert CHANGES[name](lone.some(slice(0)), generator).act.shape == (0,)


def test_scenes_that_are_turned_keep_what_lies_around_where_the_act_leads(lone):
    turned = CHANGES[TURNED](lone, np.random.default_rng(0))
    token, every = np.zeros((len(lone.act), 1)), np.arange(len(lone.act))
    before, after = (one.seen(token).around[every, one.act] for one in (lone, turned))
    assert (turned.act != lone.act).any()
    assert (np.sort(before.sum(1)) == np.sort(after.sum(1))).all()
    assert (before[:, before.shape[1] // 2] == after[:, before.shape[1] // 2]).all()
    assert turned.chances[every, turned.act] == pytest.approx(lone.chances[every, lone.act])


def test_an_act_turns_as_the_cell_that_it_leads_to_does():
    for way in range(8):
        cell, acts = _way(way, 5)
        for act, (down, right) in enumerate(STEPS.tolist()):
            led = np.array(divmod(cell[(2 + down) * 5 + 2 + right], 5)) - 2
            assert led.tolist() == STEPS[acts[act]].tolist()


def test_each_number_of_expert_episodes_has_its_choice():
    assert [choice(n) for n in (3, 10, 11, 5000)] == [choice(n) for n in (10, 10, 25, EPISODES[-1])]


def test_every_arm_of_drivers_is_a_row_and_alone_gains_nothing():
    told = rows_of("drivers", sizes=(5, 10), others=5, episodes=4)
    assert len(told["rows"]) == 4 + 6
    assert {row["gain"][0] for row in told["rows"] if row["contender"] == driven.ALONE} == {0.0}
    assert [one["kind"] for one in told["controls"]] == ["positive", "negative", "negative"]
    assert find("drivers").draw(told)


def test_every_arm_of_augmentation_is_a_row_and_a_token_alone_changes_little():
    told = rows_of("augmentation", sizes=(5, 10), episodes=4)
    assert len(told["rows"]) == 4 + 8
    assert abs(one_of(told["rows"], contender=augmented.SAME)["saved"][0]) < 0.3
    assert find("augmentation").draw(told)


@pytest.mark.parametrize(("name", "broken"), [("drivers", driven.SHUFFLED), ("augmentation", augmented.AT_RANDOM)])
def test_a_null_that_is_told_the_truth_is_caught(name, broken, monkeypatch):
    where = {"drivers": driven, "augmentation": augmented}[name]
    arms = where._arms

    def cheating(ground, size, *rest):
        for arm, nats in arms(ground, size, *rest):
            yield arm, 0.01 + 0 * nats if arm == broken else 0.5 + 0.001 * nats

    monkeypatch.setattr(where, "_arms", cheating)
    told = rows_of(name, sizes=(5,), episodes=4, **({"others": 3} if name == "drivers" else {}))
    assert [one for one in wrong(told) if broken in one and "negative" in one]
