"""The directory of a run: where no mind comes to be saved, nothing is left in it that was not there before."""

from pathlib import Path

import pytest

from tom.cli import main
from tom.training import train
from tom.training.batch import TrainingBatches
from worlds import FunhouseError

SMALL = ("--width", "32", "--batch", "2", "--train-steps")


def tree(place: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(place)): path.read_bytes() if path.is_file() else None for path in place.rglob("*")}


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(
    ("log", "more", "said"),
    [("test", (), "train split"), ("nowhere", (), "does not exist"), ("train", ("--resume",), "nothing to resume"),
     ("train", ("--start", "nowhere"), "nowhere"), ("train", ("--rate", "1e30"), "nothing was saved")],
)  # fmt: skip
def test_a_training_that_saves_nothing_leaves_nothing(logs, tmp_path, capsys, log, more, said, there):
    out = tmp_path / "runs" / "new"
    if there:
        (out / "tensorboard").mkdir(parents=True)
        (out / "tensorboard" / "events.out.tfevents.0").write_bytes(b"of an earlier day")
        (out / "notes.txt").write_text("mine")
    before = tree(tmp_path)
    command = ["train", str(logs.get(log, tmp_path / log)), "--out", str(out), *SMALL, "4"]
    assert main([*command, *more]) == 1
    assert said in capsys.readouterr().err
    assert tree(tmp_path) == before


def test_after_a_training_that_diverged_the_same_command_begins_anew(logs, tmp_path):
    command = ["train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL, "1"]
    assert main([*command, "--rate", "1e30"]) == 1
    assert main(command) == 0
    assert len(list((tmp_path / "run" / "tensorboard").iterdir())) == 1


@pytest.mark.parametrize("bad", [3, 4])
def test_a_batch_that_cannot_be_made_costs_nothing_that_was_trained(logs, tmp_path, monkeypatch, capsys, bad):
    real = TrainingBatches.batch

    def batch(self, number):
        if number == bad:
            raise FunhouseError("steps-00000.parquet is damaged", remedy="restore a copy")
        return real(self, number)

    command = ["train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL, "4"]
    with monkeypatch.context() as patch:
        patch.setattr(TrainingBatches, "batch", batch)
        assert main(command) == (1 if bad == 3 else 0)  # the fourth batch is of no step
    if bad == 3:
        assert "restore a copy; 3 steps are saved: then go on with --resume" in capsys.readouterr().err
        assert main([*command, "--resume"]) == 0


def test_a_save_that_fails_leaves_no_half_of_a_mind(logs, tmp_path, monkeypatch):
    def full(*_):
        (tmp_path / "run" / "checkpoint.new").mkdir()
        raise FunhouseError("the disk is full")

    monkeypatch.setattr(train, "save", full)
    assert main(["train", str(logs["train"]), "--out", str(tmp_path / "run"), *SMALL, "1"]) == 1
    assert tree(tmp_path) == {}
