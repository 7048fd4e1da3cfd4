"""The experiment scaling finds a law, a late understanding and a peak where they are, and none where they are not."""

import json
from dataclasses import replace

import numpy as np
import pytest

from agents.orchard.policy import softmax
from analysis.just_ask import find
from analysis.just_ask.asking import episodes
from analysis.just_ask.scaling import analysis, design, law, wheel
from analysis.just_ask.scaling.design import Design, Scenes, learned_from, scenes
from analysis.just_ask.scaling.features import errors
from analysis.just_ask.scaling.wheel import Wheel, learned
from analysis.probes import Settings, Subject, Trial
from analysis.probes.probe import one_of, wrong
from worlds import FunhouseError

SETTINGS = Settings(seeds=2, split="validation")


def trainings(power: float, seeds: int = 3) -> list[dict]:
    """Trainings whose nats fall with episodes and weights to a power; 0: whatever the amount."""
    generator = np.random.default_rng(0)
    made = []
    for width, amount in [(128, n) for n in (8, 80, 800, 8000)] + [(w, 8000) for w in (8, 32)]:
        for seed in range(seeds):
            nats = (amount * width**2) ** -power * generator.uniform(0.98, 1.02, size=(4, 6))
            look = dict(zip(law.CELLS, nats[:, 0].tolist(), strict=True))
            curve = [{"step": step, **{cell: at * step**-0.5 for cell, at in look.items()}} for step in (25, 100, 400)]
            told = dict(zip(law.CELLS, nats.tolist(), strict=True))
            size = {"episodes": amount, "weights": 9000 + 100 * width**2, "blocks": 100 * width**2}
            made.append({**size, "seed": seed, "curve": curve, "nats": told})
    return made


@pytest.fixture
def small(monkeypatch):
    """What is learned in a moment: fewer kinds and rows, one draw of features."""
    monkeypatch.setattr(wheel, "KINDS", 13)
    monkeypatch.setattr(wheel, "STEPS", 300)
    monkeypatch.setattr(law, "RESAMPLES", 100)
    monkeypatch.setattr(analysis, "DRAWS", 1)
    for module in (analysis, design):
        monkeypatch.setattr(module, "ROWS", 100)
    monkeypatch.setattr(analysis, "WIDTHS", (10, 100, 1000))
    monkeypatch.setattr(design, "LEARNED", 20)
    monkeypatch.setattr(analysis, "Design", lambda: replace(Design(), episodes=60))


def told(path, monkeypatch, **document):
    """What the experiment comes to with a file of trainings, or none."""
    if document:
        path.write_text(json.dumps(document))
    monkeypatch.setattr(law, "MEASURED", path)
    return find("scaling").run(None, SETTINGS, design=Design(episodes=60))


def test_trainings_on_a_line_are_a_law_and_others_are_not(small, monkeypatch, tmp_path):
    for power, shown in ((0.25, "yes"), (0.0, "no")):
        made = told(tmp_path / "measured.json", monkeypatch, rows=trainings(power))
        for axis in ("episodes", "blocks"):
            row = one_of(made["rows"], contender=f"behave 0, {axis}")
            assert row["shown"] == shown
            assert row["exponent"][0] == pytest.approx(power, abs=0.02)
            assert row["exponent"][1] <= row["exponent"][0] <= row["exponent"][2]
        assert not [text for text in wrong(made) if "law" in text]
        drawn = find("scaling").draw(made)["scaling"]
        assert len(drawn.axes) == 3
    assert one_of(made["rows"], contender="behave 0, steps")["exponent"][0] == pytest.approx(0.5, abs=0.02)


def test_without_the_file_all_else_is_told_and_which_command_makes_it(small, monkeypatch, tmp_path):
    made = told(tmp_path / "nothing.json", monkeypatch)
    assert "python benchmarks/scaling.py" in one_of(made["rows"], statement="law")["contender"]
    assert {row["statement"] for row in made["rows"]} == {"law", "late", "peak"}
    assert len(find("scaling").draw(made)["scaling"].axes) == 2
    assert find("scaling").tables(made)
    assert not [text for text in wrong(made) if "peak" in text]


def test_steps_are_those_that_all_trainings_looked_at():
    made = trainings(0.25)
    made[9]["curve"] = made[9]["curve"][:2]  # of the most episodes and weights
    found = law.points(made, "steps", "behave 0")
    assert found.amount.tolist() == [25, 100]
    assert law.points(made, "episodes", "behave 0").amount.tolist() == [8, 80, 800, 8000]
    assert law.points(made, "blocks", "behave 0").decades == pytest.approx(2 * np.log10(16))


def test_the_interval_of_an_exponent_is_as_wide_as_trainings_differ():
    widths = []
    for apart in (0.01, 0.2):
        generator = np.random.default_rng(1)
        nats = [x**-0.5 * np.exp(apart * generator.normal(size=(3, 1))) * np.ones((3, 8)) for x in (1, 10, 100)]
        _, low, high = law.bounded(law.Points(np.array([1.0, 10, 100]), nats, False), generator)[0]
        widths.append(high - low)
    assert widths[0] * 5 < widths[1]


def test_the_wheels_gradients_are_those_of_the_cross_entropy(monkeypatch):
    monkeypatch.setattr(wheel, "KINDS", 5)
    made = Wheel(0)
    rows = slice(made.shown)

    def loss():
        odds = made.sums(rows).astype(float) ** 2 @ made.last
        return -np.mean([np.log(softmax(one)[right]) for one, right in zip(odds, made.answer[rows], strict=True)])

    for layer, slope in zip((made.first, made.last), made.slopes()[1], strict=True):
        before, far = loss(), 0.01
        layer[3, 2] += far
        assert (loss() - before) / far == pytest.approx(slope[3, 2], abs=0.05 * float(np.abs(slope).max()))
        layer[3, 2] -= far


@pytest.mark.slow
def test_what_was_not_shown_is_understood_late_and_without_weight_decay_never():
    assert learned(1000).later > 10
    assert learned(1000, decay=0.0).later == 0


def test_least_squares_without_noise_has_no_peak_and_with_it_one_that_a_ridge_takes_away():
    generator = np.random.default_rng(0)
    x, chances = generator.normal(size=(300, 8)), np.full((300, 2), 0.5)
    for noisy in (False, True):
        y = np.eye(2)[generator.integers(2, size=300)] if noisy else chances
        made = Scenes(x, y, chances)
        parts = made.some(slice(50)), made.some(slice(50, 100)), made.some(slice(100, 300))
        draws = [
            [errors(*parts, width, np.random.default_rng([width, k])) for k in range(5)] for width in (10, 50, 2000)
        ]
        (low, _), (peak, ridge), (high, _) = np.median(draws, axis=1)
        assert (peak > 3 * max(low, high)) == noisy
        assert ridge <= min(peak, 0.1)


def test_scenes_that_are_learned_from_differ_and_there_have_to_be_enough(monkeypatch):
    few = replace(SETTINGS, seeds=1, episodes=6)
    found = scenes([one for *_, one in episodes(Trial(Subject(None), few, Design()))])
    assert found.chances.sum(1) == pytest.approx(1)
    assert (found.x**2).sum(1).mean() == pytest.approx(found.x.shape[1])
    with pytest.raises(FunhouseError, match="400 are learned from"):
        learned_from(found, len(found.x), np.random.default_rng(0))
    monkeypatch.setattr(design, "ROWS", 30)
    rows = learned_from(found, len(found.x), np.random.default_rng(0))
    assert len(np.unique(found.x[rows], axis=0)) == 30
