"""The experiment variance: its exact moments, and the effect where it is and where it was taken away."""

import numpy as np
import pytest

from analysis.just_ask import find
from analysis.just_ask.asking import episodes
from analysis.just_ask.variance import analysis
from analysis.just_ask.variance.analysis import ITSELF, Cell, begins, exponents
from analysis.just_ask.variance.design import HORIZONS, LEANS, NOTHING, OPEN, Design, Ground, Rollouts
from analysis.just_ask.variance.sampled import drawn, noise
from analysis.probes import Settings, Subject, Trial
from analysis.probes.probe import one_of, wrong

SETTINGS = Settings(seeds=2, episodes=1, split="validation")
LEAST = 0.2  # of what drawn gradients may be off by, in so few draws


@pytest.fixture(scope="module")
def ground():
    episode = next(episodes(Trial(Subject(None), SETTINGS, Design())))[2]
    return Ground(episode, np.random.default_rng(0))


@pytest.fixture
def few(monkeypatch):
    """Not so many draws, which may be farther off."""
    monkeypatch.setattr(analysis, "SAMPLES", 2000)
    monkeypatch.setattr(analysis, "CLOSE", LEAST)


def test_a_policy_gradient_is_noisier_and_the_supervised_one_is_not_noisier_than_itself(few):
    made = find("variance").run(None, SETTINGS)
    assert not wrong(made)
    assert one_of(made["rows"], contender=NOTHING, acts=1)["less"][0] == 1
    assert one_of(made["rows"], contender=ITSELF, acts=1)["ratio"][0] == 1
    assert find("variance").draw(made)["variance"].axes
    assert find("variance").tables(made)


def test_where_both_gradients_are_the_same_the_positive_controls_fail(few, monkeypatch):
    monkeypatch.setattr(Rollouts, "rewarded", Rollouts.supervised)
    failed = wrong(find("variance").run(None, SETTINGS))
    assert [text for text in failed if f"'{NOTHING}, acts: 1' does not show" in text]
    assert [text for text in failed if "'gradients that are drawn' does not show" in text]


def test_who_has_learned_nothing_is_as_much_noisier_as_acts_are_open_and_a_little_more(ground):
    """By hand: of k acts alike, a reward comes with 1/k of the expert's chance, and the mean is 1/k of the other."""
    begun = begins(8, 1.0, len(ground.start))
    for policy in list(ground.policies(np.random.default_rng(0)))[: len(OPEN)]:
        made, acts = ground.rollouts(policy, 1), (policy.own[0] > 0).sum()
        supervised, rewarded = made.supervised.noise(begun), made.rewarded.noise(begun)
        assert rewarded / supervised == pytest.approx(acts + (acts - 1) / supervised)


def test_every_rollout_is_there_once_and_drawn_gradients_agree(ground):
    generator = np.random.default_rng(0)
    begun = begins(4, 0.0, len(ground.start))
    leaning = next(one for one in ground.policies(generator) if one.family == LEANS)
    for horizon in HORIZONS:
        made = ground.rollouts(leaning, horizon)
        assert made.own.shape[1] == ground.expert.shape[1] ** horizon
        assert made.own.sum(1) == pytest.approx(1)
        assert made.expert.sum(1) == pytest.approx(1)
        exact = made.supervised.noise(begun), made.rewarded.noise(begun)
        came = [noise(one) for one in drawn(ground, leaning, horizon, begun, 20000, generator)]
        assert came == pytest.approx(exact, rel=0.15)


def test_acts_lead_to_other_cells_and_what_lies_there_is_eaten(ground):
    scenes = list(ground._number)
    for k, (cell, left) in enumerate(scenes[: len(ground.after)]):
        assert scenes[ground.after[k, 0]] == (cell, left)  # who stays
        for to in ground.after[k]:
            there, still = scenes[to]
            assert still == left - {there}
    assert {len(left) for _, left in scenes} >= {4, 5}


def test_exponents_are_those_by_which_a_ratio_was_made():
    cells = [Cell(h, a, 3 * h**-0.4 * a**2.4, 0, 0.0) for h in (0.7, 1.4, 3.4) for a in (0.5, 1.0, 2.0)]
    assert exponents(cells) == pytest.approx((-0.4, 2.4, 1.0))
    assert np.isnan(exponents([one._replace(ratio=1.0) for one in cells])[2])


def test_beginnings_are_as_even_as_they_are_told_to_be():
    assert begins(2, 0.0, 4).tolist() == [0.5, 0.5, 0, 0]
    assert begins(2, 1.0, 3) == pytest.approx([2 / 3, 1 / 3, 0])
