"""A mind carries every log that it ever saw, and is never scored on one."""

import json
from pathlib import Path

import pytest

from tests import forging
from tests.tom.test_cli import failure
from tom import checkpoint
from tom.cli import main
from tom.minds import SHIPPED
from tom.training.seen_logs import seen_by

LITTLE = ("--preset", "near-far", "--episodes", "4", "--steps", "16", "--agents", "4", "--threads", "1")
SMALL = ("--width", "32", "--batch", "2", "--train-steps")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Three training logs, and a mind of the second whose mind was begun from one of the first."""
    place = tmp_path_factory.mktemp("seen")
    for seed in "123":
        assert main(["run", "--out", str(place / seed), "--seed", seed, *LITTLE]) == 0
    assert main(["train", str(place / "1"), "--out", str(place / "first"), *SMALL, "2"]) == 0
    start = ("--start", str(place / "first"))
    assert main(["train", str(place / "2"), "--out", str(place / "second"), *SMALL, "2", *start]) == 0
    return place


@pytest.mark.parametrize("log", ["1", "2"])
@pytest.mark.parametrize("command", ["score", "graph"])
def test_a_mind_is_not_scored_on_a_log_that_it_or_its_ancestor_saw(home, capsys, log, command):
    more = ("--out", home / "graphs") if command == "graph" else ()
    said = failure(capsys, command, home / "second", "--log", home / log, *more)
    assert "trained on this very log" in said
    assert f"seed {log} and the train split" in said


def test_another_log_of_the_same_seeds_is_refused_too(home, tmp_path, capsys):
    assert main(["run", "--out", str(tmp_path / "log"), "--seed", "1", *LITTLE, "--episodes", "2"]) == 0
    capsys.readouterr()
    said = failure(capsys, "score", home / "second", "--log", tmp_path / "log")
    assert "trained on episodes with its seeds" in said


def test_what_was_seen_is_carried_through_start_and_resume(home, capsys):
    second = checkpoint.load(home / "second")[1]
    assert [one["seed"] for one in seen_by(second)] == [1, 2]
    again = ["train", str(home / "2"), "--out", str(home / "second"), *SMALL, "3", "--resume"]
    assert main(again) == 0
    now = checkpoint.load(home / "second")[1]
    assert now["seen"] == second["seen"]
    assert now["train"]["start"] == str(home / "first")
    capsys.readouterr()
    failure(capsys, "score", home / "second", "--log", home / "1")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (["LOG3"], "begun with other logs"), (["LOG2", "LOG3"], "begun with other logs"),
        (["LOG2", "--seed", "5"], "seed = 0, not 5"), (["LOG2", "--batch", "4"], "batch = 2, not 4"),
        (["LOG2", "--nested", "1.5"], "nested = 1.0, not 1.5"),
    ],
)  # fmt: skip
def test_a_resume_that_would_not_be_the_same_training_is_refused(home, capsys, change, match):
    told = [str(home / part[3:]) if part.startswith("LOG") else part for part in change]
    said = failure(capsys, "train", "--out", home / "second", *SMALL, "9", "--resume", *told)
    assert match in said
    assert "--start" in said


def test_a_log_of_the_other_splits_is_nothing_to_train_on(logs, tmp_path, capsys):
    for split in ("validation", "test"):
        said = failure(capsys, "train", logs["train"], logs[split], "--out", tmp_path / "run", *SMALL, "1")
        assert f"of the {split} split" in said
        assert not (tmp_path / "run" / "checkpoint").exists()


def test_a_mind_from_before_this_was_noted_has_seen_its_logs(home, tmp_path):
    meta = json.loads((SHIPPED["filter"] / "checkpoint" / "config.json").read_bytes())
    assert "seen" not in meta
    assert seen_by(meta) == [
        {"world": "orchard", "seed": seed, "split": "train"} for seed in (108, 104, 116, 102, 124, 109)
    ]


def test_what_was_seen_is_checked_where_it_is_read(home, tmp_path, capsys):
    forging.document(home / "first" / "checkpoint", "config.json", "seen", [{"world": 7}])
    assert "seen.0" in failure(capsys, "score", home / "first", "--log", home / "3")
