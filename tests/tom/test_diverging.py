"""What is no number is never saved over a mind, never loaded, and never answers."""

import shutil
from pathlib import Path

import pytest
import torch

from tests import forging
from tom import checkpoint, mind
from tom.cli import main
from tom.training.trainer import Trainer
from worlds import FunhouseError, open_log

SMALL = ("--width", "32", "--batch", "2")


@pytest.fixture
def run(logs, tmp_path) -> Path:
    """A training of two steps."""
    assert main(["train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL, "--train-steps", "2"]) == 0
    return tmp_path / "run"


@pytest.mark.parametrize("steps", ["1", "6"])
def test_a_training_that_diverges_is_an_error_with_the_step_and_saves_nothing(logs, tmp_path, capsys, steps):
    out = tmp_path / "new"
    bad = ["train", str(logs["train"]), "--out", str(out), *SMALL, "--train-steps", steps, "--rate", "1e30"]
    assert main(bad) == 1
    said = capsys.readouterr().err
    assert "at step" in said
    assert "nothing was saved: train with a lower --rate" in said
    assert not (out / "checkpoint").exists()


def test_a_resumed_training_that_diverges_leaves_the_mind_before_and_can_go_on(logs, run, capsys):
    before = {file.name: file.read_bytes() for file in (run / "checkpoint").iterdir()}
    again = ["train", str(logs["train"]), "--out", str(run), *SMALL, "--train-steps", "4", "--resume"]
    assert main([*again, "--rate", "1e30"]) == 1
    assert "lower --rate and --resume from it" in capsys.readouterr().err
    assert {file.name: file.read_bytes() for file in (run / "checkpoint").iterdir()} == before
    assert main([*again, "--rate", "1e-3"]) == 0
    meta = checkpoint.load(run)[1]
    assert meta["done"]["steps"] == 4
    assert meta["train"]["changed"] == [{"step": 2, "before": {"rate": 3e-3, "train_steps": 2}}]


def test_a_gradient_that_is_no_number_changes_no_weight(logs, run, monkeypatch):
    real = torch.nn.utils.clip_grad_norm_
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda *given: real(*given) * float("nan"))
    before = checkpoint.load(run)[0]
    seen = []
    monkeypatch.setattr(Trainer, "check", lambda *_: seen.append("saved"))
    assert main(["train", str(logs["train"]), "--out", str(run), *SMALL, "--train-steps", "4", "--resume"]) == 1
    assert not seen
    assert all(torch.equal(tensor, before[name]) for name, tensor in checkpoint.load(run)[0].items())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_are_neither_saved_nor_loaded(run, value):
    tensors, meta = checkpoint.load(run)
    spoilt = {name: tensor.clone() for name, tensor in tensors.items()}
    spoilt["trait.bias"][0] = value
    with pytest.raises(FunhouseError, match=r"trait\.bias"):
        checkpoint.save(run, spoilt, meta)
    mind.load(run)
    forging.file(run / "checkpoint", "model.safetensors", checkpoint._packed(spoilt))
    with pytest.raises(FunhouseError, match=r"trait\.bias"):
        mind.load(run)


@pytest.mark.parametrize("kind", [torch.int64, torch.bool, torch.complex64, torch.float64, torch.float16, torch.uint8])
@pytest.mark.parametrize("use", ["load", "start", "resume"])
def test_weights_of_another_type_are_refused_by_name(logs, run, tmp_path, capsys, kind, use):
    tensors = {**checkpoint.load(run)[0]}
    tensors["trait.bias"] = tensors["trait.bias"].to(kind)
    forging.file(run / "checkpoint", "model.safetensors", checkpoint._packed(tensors))
    if use == "load":
        with pytest.raises(FunhouseError, match=r"trait\.bias is of"):
            mind.load(run)
        return
    out, more = (run, ["--resume"]) if use == "resume" else (tmp_path / "new", ["--start", str(run)])
    assert main(["train", str(logs["train"]), "--out", str(out), *SMALL, "--train-steps", "3", *more]) == 1
    assert "trait.bias is of" in capsys.readouterr().err


def test_a_state_of_training_of_another_network_is_refused(logs, run, capsys):
    state = dict(checkpoint.load_training(run))
    moment = next(name for name in state if name.endswith(".exp_avg"))
    for spoilt in (
        {**state, moment: state[moment].to(torch.complex64)},
        {**state, moment: state[moment].double()},
        {**state, moment: state[moment].flatten()[:1]},
        {name: tensor for name, tensor in state.items() if name != moment},
        {**state, "step": torch.tensor(-1)},
        {**state, "spent": torch.tensor(-1.0)},
        {name: tensor for name, tensor in state.items() if name != "3.master"},
        {**state, "3.master": torch.zeros(3, 3, 3)},
        {**state, "99999.exp_avg": torch.zeros(1)},
    ):
        forging.file(run / "checkpoint", "training.safetensors", checkpoint._packed(spoilt))
        assert main(["train", str(logs["train"]), "--out", str(run), *SMALL, "--train-steps", "3", "--resume"]) == 1
        assert "is not of the network beside it" in capsys.readouterr().err


def test_an_answer_that_is_no_number_is_an_error(logs, run):
    broken, episode = mind.load(run), open_log(logs["test"])[0]
    with torch.no_grad():
        broken.network.trait.bias.fill_(float("nan"))
    with pytest.raises(FunhouseError, match="answer is no number"):
        broken.ask(episode, episode.names[0], 5, "behave as myself")


def test_copies_whose_answers_are_no_numbers_write_no_log(run, tmp_path, monkeypatch, capsys):
    real = mind.load

    def broken(*given):
        made = real(*given)
        with torch.no_grad():
            made.network.norm.weight.fill_(float("nan"))
        return made

    monkeypatch.setattr(mind, "load", broken)
    log = tmp_path / "log"
    assert (
        main(
            [
                "run",
                "--out",
                str(log),
                "--copies",
                "2",
                "--mind",
                str(run),
                "--episodes",
                "2",
                "--steps",
                "8",
                "--preset",
                "near-far",
            ]
        )
        == 1
    )
    assert "answer is no number" in capsys.readouterr().err
    assert not list(log.glob("*.parquet"))


def test_a_mind_that_would_answer_no_number_is_not_loaded_by_a_run_of_copies(run, tmp_path, capsys):
    tensors = {**checkpoint.load(run)[0]}
    tensors["gate.bias"] = tensors["gate.bias"] * float("nan")
    forging.file(
        shutil.copytree(run, tmp_path / "bad") / "checkpoint", "model.safetensors", checkpoint._packed(tensors)
    )
    assert (
        main(
            [
                "run",
                "--out",
                str(tmp_path / "log"),
                "--copies",
                "2",
                "--mind",
                str(tmp_path / "bad"),
                "--preset",
                "near-far",
            ]
        )
        == 1
    )
    assert "no finite number" in capsys.readouterr().err
    assert not (tmp_path / "log").exists()
