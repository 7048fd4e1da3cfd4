"""Training: it learns, it resumes bit for bit, and it says what goes wrong."""

import math

import pytest
import torch

from tests.tom.worlds_of_minds import short_log
from tom import checkpoint
from tom.filter.vocabulary import Vocabulary
from tom.training.batch import TrainingBatches
from tom.training.beginning import begin
from tom.training.settings import TrainConfig
from tom.training.train import _Training, prefetched, train
from tom.training.trainer import Trainer, losses
from worlds import FunhouseError

SMALL = {"batch": 4, "width": 32, "layers": 1}


@pytest.fixture
def logged(monkeypatch):
    """Training reads a log that is already in memory."""
    monkeypatch.setattr("tom.training.train.open_log", lambda place: short_log(count=6))
    return ["a log"]


def test_it_learns_from_what_it_reads(logged, tmp_path):
    mind = train(logged, tmp_path / "run", train_steps=60, warmup=5, **SMALL)
    batch = TrainingBatches([short_log(count=6)], Vocabulary(), 4, seed=1).batch(0)
    loss = losses(mind.network, *batch)
    assert loss["action"] < math.log(5) - 0.05
    assert loss["trait"] < 3.6


def test_a_resumed_training_continues_bit_for_bit(logged, tmp_path):
    whole = train(logged, tmp_path / "whole", train_steps=6, **SMALL)
    config = TrainConfig(train_steps=6, **SMALL)
    _interrupted(tmp_path / "parts", config, after=3)
    parts = train(logged, tmp_path / "parts", train_steps=6, resume=True, **SMALL)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, parts.network.state_dict()[name]), name
    assert parts.meta["done"]["steps"] == 6


def _interrupted(out, config: TrainConfig, after: int) -> None:
    """A training that saved after some steps and went no further."""
    batches = TrainingBatches([short_log(count=6)], Vocabulary(), config.batch, config.seed)
    trainer, meta = begin(config, batches, out, resume=False)
    for number in range(after):
        trainer.update(*batches.batch(number))
    _Training(out, batches, trainer, meta).save(batches.batch(0))


def test_batches_are_a_function_of_their_number():
    batches = TrainingBatches([short_log(count=6)], Vocabulary(), 4, seed=0)
    again = TrainingBatches([short_log(count=6)], Vocabulary(), 4, seed=0)
    for one, other in zip(batches.batch(3), again.batch(3), strict=True):
        assert_same(one, other)
    assert not torch.equal(batches.batch(3)[1]["action"], batches.batch(4)[1]["action"])
    ahead = prefetched(again, first=3)
    assert torch.equal(next(ahead)[1]["action"], batches.batch(3)[1]["action"])


def assert_same(one: dict, other: dict) -> None:
    """Two dicts of tensors are equal, and the dicts and lists in them."""
    assert set(one) == set(other)
    for name, value in one.items():
        if isinstance(value, dict):
            assert_same(value, other[name])
        else:
            same = torch.equal if isinstance(value, torch.Tensor) else list.__eq__
            assert same(value, other[name]), name


def test_a_loss_that_is_no_number_stops_it_and_keeps_the_weights(logged, tmp_path):
    batches = TrainingBatches([short_log(count=6)], Vocabulary(), 4, seed=0)
    trainer, _ = begin(TrainConfig(train_steps=5, **SMALL), batches, tmp_path / "run", resume=False)
    before = [master.clone() for master in trainer.masters]
    with torch.no_grad():
        trainer.parameters[0].fill_(float("nan"))
    with pytest.raises(FunhouseError, match="the loss is nan at step 0"):
        trainer.update(*batches.batch(0))
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.masters, strict=True))


def test_a_mind_that_is_there_is_not_overwritten(logged, tmp_path):
    train(logged, tmp_path / "run", train_steps=1, **SMALL)
    saved = checkpoint.load(tmp_path / "run")[0]
    with pytest.raises(FunhouseError, match="there is a mind already"):
        train(logged, tmp_path / "run", train_steps=1, **SMALL)
    with pytest.raises(FunhouseError, match="another size"):
        train(logged, tmp_path / "run", train_steps=2, resume=True, **{**SMALL, "width": 64})
    now = checkpoint.load(tmp_path / "run")[0]
    assert all(torch.equal(saved[name], now[name]) for name in saved)


def test_weights_of_another_version_are_nothing_to_begin_from(logged, tmp_path):
    train(logged, tmp_path / "run", train_steps=1, **SMALL)
    tensors, meta = checkpoint.load(tmp_path / "run")
    checkpoint.save(tmp_path / "old", tensors, {**meta, "version": meta["version"] - 1})
    with pytest.raises(FunhouseError, match=f"reads version {meta['version'] - 1} "):
        train(logged, tmp_path / "new", train_steps=1, start=str(tmp_path / "old"), **SMALL)


@pytest.mark.parametrize("settings", [{}, {"minutes": 1.0, "train_steps": 1}, {"minutes": -1.0}, {"train_steps": 0}])
def test_a_training_has_one_bound(settings):
    with pytest.raises(FunhouseError):
        TrainConfig(**settings)


def test_the_rate_warms_up_and_falls(logged, tmp_path):
    batches = TrainingBatches([short_log(count=6)], Vocabulary(), 4, seed=0)
    config = TrainConfig(train_steps=1000, **SMALL)
    trainer: Trainer = begin(config, batches, tmp_path / "run", resume=False)[0]
    rates = []
    for step in (0, 99, 499, 750, 999):
        trainer.step = step
        rates.append(trainer.rate())
    assert rates[0] < rates[1] == rates[2] == config.rate > rates[3] > rates[4] > 0
