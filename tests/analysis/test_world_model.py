"""world-model: shares are of the posterior's bits, over trainings and episodes; what a reading is fitted to."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis.just_ask import find
from analysis.just_ask.world_model.analysis import POSTERIOR, resampled
from analysis.just_ask.world_model.design import EXCHANGED, IMITATION, NEXT, RANDOM, SELF, Design, bits
from analysis.probes import Settings, wrong
from analysis.probes.probe import one_of

KNOWN = {NEXT: 0.6, IMITATION: 0.7, SELF: 0.05, RANDOM: 0.02, EXCHANGED: -0.05}


def measured(folder: Path, **known: float) -> Design:
    """A file in which each trunk tells a share of the posterior's bits, the more the fewer kinds there are."""
    generator, rows = np.random.default_rng(0), []
    for kinds in (3, 5):
        for seed in range(3):
            posterior = {"taste": generator.uniform(1, 2, 40), "blindness": generator.uniform(0.5, 1, 40)}
            for name, share in (KNOWN | known).items():
                told = {
                    trait: share * 3 / kinds * some + generator.normal(0, 0.1, 40) for trait, some in posterior.items()
                }
                figures = {"bits": told, "posterior": posterior}
                listed = {key: {trait: list(some) for trait, some in one.items()} for key, one in figures.items()}
                rows.append({"kinds": kinds, "agents": 2, "seed": seed, "objective": name} | listed)
    path = folder / "measured.json"
    path.write_text(json.dumps({"rows": rows}))
    return Design(measured=path)


def run(design: Design) -> dict:
    return find("world-model").run(settings=Settings(seeds=1), design=design)


def test_shares_are_of_the_posteriors_bits_of_all_traits(tmp_path):
    document = run(measured(tmp_path))
    assert not wrong(document)
    for kinds in (3, 5):
        exact = one_of(document["rows"], kinds=kinds, contender=POSTERIOR)
        mine = one_of(document["rows"], kinds=kinds, contender=NEXT)
        assert exact["share"] == [1, 1, 1]
        assert mine["share"][0] == pytest.approx(0.6 * 3 / kinds, abs=0.03)
        assert mine["bits"][0] == pytest.approx(mine["share"][0] * exact["bits"][0])
        assert (mine["trainings"], mine["known"]) == (3, "yes")
    assert find("world-model").draw(document)
    assert find("world-model").tables(document)


@pytest.mark.parametrize("name", [SELF, RANDOM, EXCHANGED])
def test_a_null_that_knows_others_in_one_world_is_caught(tmp_path, name):
    (told,) = wrong(run(measured(tmp_path, **{name: 0.4})))
    assert name in told


def test_who_knows_others_nowhere_fails(tmp_path):
    assert wrong(run(measured(tmp_path, **{NEXT: 0.2})))


def test_intervals_are_over_trainings_as_well_as_episodes():
    part = np.repeat(np.array([[0.1], [0.9]]), 50, axis=1)  # two trainings, each the same in all episodes
    value, low, high = resampled(part, np.ones_like(part))
    assert (value, low, high) == pytest.approx((0.5, 0.1, 0.9))


def test_bits_are_added_over_traits():
    rows = [{"bits": {"taste": [1, 2], "blindness": [0.5, 0]}}, {"bits": {"taste": [0, 1], "blindness": [1, 1]}}]
    assert bits(rows, "bits").tolist() == [[1.5, 2], [1, 2]]


@pytest.fixture
def script(monkeypatch):
    """benchmarks/world_model.py, made tiny."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    sys.modules.pop("world_model", None)
    import world_model

    monkeypatch.setattr(world_model, "EPISODES", {"train": 6, "validation": 2, "test": 3})
    monkeypatch.setattr(world_model, "FITTED", 6)
    monkeypatch.setattr(world_model, "STEPS", 2)
    monkeypatch.setattr(world_model, "WIDTH", 16)
    return world_model


def test_a_trunk_is_asked_where_those_are_next_whom_it_saw(script, tmp_path):
    log = script.logged(tmp_path, 5, 2, "train", "train", 6)
    kind = script.OBJECTIVES[NEXT]
    config = kind.filled(script.TrainConfig(train_steps=1, width=16, layers=1))
    episode = log[0]
    for alone in (False, True):
        batches = script.Foreseeing(alone).batches([log], config)
        asked = batches._asked(batches.inputs[0], episode, 0, np.zeros((2, 3), np.int64), np.random.default_rng(0))
        assert {prompt.body for prompt in asked.prompts} == ({0} if alone else {0, 1})
        assert (asked.types == script.UNLABELLED).all()
        for prompt in asked.prompts:
            leads = episode.geometry.neighbor[episode.cell[prompt.step, prompt.body]]
            assert leads[prompt.action[0]] == leads[episode.action[prompt.step, prompt.body]]
            assert not episode.role[prompt.step][prompt.body]


def test_rows_are_written_once(script, tmp_path):
    for objective in (NEXT, IMITATION):
        for _ in range(2):
            script.one(tmp_path, 5, 2, objective, 0)
    rows = list(script.done(tmp_path))
    assert [row["objective"] for row in rows] == [NEXT, RANDOM, EXCHANGED, IMITATION]
    assert all(len(row["bits"]["taste"]) == 3 for row in rows)


def test_a_reading_finds_what_a_state_holds_and_nothing_in_noise(script):
    generator = np.random.default_rng(0)
    true = script.torch.from_numpy(generator.integers(4, size=2000))
    noise = script.torch.from_numpy(generator.normal(size=(2000, 6))).float()
    held = script.torch.cat([noise, 3 * script.torch.eye(4)[true]], 1)
    nats = [
        float(script.F.cross_entropy(script.fit(x[:1000], true[:1000], 4, 1e-3)(x[1000:]).detach(), true[1000:]))
        for x in (noise, held)
    ]
    assert nats[0] == pytest.approx(np.log(4), abs=0.03)
    assert nats[1] < 0.2
