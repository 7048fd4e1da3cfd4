"""Generations: who lives in whose log, what is kept, and what a second call does."""

import json
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.generations import Judge
from tests.tom.test_cli import document, failure
from tests.tom.test_stopping import at_call, send
from tom import checkpoint
from tom.cli import main
from tom.generations import Plan, generations
from tom.mind import load
from tom.training.trainer import Trainer
from worlds import FunhouseError, check_disjoint, open_log
from worlds.log.writer import LogWriter

PLAN = Plan(copies=2, agents=4, steps=16, episodes=4, train_steps=2, evaluated=8, questions=2, split="validation")
FLAGS = (
    "--copies", 2, "--agents", 4, "--steps", 16, "--episodes", 4, "--train-steps", 2, "--evaluated", 8,
    "--questions", 2, "--split", "validation", "--threads", 1,
)  # fmt: skip
Bytes = dict[str, bytes]


@pytest.fixture(scope="module")
def made(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two generations of barely trained minds."""
    out = tmp_path_factory.mktemp("generations") / "made"
    generations(out, 2, PLAN, trained)
    return out


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "copied"))


def scores_of(place: Path) -> Bytes:
    return {str(file.relative_to(place)): file.read_bytes() for file in sorted(place.rglob("scores.json"))}


def weights_of(place: Path) -> dict[str, str]:
    runs = sorted(place.glob("generation-*/*/run"))
    return {str(run.relative_to(place)): checkpoint.load_marked(run)[2] for run in runs}


def test_a_generation_is_trained_among_copies_of_the_one_before(made, trained):
    parent = load(trained).checkpoint
    for generation in (1, 2):
        home = made / f"generation-{generation}"
        for episode in open_log(home / "copies" / "log"):
            assert [agent.mind for agent in episode.agents] == [parent, parent, "", ""]
        parent = load(home / "copies" / "run").checkpoint
        for arm in ("copies", "scripted"):
            mind = load(home / arm / "run")
            lived = {agent.mind for split in ("train", "validation") for episode in open_log(home / arm / split)
                     for agent in episode.agents}  # fmt: skip
            assert lived == {mind.checkpoint, ""}
            assert mind.meta["done"]["steps"] == PLAN.train_steps


def test_the_other_arm_is_trained_as_long_in_the_same_worlds_among_scripted_agents(made):
    for generation in (1, 2):
        home = made / f"generation-{generation}"
        with_copies, without = (open_log(home / arm / "log") for arm in ("copies", "scripted"))
        for one, other in zip(with_copies, without, strict=True):
            assert one.seed == other.seed
            assert np.array_equal(one.walls, other.walls)
            assert one.role == other.role
            assert [(a.name, a.type) for a in one.agents] == [(a.name, a.type) for a in other.agents]
            assert not any(agent.mind for agent in other.agents)
        minds = [load(home / arm / "run").meta["train"] for arm in ("copies", "scripted")]
        assert {key for key in minds[0] if minds[0][key] != minds[1][key]} <= {"start", "logs"}
    assert len(set(weights_of(made).values())) == 4


def test_nothing_that_is_trained_on_is_scored_on(made, logs):
    for arm in ("copies", "scripted"):
        trained_on = [open_log(made / f"generation-{g}" / arm / "log") for g in (1, 2)]
        scored_on = open_log(made / "generation-1" / arm / "validation")
        check_disjoint([*trained_on, scored_on, open_log(logs["train"]), open_log(logs["test"])])
        fitted_on = open_log(made / "generation-1" / arm / "train")
        check_disjoint([*trained_on, fitted_on, open_log(logs["train"])])
        assert all(log.split == "train" for log in trained_on)


def test_what_is_finished_is_read_back(made, trained):
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*") if path.is_file()}
    document = generations(made, 2, PLAN, trained)
    assert document["made"] == 0
    assert {row["generation"] for row in document["rows"]} == {0, 1, 2}
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*") if path.is_file()} == before


def test_an_interrupted_generation_goes_on_and_ends_the_same(made, copied, trained):
    last = copied / "generation-2"
    (last / "scores.json").unlink()
    shutil.rmtree(last / "scripted" / "run")
    shutil.rmtree(last / "copies" / "train")
    shutil.rmtree(last / "scripted" / "log")
    assert generations(copied, 2, PLAN, trained)["made"] == 1
    assert weights_of(copied) == weights_of(made)
    assert scores_of(copied) == scores_of(made)


def test_a_signal_in_any_stage_keeps_what_is_finished_and_the_same_call_goes_on(
    made, copied, trained, monkeypatch, capsys
):
    shutil.rmtree(copied / "generation-2")
    command = ["generations", "--out", str(copied), "--count", "2", "--mind", str(trained), *map(str, FLAGS)]
    for home, name in ((Trainer, "update"), (LogWriter, "write_files"), (Judge, "judge")):
        with monkeypatch.context() as patch:
            at_call(patch, home, name, 1, lambda: send(signal.SIGTERM))
            assert main(command) == 143
        assert "the same command goes on from what is finished" in capsys.readouterr().err
        assert not (copied / "generation-2" / "scores.json").exists()
    assert main(command) == 0
    assert weights_of(copied) == weights_of(made)
    assert scores_of(copied) == scores_of(made)


@pytest.mark.slow
def test_a_larger_count_adds_generations_and_a_smaller_one_leaves_them(made, copied, trained):
    shutil.rmtree(copied / "generation-2")
    assert generations(copied, 1, PLAN, trained)["made"] == 0
    assert generations(copied, 2, PLAN, trained)["made"] == 1
    assert scores_of(copied) == scores_of(made)


@pytest.mark.parametrize("change", [{"copies": 3}, {"rate": 2e-3}, {"seed": 1}])
def test_other_settings_are_refused(made, trained, change):
    with pytest.raises(FunhouseError, match=f"begun with {next(iter(change))} = "):
        generations(made, 2, replace(PLAN, **change), trained)


def test_another_first_mind_is_refused(made):
    with pytest.raises(FunhouseError, match="begun with generation_0 = "):
        generations(made, 2, PLAN)


def test_a_directory_of_something_else_is_refused(trained, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FunhouseError, match="something else"):
        generations(tmp_path, 1, PLAN, trained)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_first_mind_that_was_trained_on_these_episodes_is_refused(made, tmp_path):
    with pytest.raises(FunhouseError, match="episodes of seed 1001") as caught:
        generations(tmp_path / "more", 1, PLAN, made / "generation-1" / "copies" / "run")
    assert "--seed" in str(caught.value.remedy)


@pytest.mark.parametrize("name", ["generation-1/scores.json", "generations.json"])
@pytest.mark.parametrize("at", [0.3, 0.6, 0.95])
def test_a_bit_flipped_in_a_figure_or_a_setting_is_a_message(copied, trained, name, at):
    file = copied / name
    data = bytearray(file.read_bytes())
    place = next(i for i in range(int(at * len(data)), len(data)) if chr(data[i]) in "01234567")
    data[place] ^= 1  # one digit to another
    file.write_bytes(data)
    with pytest.raises(FunhouseError, match=f"{file.name} is damaged"):
        generations(copied, 2, PLAN, trained)


@pytest.mark.parametrize(
    "change", [{"episodes": 0}, {"train_steps": 0}, {"copies": 1}, {"copies": 5}, {"split": "train"}, {"seed": -1}]
)
def test_settings_that_make_no_generation_are_refused(change):
    with pytest.raises(FunhouseError):
        replace(PLAN, **change)


def test_the_command_prints_and_draws(capsys, trained, copied):
    said = document(capsys, "generations", "--out", copied, "--count", 2, "--mind", trained, *FLAGS)
    assert said["made"] == 0
    assert said["settings"]["copies"] == 2
    assert {(row["arm"], row["generation"]) for row in said["rows"]} == {
        ("start", 0), ("copies", 1), ("scripted", 1), ("copies", 2), ("scripted", 2),
    }  # fmt: skip
    assert (copied / "generations.png").exists()
    assert json.loads((copied / "generation-1" / "scores.json").read_text())["rows"]
    assert "makes no generation" in failure(capsys, "generations", "--out", copied, "--mind", trained, "--episodes", 0)
    assert "no generation" in failure(capsys, "generations", "--out", copied, "--mind", trained, "--count", 0)
