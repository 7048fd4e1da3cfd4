"""trial: beliefs are Bayes', a try counts once, the exact operator is a level less clumsy, broken nulls are caught."""

import numpy as np
import pytest

from analysis.just_ask.layers import forwards, network
from analysis.just_ask.trial import EXPERIMENT, analysis, learned
from analysis.just_ask.trial.analysis import ALONE, ITERATED, RETRIAL, UNORDERED
from analysis.just_ask.trial.design import (
    CLUMSY,
    FAR,
    SHOWN,
    STEPS,
    TASKS,
    Design,
    Lives,
    bayes,
    born,
    by_act,
    clumsy,
    improved,
    likeliest,
    lived,
    ring,
)
from analysis.just_ask.trial.learned import DEMONSTRATORS, asked, improving, retrying, slopes, told
from analysis.just_ask.worlds.design import ACTS, SIDE, room
from analysis.probes import Settings, wrong
from analysis.probes.probe import one_of

FEW = Settings(seeds=2, split="validation")


def demonstrated(count: int = 2000, seed: int = 0, mistold: bool = False) -> tuple[Lives, np.random.Generator]:
    generator = np.random.default_rng(seed)
    lives = born(count, generator, mistold)
    lives.watch(DEMONSTRATORS[lives.task], generator)
    return lives, generator


def test_tasks_are_different_cells_as_far_from_the_middle_and_who_knows_one_does_it():
    made = ring()
    assert len(set(made.goal.tolist())) == TASKS
    assert (room().distance[made.middle, made.goal] == FAR).all()
    every = lived(likeliest(made.known), np.random.default_rng(0))
    assert np.array_equal(every.end, made.goal)
    assert every.cell.shape == (STEPS, TASKS)


def test_beliefs_are_products_of_chances_over_what_was_seen():
    lives, generator = demonstrated(40)
    odds = np.ones((40, TASKS))
    for life, cell, act in np.argwhere(lives.acts):
        odds[life] *= (0.4 * ring().known[:, cell, act] + 0.6 / ACTS) ** lives.acts[life, cell, act]
    assert np.allclose(lives.belief()[..., 0], odds / odds.sum(1, keepdims=True))
    ended = lived(bayes(lives), generator).end
    won = lives.attempt(bayes(lives), generator)
    odds *= np.where(won[:, None], ring().goal == ended[:, None], ring().goal != ended[:, None])
    assert np.allclose(lives.belief()[..., 0], odds / odds.sum(1, keepdims=True))


def test_bayes_succeeds_as_often_as_it_believes_and_every_try_takes_the_next_task():
    lives, generator = demonstrated(6000)
    due = -np.sort(-lives.belief()[..., 0], 1).cumsum(1).mean(0)
    found = [lives.attempt(bayes(lives), generator).mean() for _ in range(TASKS)]
    assert np.abs(np.array(found) - due).max() < 0.03
    assert found[-1] == 1


def test_act_by_act_the_first_try_is_worse_and_the_later_ones_stand_still():
    lives, generator = demonstrated()
    found = [lives.attempt(by_act(lives), generator).mean() for _ in range(6)]
    assert 0.4 < found[0] < 0.53
    assert found[5] - found[4] < 0.02
    assert found[5] < 0.75


def test_who_is_mistold_hears_as_often_of_success_and_never_of_its_own():
    lives, generator = demonstrated(20000, mistold=True)
    goal = ring().known[lives.task]
    won = lives.attempt(np.where((lives.task < 6)[:, None, None], likeliest(goal), 1 / ACTS), generator)
    heard = lives.ends[:, 1].sum(1) > 0
    assert heard.sum() == won.sum()
    assert abs(heard[won].mean() - won.mean()) < 0.02


@pytest.mark.parametrize("share", SHOWN)
def test_the_exact_operator_is_a_tenth_less_clumsy(share):
    generator = np.random.default_rng(1)
    lives = born(30, generator)
    lives.watch(clumsy(share)[lives.task], generator, each=400)
    around = room().distance[ring().middle] <= FAR
    due = clumsy(round(share - 0.1, 1))[lives.task]
    assert np.abs(improved(lives) - due)[:, around].mean() < 0.004


def test_slopes_are_those_of_the_cross_entropy():
    generator = np.random.default_rng(0)
    lives, _ = demonstrated(6)
    shown = lived(DEMONSTRATORS[lives.task], generator)
    lesson = learned.Lesson(told(lives).astype(float), shown.cell, shown.act)
    layers = [layer.astype(float) for layer in network([lesson.x.shape[1], 5, SIDE * SIDE * ACTS], generator)]
    layers[2] *= 10

    def nats() -> float:
        odds = forwards(layers, lesson.x)[-1].reshape(6, -1, ACTS)
        chosen = odds[np.arange(6), lesson.cell]
        log = chosen - np.log(np.exp(chosen).sum(-1, keepdims=True))
        return -float(np.take_along_axis(log, lesson.act[..., None], -1).mean())

    for layer, slope in zip(layers, slopes(layers, lesson), strict=True):
        at = np.unravel_index(np.abs(slope).argmax(), slope.shape)
        before, step = nats(), 1e-6
        layer[at] += step
        assert (nats() - before) / step == pytest.approx(slope[at], rel=1e-3)
        layer[at] -= step


def test_a_network_learns_from_demonstrations_and_from_tries():
    layers = retrying(0, 120)
    lives, generator = demonstrated(1000, 5)
    first = lives.attempt(asked(layers)(lives), generator).mean()
    assert first > 0.25 > 2.5 / TASKS
    assert lives.attempt(asked(layers)(lives), generator).mean() > first + 0.05
    blank, generator = demonstrated(1000, 5)
    policy = asked(layers, acts=False)(blank)
    assert (policy == policy[0]).all()
    assert not told(blank, acts=False).any()


def test_order_alone_makes_an_operator_improve():
    rates = {}
    for ordered in (True, False):
        generator = np.random.default_rng(3)
        lives, layers = born(300, generator), improving(0, 120, ordered)
        learned.experience(lives, clumsy(SHOWN[0])[lives.task], generator)
        for _ in range(4):
            rates[ordered] = learned.experience(lives, asked(layers, sure=False)(lives), generator).mean()
    assert rates[True] > 2 * rates[False]


def tiny() -> dict:
    return EXPERIMENT.run(settings=FEW, design=Design(episodes=100, rounds=2))


def test_every_contender_is_a_row_and_what_is_not_learned_is_not_shown():
    document = tiny()
    assert EXPERIMENT.draw(document)
    assert EXPERIMENT.tables(document)
    judged = {control["name"]: control["passed"] for control in document["controls"]}
    assert judged[f"{RETRIAL}: Bayes"]
    assert judged[f"{ITERATED}: exact operator"]
    rows = {(row["contender"], row["step"]): row["shown"] for row in document["rows"]}
    assert (rows["network", 2], rows["operator", 8], rows["network", 1]) == ("no", "no", "–")
    assert (rows["Bayes", 2], rows["exact operator", 8]) == ("yes", "yes")
    assert one_of(document["rows"], of=RETRIAL, contender="demonstrator")["success"][0] < CLUMSY


def test_nulls_that_are_told_everything_are_caught(monkeypatch):
    monkeypatch.setattr(analysis, "asked", lambda layers, sure=True, acts=True, ends=True: bayes)
    caught = " ".join(wrong(tiny()))
    assert f"negative control '{RETRIAL}: {ALONE}'" in caught
    assert f"negative control '{ITERATED}: {UNORDERED}'" in caught
