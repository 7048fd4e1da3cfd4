"""worlds: the room is the orchard's, beliefs are Bayes', and who takes its own acts as evidence finds out less."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.just_ask import layers as network
from analysis.just_ask.worlds import EXPERIMENT, analysis, design, learned
from analysis.just_ask.worlds.analysis import BLANKED, DELUDED, EXACT, FILTER, KNOWS, MEMORYLESS, NETWORK
from analysis.just_ask.worlds.design import ACTS, SIDE, Lives, born, drawn, knows, lived, room
from analysis.probes import Settings, wrong
from worlds.orchard.fortune import WAYS, Fortune, carry_out

COUNT = 400
FEW = Settings(seeds=2, split="validation", episodes=200)


def lives(seed: int = 0, count: int = COUNT) -> Lives:
    return born(count, np.random.default_rng(seed))


def test_acts_lead_where_the_orchards_rules_lead_them():
    made, done = room(), np.empty(1, np.int8)
    centre, still = SIDE * SIDE // 2, Fortune(False, 0.0, 0.0, 0, ACTS)
    for way in range(WAYS):
        for act in range(ACTS):
            carry_out(np.array([act], np.int8), np.uint64(0), 0, still._replace(way=way), done)
            assert made.led[way, centre, act] == made.led[0, centre, done[0]]
    assert made.distance[0, -1] == SIDE - 1


def test_what_may_come_of_an_act_adds_up_to_one_and_is_what_comes_of_it():
    made, generator = room(), np.random.default_rng(0)
    cell, act, way, many = 3 * SIDE + 8, 5, 2, 20000  # beside a wall
    every = np.arange(SIDE * SIDE)
    chance = made.outcome(np.full(len(every), cell), np.full(len(every), act), every)
    assert np.allclose(chance.sum(0), 1)
    one = Lives(*(np.full(many, value) for value in (cell, 0, way)))
    one.live(np.full(many, act), generator)
    assert np.abs(np.bincount(one.cell, minlength=len(every)) / many - chance[:, way]).max() < 0.02


def test_who_knows_the_way_takes_as_many_steps_as_it_is_far_where_nothing_slips(monkeypatch):
    monkeypatch.setattr(design, "SLIP", 0.0)
    one = lives()
    with np.errstate(divide="ignore"):
        lived(one, knows, np.random.default_rng(1))
    assert np.array_equal(one.took, room().distance[one.start, one.goal])


def test_beliefs_are_right_as_often_as_they_are_sure():
    one, generator = lives(3, 4000), np.random.default_rng(3)
    for _ in range(4):
        one.live(drawn(EXACT[FILTER](one), generator), generator)
    belief = np.exp(one.outcomes - one.outcomes.max(1, keepdims=True))
    belief /= belief.sum(1, keepdims=True)
    truth = np.eye(WAYS)[one.way]
    for low in np.arange(0, 1, 0.2):
        some = (belief >= low) & (belief < low + 0.2)
        assert abs(belief[some].mean() - truth[some].mean()) < 0.03


def test_who_has_arrived_stays_and_learns_nothing_more():
    one, generator = lives(), np.random.default_rng(0)
    lived(one, knows, generator)
    there, pairs, took = one.there, one.pairs.copy(), one.took.copy()
    one.live(np.full(COUNT, 1), generator)
    assert there.mean() > 0.9
    assert np.array_equal(one.pairs[there], pairs[there])
    assert np.array_equal(one.took[there], took[there])


def test_gradients_are_those_of_finite_differences():
    generator = np.random.default_rng(0)
    layers = [layer.astype(float) for layer in network.network([5, 4, 3], generator)]
    x, act = generator.normal(size=(7, 5)), generator.integers(3, size=7)

    def loss() -> float:
        return float(-np.log(network.chances(layers, x)[np.arange(7), act]).mean())

    for layer, slope in zip(layers, network.slopes(layers, x, act), strict=True):
        for place in np.ndindex(layer.shape):
            layer[place] += 1e-5
            more = loss()
            layer[place] -= 2e-5
            assert (more - loss()) / 2e-5 == pytest.approx(slope[place], abs=1e-6)
            layer[place] += 1e-5


def little(rounds: int, episodes: tuple[int, ...]) -> dict:
    """The experiment with networks that learn for so many rounds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysis, "learned", lambda seed, own: learned.learned(seed, own, rounds))
        patch.setattr(analysis, "ANEW", episodes)
        return EXPERIMENT.run(None, FEW)


@pytest.fixture(scope="module")
def document():
    return little(20, (1, 30))


def test_the_filter_finds_out_and_who_remembers_nothing_or_believes_itself_does_not(document):
    found = {one["name"]: one for one in document["controls"]}
    assert found[FILTER]["passed"]
    assert not any(found[name]["passed"] for name in (BLANKED, MEMORYLESS, DELUDED))
    regret = {one["contender"]: one["regret"][0] for one in document["rows"]}
    assert regret[KNOWS] == 0
    assert regret[FILTER] == 1
    assert 1.5 < regret[DELUDED] < regret[MEMORYLESS]


def test_a_network_that_has_hardly_learned_does_not_pass(document):
    assert [what for what in wrong(document) if f"'{NETWORK}'" in what]


def test_a_control_that_finds_out_is_caught(monkeypatch):
    monkeypatch.setitem(EXACT, DELUDED, EXACT[FILTER])
    assert [what for what in wrong(little(1, (1,))) if DELUDED in what]


def test_a_network_learns_to_walk_where_north_is_north(monkeypatch):
    def north(count, generator):
        one = born(count, generator)
        return replace(one, way=np.zeros_like(one.way))

    monkeypatch.setattr(learned, "born", north)
    layers = learned.learned(0, True, rounds=100)
    took = [
        lived(north(COUNT, np.random.default_rng(5)), one, np.random.default_rng(1)).took.mean()
        for one in (learned.asked(layers), knows)
    ]
    assert took[0] < took[1] + 1.5


def test_learning_anew_takes_many_episodes():
    early, late = learned.anew(lives(count=60), (1, 800), np.random.default_rng(0))
    assert early.mean() > 15
    assert late.mean() < 13.5
