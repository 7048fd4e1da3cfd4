"""The essay's table: shares are exact, asking learns by hindsight and does not stitch, what is spoiled is caught."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from analysis.just_ask import find
from analysis.just_ask.better.design import FruitMap
from analysis.just_ask.table import analysis, asking, ground, measured, rewards, stitching, tries, tuned
from analysis.just_ask.table.analysis import which
from analysis.just_ask.table.design import ACROSS, ASK, OPTIMISE, REACH, TRIES, TUNED, Design
from analysis.just_ask.worlds.design import SIDE, STEPS
from analysis.probes import Settings, wrong
from analysis.probes.probe import one_of

LITTLE = Design(
    steps=(256, 512), few=256, scenes=1, demonstrations=(20,), tries=(1, 16), meta=4, copies=2, there=(0, 2), rounds=3,
    lives=200, again=16, recorded=(200,), training=60,
)  # fmt: skip
FEW = Settings(seeds=2, split="validation")
LINE = np.array([[0, 0, 1], [1, 0, 2], [2, 1, 3], [3, 2, 4], [4, 3, 4]])  # stay, left, right


@pytest.fixture(scope="module")
def rivals(tmp_path_factory):
    rows = [
        {"of": REACH, "method": method, "seed": seed, "budget": budget, "share": share + seed / 100}
        for method, share in (
            ("DQN", 0.9),
            ("PPO", -0.5),
            ("DQN, hindsight replay", 0.99),
            ("PPO, its own simulator", 1),
        )
        for seed in (0, 1)
        for budget in LITTLE.steps
    ]
    path = tmp_path_factory.mktemp("rivals") / "measured.json"
    path.write_text(json.dumps({"rows": rows}), encoding="utf-8")
    return path


def little(rivals, design: Design = LITTLE) -> dict:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measured, "PATH", rivals)
        patch.setattr(rewards, "SHUFFLES", 1)
        return find("table").run(None, FEW, design=design)


@pytest.fixture(scope="module")
def document(rivals):
    return little(rivals)


def test_who_knows_takes_as_many_steps_as_it_is_far():
    start, goal = ground.ground().pairs
    took = ground.steps(ground.best())
    assert np.array_equal(took[goal, start], ground.ground().distance[start, goal])
    assert ground.share(ground.best()) == pytest.approx(1)
    assert ground.share(ground.at_random()) == pytest.approx(0)


def test_expected_steps_are_those_of_lives_that_are_played():
    policy = 0.3 * ground.at_random() + 0.7 * ground.best()
    played = ground.played(policy, np.random.default_rng(0), 20000)
    assert ground.share(policy) == pytest.approx(played, abs=0.02)


def test_the_room_has_two_halves_with_a_gap_between_them():
    across, within = stitching.across(), stitching.within()
    made = ground.ground()
    assert {made.distance[0, SIDE - 1], made.distance[SIDE - 1, 0]} == {12}
    assert 0 < across.shape[1] < made.pairs.shape[1]
    halves = np.sign(across % SIDE - ground.WALL)
    assert (halves[0] == -halves[1]).all()
    assert not set(map(tuple, across.T)) & set(map(tuple, within.T))


def test_what_comes_later_comes_later_in_the_same_life():
    lives = stitching.recorded(40, 0)
    cell, goal, act = lives.examples(500, np.random.default_rng(0))
    steps = {
        (int(lives.cell[e, t]), int(lives.cell[e, later]), int(lives.act[e, t]))
        for e in range(40)
        for t in range(lives.length[e])
        for later in range(t + 1, lives.length[e] + 1)
    }
    assert set(zip(cell.tolist(), goal.tolist(), act.tolist(), strict=True)) <= steps


def test_every_step_of_every_life_is_as_likely_an_example():
    lives = stitching.recorded(5, 1)
    life, step = lives.steps(40000, np.random.default_rng(0))
    counts = np.zeros((5, STEPS))
    np.add.at(counts, (life, step), 1)
    there = np.arange(STEPS) < lives.length[:, None]
    assert not counts[~there].any()
    assert np.allclose(counts[there] / 40000, 1 / there.sum(), rtol=0.3)


def test_no_recorded_life_has_been_in_both_halves_and_the_best_acts_on_them_stitch():
    lives = stitching.recorded(1000, 0)
    for cell, length in zip(lives.cell, lives.length, strict=True):
        halves = set(np.sign(cell[: length + 1] % SIDE - ground.WALL).tolist())
        assert not halves >= {-1, 1}
    assert (lives.length < STEPS).any()
    assert ground.share(stitching.planned(lives), stitching.across()) > 0.95
    assert abs(ground.share(stitching.cloned(lives), stitching.across())) < 0.05


def test_joined_lives_lead_from_one_half_to_the_other_and_single_ones_never_do():
    lives, generator = stitching.recorded(1000, 0), np.random.default_rng(1)
    meet = stitching.meetings(lives)

    def crossing(examples) -> float:
        start, goal = (np.sign(one % SIDE - ground.WALL) for one in examples[:2])
        return float((start * goal < 0).mean())

    assert crossing(lives.examples(5000, generator)) == 0
    assert crossing(stitching.joined(lives, meet, 5000, generator)) > 0.002


def test_hindsight_learns_to_come_to_cells_near_by_and_with_goals_shuffled_nothing():
    lives = stitching.recorded(250, 0)
    told = {name: policy for name, _, policy in stitching.taught(lives, 400, 0, shuffled=True)}
    assert ground.share(told["hindsight"], stitching.within()) > 0.6
    assert ground.share(told["hindsight"], stitching.across()) < 0.4
    assert abs(ground.share(told["goals shuffled"], stitching.within())) < 0.1


def test_who_lives_itself_lives_as_many_steps_as_it_is_given():
    assert len(list(asking.hindsight((128, 256), np.random.default_rng(0)))) == 2
    assert asking.live(None, 3, np.random.default_rng(0)).cell.shape == (3, STEPS + 1)


def test_the_filter_over_hidden_goals_is_sure_once_it_was_rewarded_and_excludes_what_was_in_vain():
    told = np.zeros((2, 2, len(tries.GOALS)))
    told[0, 0, :5], told[1, 1, 7] = 1, 1
    belief = tries.believed(told)
    assert belief[0].tolist() == [0] * 5 + [1] * 7
    assert belief[1].tolist() == [0] * 7 + [1] + [0] * 4
    took = list(tries.lived(tries.filtering(), 2, (0, 12), np.random.default_rng(0)))
    knows = next(tries.lived(tries.knows, 2, (0,), np.random.default_rng(0)))
    assert np.array_equal(knows, ground.ground().distance[tries.START, tries.GOALS][np.tile(np.arange(12), 2)])
    assert took[0].mean() > knows.mean() + 2
    assert np.array_equal(took[1], knows)


def test_who_learned_from_many_tasks_is_better_after_tries_and_not_after_those_of_another_task():
    made, generator = tries.learned(15, np.random.default_rng(0)), np.random.default_rng(1)
    first, later = tries.lived(tries.asked(made), 4, (0, 6), generator)
    others = list(tries.lived(tries.asked(made, np.roll(np.arange(48), 1)), 4, (6,), generator))
    assert tries.share(later, generator) > tries.share(first, generator) + 0.3
    assert tries.share(others[0], generator) < 0.4


def test_q_learning_in_one_task_takes_many_lives():
    early, late = tries.anew(1, (1, 400), np.random.default_rng(0))
    assert early.mean() > STEPS - 1
    assert late.mean() < 10


def walk(fruit_map: FruitMap, acts: tuple[int, ...]) -> np.ndarray:
    ordered = iter(acts)
    return fruit_map.played(lambda step, cell, left: next(ordered))


def test_maximum_entropy_expects_what_all_lives_bring_each_as_likely_as_exp_of_it():
    fruit_map = FruitMap(LINE, np.array([0, 3]), np.array([0, 1]), 2, 1, 4)
    worth = np.array([0.7, -0.4])
    eaten = np.array([walk(fruit_map, acts) for acts in product(range(3), repeat=4)])
    chance = np.exp(eaten @ worth)
    steps = rewards.unrolled(fruit_map)
    assert rewards.expected(steps, worth) == pytest.approx(chance @ eaten / chance.sum())


def test_the_likeliest_worth_is_found_again_from_what_it_brings():
    fruit_map = FruitMap(LINE, np.array([0, 3]), np.array([0, 1]), 2, 1, 6)
    steps, worth = rewards.unrolled(fruit_map), np.array([1.0, -0.5])
    found = rewards.likeliest(steps, rewards.expected(steps, worth)[None])
    slope = rewards.expected(steps, worth) - rewards.expected(steps, found) - rewards.RIDGE * found
    assert np.abs(slope).max() < 1e-3
    assert found == pytest.approx(worth, abs=0.2)


def test_who_is_told_of_the_place_alone_is_told_nothing_of_the_history():
    lives = tuned.born(4, np.random.default_rng(0))
    before = tuned.seen(lives)
    lives.pairs[:] = 3
    assert np.array_equal(tuned.seen(lives), before)
    assert before.shape[1] == 2 * (2 * SIDE - 1) + 2 * SIDE
    assert tuned.share(tuned.knows, 100, 0, "validation") == 1
    assert tuned.share(tuned.at_random, 100, 0, "validation") == 0


@pytest.mark.parametrize(
    ("ahead", "words"),
    [((0.2, 0.1, 0.3), "ask"), ((0.1, 0.01, 0.2), "open"), ((-0.2, -0.3, -0.06), "optimise"), ((0.1, None, None), "–")],
)
def test_who_is_ahead_is_said_only_where_the_whole_interval_says_it(ahead, words):
    assert which(ahead) == words


def test_both_columns_of_every_goal_are_rows_and_the_better_rival_is_who_asking_is_held_against(document):
    columns = {(row["of"], row["column"]) for row in document["rows"]}
    for of in (REACH, TRIES, TUNED, ACROSS):
        assert {(of, OPTIMISE), (of, ASK)} <= columns
    row = one_of(document["rows"], of=REACH, column=ASK, budget=512)
    assert row["ahead"][0] == pytest.approx(row["share"][0] - 0.905, abs=1e-6)
    between = [row for row in document["rows"] if row["column"] == "between"]
    assert {row["contender"] for row in between} == {"DQN, hindsight replay"}
    assert {row["which"] for row in between} == {"–"}
    assert find("table").draw(document)
    assert find("table").tables(document)


def test_what_is_exact_passes_and_what_was_spoiled_does_not(document):
    assert not [what for what in wrong(document) if "'tuned: Bayes" not in what]


def test_without_the_libraries_rows_asking_is_held_against_nobody(tmp_path):
    rows = little(tmp_path / "none.json", replace(LITTLE, tries=(1,)))["rows"]
    row = one_of(rows, of=REACH, column=ASK, budget=512)
    assert row["ahead"][0] is None
    assert row["which"] == "–"


@pytest.mark.parametrize("broken", ["shuffled", "stitched"])
def test_a_control_that_reaches_its_goal_is_caught(rivals, monkeypatch, broken):
    best = ground.best()
    if broken == "shuffled":
        monkeypatch.setattr(asking, "asked", lambda layers: best)
        told = "reach: goals shuffled"
    else:
        monkeypatch.setattr(stitching, "cloned", lambda lives: best)
        told = f"{ACROSS}: cloning"
    assert [what for what in wrong(little(rivals)) if told in what]


def test_what_ships_has_five_seeds_of_every_method_and_budget():
    rows = measured.measured(range(5))
    found = {}
    for row in rows:
        found.setdefault((row["of"], row["method"], row["budget"]), set()).add(row["seed"])
    assert found
    assert all(seeds == set(range(5)) for seeds in found.values())
    design = Design()
    for budget in design.steps:
        assert {(REACH, method, budget) for method in ("DQN", "PPO", "DQN, hindsight replay")} <= found.keys()
    assert {(TRIES, "PPO", budget) for budget in design.tries} <= found.keys()
    assert {(ACROSS, "CQL", budget) for budget in design.recorded} <= found.keys()
    assert {(TUNED, "PPO, fine-tuned", budget) for budget in design.there} <= found.keys()


def test_measuring_again_takes_the_place_of_what_was_measured_of_the_same_goals(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "PATH", tmp_path / "measured.json")
    one, other = ({"of": of, "method": "PPO", "seed": 0, "budget": 1, "share": 0.5} for of in (REACH, TRIES))
    measured.PATH.write_text(json.dumps(measured.kept([one, other], {REACH: 1})), encoding="utf-8")
    again = measured.kept([{**one, "share": 0.7}], {REACH: 2})
    assert again["rows"] == [other, {**one, "share": 0.7}]
    assert again["seconds"] == {REACH: 2}


def test_the_experiment_judges_every_control_it_names(document):
    assert len(document["controls"]) == len(analysis.JUDGED)
    assert all(len(row["share"]) == 3 for row in document["rows"])
