"""Training: it learns, it resumes bit for bit, and it says what goes wrong."""

import math
from dataclasses import replace

import pytest
import torch

from tests.tom.worlds_of_minds import short_log
from tom import checkpoint
from tom.architectures import architecture
from tom.training.beginning import begin
from tom.training.loading import _packed, _unpacked, loaded, prefetched
from tom.training.settings import TrainConfig
from tom.training.train import _Training, train
from tom.training.trainer import Trainer
from tom.transforming import Transforming
from worlds import FunhouseError

SMALL = {"batch": 4, "width": 32, "layers": 1}


@pytest.fixture(params=["transformer", "filter"])
def small(request) -> dict:
    """The settings of a small training, of each kind of network."""
    return {**SMALL, "network": request.param}


def batches_of(small: dict, seed: int = 0):
    """The batches that a training with such settings reads."""
    config = TrainConfig(train_steps=1, seed=seed, **small)
    return architecture(config.network).batches([short_log(count=6)], config)


@pytest.fixture
def logged(monkeypatch):
    """Training reads a log that is already in memory."""
    monkeypatch.setattr("tom.training.train.open_log", lambda place: short_log(count=6))
    return ["a log"]


def test_it_learns_from_what_it_reads(logged, tmp_path, small):
    mind = train(logged, tmp_path / "run", train_steps=60, warmup=5, **small)
    kind = architecture(small["network"])
    untrained = kind.network(mind.network.config if small["network"] == "filter" else mind.network.size)
    batch, config = batches_of(small, seed=1).batch(0), TrainConfig(train_steps=1, **small)
    loss, before = (kind.loss(network, batch, config)[0] for network in (mind.network, kind.lowered(untrained)))
    assert loss["action"] < math.log(5) - 0.05
    assert loss["trait"] < 0.9 * before["trait"]


def test_a_resumed_training_continues_bit_for_bit(logged, tmp_path, small):
    whole = train(logged, tmp_path / "whole", train_steps=6, **small)
    _interrupted(tmp_path / "parts", small, after=3)
    parts = train(logged, tmp_path / "parts", train_steps=6, resume=True, **small)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, parts.network.state_dict()[name]), name
    assert parts.meta["done"]["steps"] == 6


def test_what_begins_from_a_mind_reads_events_as_that_does(logged, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        size = Transforming.size
        patch.setattr(Transforming, "size", lambda *given: replace(size(*given), abreast=False))
        before = train(logged, tmp_path / "before", train_steps=1, **SMALL)
    after = train(logged, tmp_path / "after", train_steps=1, start=str(tmp_path / "before"), **SMALL)
    again = train(logged, tmp_path / "before", train_steps=2, resume=True, **SMALL)
    anew = train(logged, tmp_path / "anew", train_steps=1, **SMALL)
    assert [one.network.size.abreast for one in (before, after, again, anew)] == [False, False, False, True]


def begun(small: dict, out, steps: int = 6):
    """A trainer at its beginning, its batches, and what its checkpoint will say."""
    kind, batches = architecture(small["network"]), batches_of(small)
    return *begin(kind.filled(TrainConfig(train_steps=steps, **small)), kind, batches, out, resume=False), batches


def _interrupted(out, small: dict, after: int) -> None:
    """A training that saved after some steps and went no further."""
    trainer, meta, batches = begun(small, out)
    for number in range(after):
        trainer.update(batches.batch(number))
    _Training(out, batches, trainer, meta).save(batches.batch(0))


def test_batches_are_a_function_of_their_number(small):
    batches, again = batches_of(small), batches_of(small)
    assert_same(batches.batch(3), again.batch(3))
    with pytest.raises(AssertionError):
        assert_same(batches.batch(3), batches.batch(4))
    assert_same(next(prefetched(again, first=3)), batches.batch(3))


def test_processes_make_the_batches_that_a_thread_makes_in_the_same_order():
    batches, config = batches_of(SMALL), TrainConfig(train_steps=1, loaders=2, **SMALL)
    there = loaded(batches, config, first=batches.near - 2)  # from the first process to the second
    for number in range(batches.near - 2, batches.near + 2):
        assert_same(next(there), batches.batch(number))
    there.close()


def test_a_packed_batch_is_unpacked_as_it_was():
    batch = {
        "a": torch.arange(5),
        "b": [{"c": torch.rand(2, 3) > 0.5}, (torch.rand(3).bfloat16(), torch.empty(0, 4))],
        "d": 7,
    }
    assert_same(_unpacked(*_packed(batch)), batch)


def test_an_error_of_a_process_is_raised_as_it_is():
    class Broken:
        near, logs, rank, ranks = 1, [_Torn()], 0, 1

    with pytest.raises(FunhouseError, match="torn") as caught:
        next(loaded(Broken(), TrainConfig(train_steps=1, loaders=1, **SMALL), first=0))
    assert caught.value.remedy == "mend it"


class _Torn:
    """A log that cannot be read."""

    @property
    def config(self):
        raise FunhouseError("this log is torn", remedy="mend it")


def assert_same(one, other) -> None:
    """Two trees of tensors are equal."""
    assert type(one) is type(other)
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert set(one) == set(other)
        assert_same([one[name] for name in one], [other[name] for name in one])
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert one == other


def test_a_loss_that_is_no_number_stops_it_and_keeps_the_weights(logged, tmp_path, small):
    trainer, _, batches = begun(small, tmp_path / "run")
    before = [master.clone() for master in trainer.masters]
    with torch.no_grad():
        trainer.parameters[0].fill_(float("nan"))
    with pytest.raises(FunhouseError, match="the loss is nan at step 0"):
        trainer.update(batches.batch(0))
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.masters, strict=True))


def test_a_mind_that_is_there_is_not_overwritten(logged, tmp_path):
    train(logged, tmp_path / "run", train_steps=1, **SMALL)
    saved = checkpoint.load(tmp_path / "run")[0]
    with pytest.raises(FunhouseError, match="there is a mind already"):
        train(logged, tmp_path / "run", train_steps=1, **SMALL)
    with pytest.raises(FunhouseError, match="another size") as raised:
        train(logged, tmp_path / "run", train_steps=2, resume=True, **{**SMALL, "width": 64})
    assert raised.value.remedy.endswith("--width 32 --layers 1")
    now = checkpoint.load(tmp_path / "run")[0]
    assert all(torch.equal(saved[name], now[name]) for name in saved)


def test_weights_of_another_version_are_nothing_to_begin_from(logged, tmp_path):
    train(logged, tmp_path / "run", train_steps=1, **SMALL)
    tensors, meta = checkpoint.load(tmp_path / "run")
    checkpoint.save(tmp_path / "old", tensors, {**meta, "version": 2})
    with pytest.raises(FunhouseError, match="reads version 2 "):
        train(logged, tmp_path / "new", train_steps=1, start=str(tmp_path / "old"), **SMALL)


@pytest.mark.parametrize("settings", [{}, {"minutes": 1.0, "train_steps": 1}, {"minutes": -1.0}, {"train_steps": 0}])
def test_a_training_has_one_bound(settings):
    with pytest.raises(FunhouseError):
        TrainConfig(**settings)


def test_the_rate_warms_up_and_falls(logged, tmp_path):
    trainer: Trainer = begun({**SMALL, "network": "transformer"}, tmp_path / "run", 1000)[0]
    rates = []
    for step in (0, 99, 499, 750, 999):
        trainer.step = step
        rates.append(trainer.rate())
    assert rates[0] < rates[1] == rates[2] == 3e-3 > rates[3] > rates[4] > 0
