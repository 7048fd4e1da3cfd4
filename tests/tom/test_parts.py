"""`tom run --part K/N` and `tom merge`, from the command line to the document; parts of logs with copies of a mind."""

import json
from pathlib import Path

import pytest

from agents.merging import merge
from agents.recording import record
from tests.tom.test_player import run_of, the_mind
from tom.cli import main
from tom.player import Player
from worlds.log.parts import Part

LITTLE = ("--agents", "3", "--steps", "4", "--switch", "2", "--kinds", "3", "--fruits", "2", "--threads", "1")
MADE = ("run", "--episodes", "130", *LITTLE)


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a directory."""
    return {path.name: path.read_bytes() for path in home.iterdir()}


def said(capsys, *arguments: object) -> tuple[int, str, str]:
    """A command's exit status, and what it wrote on stdout and stderr."""
    status = main([*map(str, arguments)])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, " ".join(err.split())


def test_a_log_is_run_in_parts_and_merged(capsys, tmp_path):
    assert said(capsys, *MADE, "--out", tmp_path / "one")[0] == 0
    for number in (1, 2, 3):
        part = ("--part", f"{number}/3", "--out", tmp_path / f"part-{number}")
        status, out, err = said(capsys, *MADE, *part)
        assert status == 0
        assert f"part {number}/3 of a log" in err
        assert "tom merge PART [PART ...] --out LOG" in err
    status, out, _ = said(capsys, *MADE, "--part", "3/3", "--out", tmp_path / "part-3", "--json")
    assert (status, json.loads(out)["part"], json.loads(out)["episodes"]) == (0, "3/3", 2)
    assert json.loads(out)["written"] == 0
    parts = sorted(tmp_path.glob("part-*"))
    status, out, err = said(capsys, "merge", *parts, "--out", tmp_path / "log")
    assert status == 0
    assert "tom train" in err or "tom ask" in err
    assert contents(tmp_path / "log") == contents(tmp_path / "one")
    status, out, _ = said(capsys, "merge", *parts, "--out", tmp_path / "log", "--json")
    assert json.loads(out) == {"log": str(tmp_path / "log"), "episodes": 130, "written": 0, "parts": 3}


@pytest.mark.parametrize(
    ("part", "match"),
    [
        ("0/4", "there is no part 0 of 4"),
        ("5/4", "there is no part 5 of 4"),
        ("1/0", "there is no part 1 of 0"),
        ("1", "--part 1 is not K/N"),
        ("1/4/2", "--part 1/4/2 is not K/N"),
        ("-1/4", "--part -1/4 is not K/N"),
        ("1.0/4", "is not K/N"),
        ("one/4", "is not K/N"),
        ("１/4", "is not K/N"),
        ("/", "is not K/N"),
        ("1/99999999999999", "is not K/N"),
        ("1/4", "130 episodes are 3 shards of 64, too few for 4 parts"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(capsys, tmp_path, part, match):
    status, _, err = said(capsys, *MADE, f"--part={part}", "--out", tmp_path / "part")
    assert status == 1
    assert match in err
    assert "remedy" in err
    assert not (tmp_path / "part").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("verify", "PART"),
        ("train", "PART", "--out", "RUN", "--train-steps", "1"),
        ("score", "--log", "PART"),
        ("ask", "behave as myself", "--episode", "0", "--agent", "Ada", "--step", "1", "--log", "PART"),
        ("view", "PART"),
        ("run", "--world", "pettingzoo:tests.worlds.arena.toys:field", "--bank", "PART", "--out", "RUN"),
    ],
    ids=lambda command: command[0],
)
def test_no_other_command_takes_a_part_for_a_log(capsys, tmp_path, command):
    assert main([*MADE, "--part", "2/3", "--out", str(tmp_path / "part")]) == 0
    names = {"PART": tmp_path / "part", "RUN": tmp_path / "run"}
    status, _, err = said(capsys, *(names.get(word, word) for word in command))
    assert status == 1
    assert "holds part 2 of 3 of a log, not a whole log" in err
    assert "tom merge" in err


def test_a_merge_of_nothing_or_of_what_is_no_part_is_refused(capsys, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("text")
    for name, match in (("gone", "does not exist"), ("empty", "is empty"), ("file", "is not a directory")):
        status, _, err = said(capsys, "merge", tmp_path / name, "--out", tmp_path / "log")
        assert status == 1
        assert match in err
    assert "remedy" in err
    assert not (tmp_path / "log").exists()


def test_parts_with_copies_of_a_mind_make_the_log_of_one_machine(monkeypatch, tmp_path):
    monkeypatch.setattr("agents.world.SHARD_SIZE", 2)
    run = run_of()
    record(run, tmp_path / "one", 3, players=Player(the_mind()))
    places = [tmp_path / "1", tmp_path / "2"]
    for number, place in enumerate(places, 1):
        record(run, place, 3, players=Player(the_mind()), part=Part(number, 2))
    merge(places, tmp_path / "log")
    assert contents(tmp_path / "log") == contents(tmp_path / "one")
