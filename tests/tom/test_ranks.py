"""Training in several processes: a step is that of one, one of them writes, and they begin and end together."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from tests.tom import trained_in_ranks
from tests.tom.test_train import batches_of
from tom.architectures import architecture
from tom.checkpoint import load_training
from tom.cli import main
from tom.mind import load
from tom.training import train as training
from tom.training.ranks import ALONE, Elsewhere, Ranks, beginning, quiet, rank_here, together
from tom.training.settings import TrainConfig
from tom.transforming import Transforming
from worlds import FunhouseError

TORCHRUN = (sys.executable, "-W", "ignore", "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
SMALL = ("--batch", "6", "--width", "32", "--layers", "1")


def run(*command: str | Path) -> subprocess.CompletedProcess:
    """Runs a module in two ranks."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    return subprocess.run([*TORCHRUN, "-m", *map(str, command)], capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def log(logs) -> Path:
    return logs["train"]


def test_a_step_of_two_ranks_is_that_of_one(tmp_path, monkeypatch):
    """Five histories of three episodes are not halved evenly; moments after the first step are the gradient's."""
    done = run("tests.tom.trained_in_ranks", tmp_path / "2")
    assert done.returncode == 0, done.stderr
    monkeypatch.setattr(Transforming, "lowered", None)  # which the script sets, until this test ends
    monkeypatch.setattr(training, "open_log", None)
    trained_in_ranks.main(tmp_path / "1")
    one, two = (load_training(tmp_path / name) for name in "12")
    moments = [name for name in one if name.endswith(("momentum_buffer", "exp_avg"))]
    assert len(moments) > 30
    largest = max(one[name].abs().max() for name in moments)
    for name in moments:
        assert torch.allclose(one[name], two[name], rtol=1e-4, atol=1e-6 * largest), name


def test_the_command_goes_on_in_another_number_of_ranks(log, tmp_path):
    out = tmp_path / "run"
    command = ["train", str(log), "--out", str(out), *SMALL, "--train-steps"]
    assert main([*command, "2"]) == 0
    done = run("tom", *command, "4", "--resume", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] == 4, "one rank tells"
    assert sorted(path.name for path in out.iterdir()) == ["checkpoint", "tensorboard"]
    assert main([*command, "6", "--resume"]) == 0
    assert load(out).meta["done"]["steps"] == 6
    assert len(list((out / "tensorboard").iterdir())) == 3, "one rank writes curves"


@pytest.mark.slow
def test_the_same_curve_within_what_bf16_rounds(log, tmp_path):
    command = ["train", str(log), *SMALL, "--train-steps", "20", "--out"]
    assert main([*command, str(tmp_path / "1")]) == 0
    done = run("tom", *command, tmp_path / "2")
    assert done.returncode == 0, done.stderr
    one, two = (_weights(tmp_path / name) for name in "12")
    assert (one - two).norm() < 0.02 * one.norm()
    start = _weights_at_start(log)
    assert (one - start).norm() > 5 * (one - two).norm(), "what they share is more than what they began with"


def _weights(run: Path) -> torch.Tensor:
    return torch.cat([tensor.float().flatten() for tensor in load(run).network.state_dict().values()])


def _weights_at_start(log: Path) -> torch.Tensor:
    from worlds import open_log

    kind = architecture("transformer")
    config = kind.filled(TrainConfig(train_steps=1, batch=6, width=32, layers=1))
    torch.manual_seed(0)
    network = kind.lowered(kind.network(kind.size(config, kind.batches([open_log(log)], config))))
    return torch.cat([tensor.float().flatten() for tensor in network.state_dict().values()])


def test_a_signal_that_one_rank_hears_ends_all_and_keeps_the_mind(log, tmp_path):
    out = tmp_path / "run"
    command = [*TORCHRUN, "-m", "tom", "train", str(log), "--out", str(out), "--minutes", "5", *SMALL]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        _wait_for(out)
        os.kill(_second_rank(process.pid), signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "steps are saved in" in told
    assert load(out).meta["done"]["steps"] > 0


def _ends(process: int) -> bool:
    """Whether a process is there no more within some seconds, or waits for nothing but to be taken off the list."""
    for _ in range(100):
        try:
            if (Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]) == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.2)
    return False


def _wait_for(out: Path) -> None:
    """Until a training in `out` is well on its way."""
    deadline = time.monotonic() + 120
    while not list((out / "tensorboard").glob("*")) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(3)


def _second_rank(parent: int) -> int:
    """The process that torchrun began as rank 1."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            environment = (place / "environ").read_bytes().split(b"\0")
            children = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if children == parent and b"RANK=1" in environment:
            return int(place.name)
    raise AssertionError("no second rank")


def test_where_one_rank_cannot_begin_none_does(log, tmp_path):
    out = tmp_path / "run"
    (out / "checkpoint").mkdir(parents=True)
    done = run("tom", "train", log, "--out", out, "--train-steps", "2", *SMALL)
    assert done.returncode != 0
    assert done.stderr.count("there is a mind already") == 1
    assert "another rank" not in done.stderr
    assert "tom/training" not in done.stderr, "no traceback of ours"


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["rank", "torchrun"])
def test_whoever_is_left_ends_when_a_rank_or_torchrun_is_killed(log, tmp_path, killed):
    out = tmp_path / "run"
    command = [*TORCHRUN, "-m", "tom", "train", str(log), "--out", str(out), "--minutes", "5", *SMALL]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        _wait_for(out)
        rank = _second_rank(process.pid)
        os.kill(rank if killed == "rank" else process.pid, signal.SIGKILL)
        _, told = process.communicate(timeout=60)
    assert _ends(rank)
    assert ("another rank has ended" in told) == (killed == "rank")
    assert "GLHF" not in told


def test_a_batch_too_small_to_be_divided_is_refused():
    batches = batches_of({"batch": 4, "width": 32, "layers": 1})
    batches.divide(1, 2)
    assert len(batches.batch(0)["event"]["real"]) == 2
    with pytest.raises(FunhouseError, match="too small for 3 ranks"):
        batches.divide(0, 3)


def test_the_shares_of_ranks_are_the_batch():
    whole, *parts = (batches_of({"batch": 5, "width": 32, "layers": 1}) for _ in range(3))
    for rank, part in enumerate(parts):
        part.divide(rank, 2)
    made = [one.batch(2)["prompt"]["action"] for one in (whole, *parts)]
    assert sorted(made[0].tolist()) == sorted([*made[1].tolist(), *made[2].tolist()])
    assert min(map(len, made[1:])) > 0


def test_a_failure_elsewhere_is_told_as_one(monkeypatch):
    monkeypatch.setattr(Ranks, "any", lambda self, *flags: [True, flags[1]])
    with pytest.raises(Elsewhere), beginning(Ranks(1, 2)):
        pass
    with pytest.raises(Elsewhere), beginning(Ranks(1, 2)):
        raise FunhouseError("what the first rank has told, too")
    monkeypatch.setattr(Ranks, "any", lambda self, *flags: [False, flags[1]])
    with pytest.raises(FunhouseError, match="my own"), beginning(Ranks(1, 2)):
        raise FunhouseError("my own")
    with pytest.raises(SystemExit), quiet():
        raise Elsewhere("a rank")


def test_ranks_that_torchrun_did_not_begin_are_refused(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    with pytest.raises(FunhouseError, match="do not come together"), together():
        pass


def test_without_torchrun_one_process_is_alone(monkeypatch):
    with together() as ranks:
        assert ranks is ALONE
    assert ranks.any(True, False) == [True, False]
    assert ranks.mean(0.1) == 0.1
    monkeypatch.setenv("RANK", "x")
    with pytest.raises(FunhouseError, match="no number of a rank"):
        rank_here()


def test_the_filter_is_trained_in_one_process(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(FunhouseError, match="in one process"):
        architecture("filter").filled(TrainConfig(train_steps=1))
