"""Ctrl-C, SIGTERM and kill -9: what was trained is kept, what is said of it is true, and it goes on bit for bit."""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from tom import checkpoint, stopping
from tom.cli import main
from tom.training import curves, train, trainer
from tom.training.trainer import Trainer
from worlds import open_log
from worlds.log.writer import LogWriter

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--width", "32", "--batch", "2", "--train-steps", "6")
SIGNALS = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}


def send(number: int) -> None:
    os.kill(os.getpid(), number)


def at_call(monkeypatch, home, name: str, which: int, act) -> None:
    """Has something else happen just after the which-th call of a function, once."""
    real, left = getattr(home, name), [which]

    def call(*args, **more):
        done = real(*args, **more)
        left[0] -= 1
        if left[0] == 0:
            act()
        return done

    monkeypatch.setattr(home, name, call)


@pytest.fixture(scope="module")
def whole(logs, tmp_path_factory) -> Path:
    """A training that nothing stopped."""
    out = tmp_path_factory.mktemp("whole") / "run"
    assert main(["train", str(logs["train"]), "--out", str(out), *SMALL]) == 0
    return out


def assert_same_mind(one: Path, other: Path) -> None:
    mine, theirs = checkpoint.load(one)[0], checkpoint.load(other)[0]
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    state, due = checkpoint.load_training(one), checkpoint.load_training(other)
    assert set(state) == set(due)
    assert all(torch.equal(state[name], due[name]) for name in due if name != "spent")


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_signal_in_a_step_saves_and_the_training_goes_on_bit_for_bit(
    logs, whole, tmp_path, monkeypatch, capsys, number, times
):
    command = ["train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL]
    status, word = SIGNALS[number]
    with monkeypatch.context() as patch:
        at_call(patch, Trainer, "update", 3, lambda: [send(number) for _ in range(times)])
        assert main(command) == status
    assert f"{word}: 3 steps are saved in {tmp_path / 'run'}; go on with --resume" in capsys.readouterr().err
    assert checkpoint.load(tmp_path / "run")[1]["done"]["steps"] == 3
    assert main([*command, "--resume"]) == 0
    assert_same_mind(tmp_path / "run", whole)


def test_a_resumed_training_differs_from_an_undisturbed_one_in_the_seconds_of_its_clock_alone(
    logs, tmp_path, monkeypatch
):
    monkeypatch.setattr(trainer, "time", SimpleNamespace(monotonic=lambda: 0.0))
    command = ["train", str(logs["train"]), *SMALL, "--out"]
    assert main([*command, str(tmp_path / "whole")]) == 0
    with monkeypatch.context() as patch:
        at_call(patch, Trainer, "update", 3, lambda: send(signal.SIGTERM))
        assert main([*command, str(tmp_path / "run")]) == 143
    assert main([*command, str(tmp_path / "run"), "--resume"]) == 0
    run, whole = ({file.name: file.read_bytes() for file in (tmp_path / name / "checkpoint").iterdir()}
                  for name in ("run", "whole"))  # fmt: skip
    assert "training.safetensors" in run
    assert run == whole


def test_more_signals_while_it_is_saved_tear_nothing(logs, whole, tmp_path, monkeypatch, capsys):
    command = ["train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL]
    with monkeypatch.context() as patch:
        at_call(patch, Trainer, "update", 2, lambda: send(signal.SIGINT))
        for name in ("write_file", "_packed", "mend"):
            at_call(patch, checkpoint, name, 1, lambda: send(signal.SIGINT))
        assert main(command) == 130
    assert "2 steps are saved" in capsys.readouterr().err
    assert main([*command, "--resume"]) == 0
    assert_same_mind(tmp_path / "run", whole)


def test_a_signal_before_the_first_step_says_that_nothing_was_trained(logs, tmp_path, monkeypatch, capsys):
    command = ["train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL]
    for home, name in ((train, "begin"), (curves, "SummaryWriter")):
        with monkeypatch.context() as patch:
            at_call(patch, home, name, 1, lambda: send(signal.SIGTERM))
            assert main(command) == 143
        said = capsys.readouterr().err
        assert "terminated: nothing was trained; nothing is saved" in said
        assert not (tmp_path / "run").exists()
    assert main([*command, "--resume"]) == 1
    assert "nothing to resume" in (said := capsys.readouterr().err)
    assert "without --resume" in said
    assert main(command) == 0


class Killed(BaseException):
    """In place of a kill: nobody catches it."""


@pytest.mark.parametrize("renames", [1, 2])
def test_a_kill_between_the_two_renames_lets_no_second_training_replace_the_mind(
    logs, whole, tmp_path, monkeypatch, capsys, renames
):
    run = tmp_path / "run"
    command = ["train", str(logs["train"]), "--out", str(run), *SMALL]
    assert main(command) == 0

    def die():
        raise Killed

    with monkeypatch.context() as patch:
        at_call(patch, Path, "rename", renames, die)
        tensors, meta = checkpoint.load(run)
        with pytest.raises(Killed):
            checkpoint.save(run, tensors, meta, checkpoint.load_training(run))
    assert (run / "checkpoint").exists() == (renames == 2)
    capsys.readouterr()
    assert main(command) == 1
    assert "there is a mind already" in capsys.readouterr().err
    assert_same_mind(run, whole)
    assert main([*command[:-1], "7", "--resume"]) == 0
    assert checkpoint.load(run)[1]["done"]["steps"] == 7


def test_a_run_is_not_put_into_a_log_or_a_checkpoint(logs, whole, capsys):
    for place in (logs["validation"], whole / "checkpoint"):
        before = sorted(place.iterdir())
        assert main(["train", str(logs["train"]), "--out", str(place), *SMALL]) == 1
        assert "something else" in capsys.readouterr().err
        assert sorted(place.iterdir()) == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_run_of_episodes_keeps_its_shards_and_goes_on(tmp_path, monkeypatch, capsys, number):
    log = tmp_path / "log"
    command = ["run", "--out", str(log), "--episodes", "130", "--steps", "8", "--agents", "3", "--threads", "1"]
    status, word = SIGNALS[number]
    with monkeypatch.context() as patch:
        at_call(patch, LogWriter, "write_files", 1, lambda: send(number))
        assert main(command) == status
    said = capsys.readouterr().err
    assert f"{word}: 64 of 130 episodes are kept in {log}; the same command goes on" in said
    assert main(command) == 0
    assert len(open_log(log)) == 130


def test_a_score_that_is_stopped_says_that_there_is_none(logs, whole, monkeypatch, capsys):
    from tom.mind import Mind

    at_call(monkeypatch, Mind, "answer", 1, lambda: send(signal.SIGTERM))
    assert main(["score", str(whole), "--log", str(logs["test"]), "--episodes", "2"]) == 143
    captured = capsys.readouterr()
    assert "terminated: there is no result" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_in_an_import_waits_until_the_import_is_done(tmp_path, monkeypatch, number):
    source = f"import os\nos.kill(os.getpid(), {number})\nfor _ in range(9**4):\n    whole = True\n"
    (tmp_path / "begun.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)

    def work() -> None:
        with stopping.listening():
            assert importlib.import_module("begun").whole
            time.sleep(5)

    with pytest.raises(stopping.Stopped):
        work()
    assert sys.modules.pop("begun").whole


def test_an_import_that_never_ends_can_be_stopped(tmp_path, monkeypatch):
    (tmp_path / "endless.py").write_text(f"import os\nos.kill(os.getpid(), {signal.SIGTERM})\nwhile True:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(stopping, "IMPORT_LIMIT", 0.2)
    with pytest.raises(stopping.Stopped), stopping.listening():
        importlib.import_module("endless")


@pytest.mark.parametrize(("number", "after"), [(signal.SIGINT, 0.6), (signal.SIGTERM, 2.5)])
def test_a_process_that_is_stopped_early_says_so_without_a_traceback(logs, tmp_path, number, after):
    command = [sys.executable, "-m", "tom", "train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL[:-1]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen([*command, "1000000"], env=environment, stderr=subprocess.PIPE, text=True)
    time.sleep(after)
    child.send_signal(number)
    said = child.communicate(timeout=60)[1]
    assert child.returncode == SIGNALS[number][0], said
    assert "Traceback" not in said
    saved = (tmp_path / "run" / "checkpoint").exists()
    assert ("steps are saved" in said) == saved
    assert saved or "nothing is saved" in said or "no result" in said
