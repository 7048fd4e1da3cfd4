"""Which bank a log has, where calibrating it never comes out the same twice: it is kept, carried on, and told apart."""

import json

import pytest

from agents.arena import bank as banks
from analysis.scores.fidelity import training_episodes
from tom.cli import main
from worlds import open_log

WALK = "tests.worlds.arena.unsteady:walk"
RUN = ("--world", f"pettingzoo:{WALK}", "--arguments", '{"kind": "entropy"}', "--episodes", "2", "--steps", "6")
LITTLE = ("--random-linear", "4", "--random-mlp", "2")


def tom(capsys, *arguments: object, status: int = 0):
    """What a command prints, as in a process of its own: its document, or what it says on stderr if it fails."""
    banks._of.cache_clear()
    got = main([*map(str, arguments), "--json"])
    shown = capsys.readouterr()
    assert got == status, shown.err
    return " ".join(shown.err.split()) if status == 1 else json.loads(shown.out)


def bank(log) -> dict:
    return open_log(log).config["bank"]


@pytest.fixture
def train(capsys, tmp_path):
    tom(capsys, "run", "--out", tmp_path / "train", *RUN, *LITTLE)
    return tmp_path / "train"


def test_a_log_is_continued_with_the_bank_that_it_was_begun_with(capsys, train):
    before = bank(train)
    more = tom(capsys, "run", "--out", train, *RUN[:-4], "--episodes", 66, "--steps", 6, *LITTLE)
    assert more["episodes"] == 66
    assert bank(train) == before


def test_a_bank_is_carried_to_another_log_and_only_whole(capsys, tmp_path, train):
    other = tmp_path / "test"
    said = tom(capsys, "run", "--out", other, *RUN, "--split", "test", "--bank", train, *LITTLE, status=1)
    assert "--random-linear says nothing" in said
    tom(capsys, "run", "--out", other, *RUN, "--split", "test", "--bank", train)
    assert bank(other) == bank(train)
    assert training_episodes(open_log(other).config, 1)[0].run["bank"] == bank(train)
    rounds = ("--world", "pettingzoo:tests.worlds.arena.toys:field", "--episodes", 2)
    assert "is none for" in tom(capsys, "run", "--out", tmp_path / "no", *rounds, "--bank", train, status=1)


def test_a_bank_that_is_named_is_not_put_aside_for_the_one_that_is_there(capsys, tmp_path, train):
    tom(capsys, "run", "--out", tmp_path / "other", *RUN, *LITTLE)
    said = tom(capsys, "run", "--out", train, *RUN, "--bank", tmp_path / "other", status=1)
    assert "bank.statistics" in said


def test_banks_that_differ_are_refused_and_told_with_the_remedy(capsys, tmp_path, train):
    test, more, run = (tmp_path / name for name in ("test", "more", "run"))
    tom(capsys, "run", "--out", test, *RUN, *LITTLE, "--split", "test")
    assert bank(test) != bank(train)
    told = tom(capsys, "verify", train, test, "--trust", WALK, status=3)
    assert "another calibration" in told["banks"][0]
    assert told["logs"][0]["bank"] != told["logs"][1]["bank"]
    tom(capsys, "run", "--out", more, *RUN, *LITTLE, "--seed", 1)
    refused = [tom(capsys, "train", train, more, "--out", run, "--train-steps", 1, status=1)]
    tom(capsys, "train", train, "--out", run, "--train-steps", 1)
    agent = open_log(test)[0].names[0]
    asked = ("--log", test, "--episode", 0, "--agent", agent, "--step", 3, "--mind", run)
    refused.append(tom(capsys, "ask", "behave as myself", *asked, status=1))
    refused.append(tom(capsys, "score", run, "--log", test, "--trust", WALK, status=1))
    refused.append(tom(capsys, "score", run, "--log", test, "--train-log", train, "--trust", WALK, status=1))
    for said in refused:
        assert "--bank" in said, said
        assert "bank" in said.split("remedy")[0]
    assert all("another calibration" in said for said in refused[:3])
    assert told["logs"][0]["bank"] in refused[0]
