"""Training on a GPU, as far as a machine without one can tell: what lies where, and what compiling changes."""

import numpy as np
import pytest
import torch

from tests.tom.worlds_of_minds import short_log
from tom.architectures import architecture
from tom.training.devices import compile_blocks, device_of, moved
from tom.training.settings import TrainConfig
from tom.transformer import attended, forbid
from worlds import FunhouseError


def a_batch(rung: str = "plain"):
    kind = architecture("transformer")
    config = kind.filled(TrainConfig(train_steps=1, batch=2, width=32, layers=2, rung=rung))
    batches = kind.batches([short_log()], config)
    return kind, config, kind.network(kind.size(config, batches)), batches.batch(0)


@pytest.mark.parametrize("rung", ["plain", "sight"])
def test_nothing_of_a_pass_lies_on_another_device_than_the_batch(rung):
    """On tensors without contents: an operation on two devices raises."""
    kind, _, network, batch = a_batch(rung)
    there, batch = kind.lowered(network).to("meta"), moved(batch, torch.device("meta"))
    rows = there.read(batch["rows"])
    past, known = there.encode(rows, batch["event"])
    log, words = there.answer(rows, past, batch["event"], batch["prompt"])
    assert known.is_meta
    assert log.is_meta
    assert words.is_meta


def test_fused_attention_is_that_of_the_two_products():
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(3, 2, length, 8, generator=generator) for length in (5, 9, 9))
    allowed = forbid(torch.rand(3, 1, 5, 9, generator=generator) < 0.7, torch.float32)
    allowed[..., 0] = 0.0
    fused = torch.nn.functional.scaled_dot_product_attention(q, k, v, allowed)
    assert torch.allclose(attended(q, k, v, allowed), fused, atol=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_compiled_blocks_answer_as_plain_ones():
    kind, config, network, batch = a_batch()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    plain = kind.loss(kind.lowered(network), batch, config)[1].item()
    compile_blocks(network)
    assert kind.loss(network, batch, config)[1].item() == pytest.approx(plain, abs=1e-2)


def test_a_gpu_that_is_not_there_is_an_error_that_says_so():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(FunhouseError, match="no GPU"):
        device_of("cuda")
    with pytest.raises(FunhouseError, match="no device 'tpu'"):
        device_of("tpu")
    assert device_of("auto") == torch.device("cpu")


def test_a_batch_is_moved_whole():
    batch = {"rows": {"a": torch.zeros(1)}, "lines": [{"b": torch.zeros(2)}], "depth": np.zeros(1)}
    there = moved(batch, torch.device("meta"))
    assert there["rows"]["a"].is_meta
    assert there["lines"][0]["b"].is_meta
    assert moved(batch, torch.device("cpu")) is batch


def test_the_filter_is_trained_on_a_cpu():
    kind = architecture("filter")
    assert kind.filled(TrainConfig(train_steps=1)).device == "cpu"
    with pytest.raises(FunhouseError, match="on a CPU"):
        kind.filled(TrainConfig(train_steps=1, device="cuda"))
    with pytest.raises(FunhouseError, match="a thread makes"):
        kind.filled(TrainConfig(train_steps=1, loaders=2))
