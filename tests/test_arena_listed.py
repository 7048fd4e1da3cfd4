"""The recipe in every listed environment, as commands: a log, its proof, a mind, a question and the table."""

import json

import numpy as np
import pytest

from tom.cli import main
from worlds import open_log
from worlds.arena.listed import LISTED, Listed
from worlds.arena.participants import FOCAL, OTHERS
from worlds.arena.visibility import NEAREST

# Random members are measured in matches of 64 moves, and a crowd's last long: it has its scripts.
CROWDED = {"gather_v5": ("--visibility", "radius:8", "--random-linear", "0", "--random-mlp", "0")}
USUAL = ("--visibility", "partial", "--random-linear", "4", "--random-mlp", "0")


def document(capsys, *arguments) -> dict:
    """Runs a command with --json; its stdout is one document."""
    status = main([*map(str, arguments), "--json"])
    captured = capsys.readouterr()
    assert status == 0, captured.err
    return json.loads(captured.out)


@pytest.mark.parametrize("one", LISTED, ids=lambda one: one.environment.split(".")[-1])
def test_a_listed_environment_goes_from_the_run_to_the_table(capsys, tmp_path, one: Listed):
    train, test, mind = tmp_path / "train", tmp_path / "test", tmp_path / "mind"
    name = one.environment.rpartition(".")[2]
    settings = "--world", f"pettingzoo:{one.environment}", "--steps", 10, *CROWDED.get(name, USUAL)
    for split, log in (("train", train), ("test", test)):
        assert main([*map(str, ("run", *settings, "--episodes", 2, "--split", split, "--out", log))]) == 0
        assert "MiB" in capsys.readouterr().err
    assert document(capsys, "verify", train, test)["disjoint"] is True
    document(capsys, "train", train, "--out", mind, "--train-steps", 1, "--batch", 2)

    episode = open_log(test)[0]
    check_cast(episode, sum(one.agents))
    where = np.argwhere(episode.acts)[-1]
    place = "--log", test, "--episode", 0, "--agent", episode.names[where[1]], "--step", where[0], "--mind", mind
    answer = document(capsys, "ask", "behave as myself", *place)
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    illegal = np.array(list(answer["probabilities"].values()))[~episode.mask_of(where[1], where[0])]
    assert (illegal == 0).all()

    table = document(capsys, "score", mind, "--log", test, "--train-log", train, "--questions", 24)
    asked = {(row["stance"], row["depth"]): row["questions"] for row in table["rows"] if row["contender"] == "mind"}
    assert asked["behave", 0] > 0
    assert asked["predict", 1] > 0
    assert (asked["behave", 1] > 0) == (max(one.agents) > 1)


def check_cast(episode, agents: int) -> None:
    """All of a small environment; of a crowd 16 that perceive their 23 nearest at most, and whom these may perceive."""
    others = episode.perceived & ~np.eye(len(episode.agents), dtype=bool)
    if agents <= NEAREST + 1:
        assert len(episode.agents) == agents
        return
    assert len(episode.agents) == FOCAL + OTHERS
    assert 0 < others.any((0, 2)).sum() <= FOCAL
    assert 0 < others.sum(2).max() <= NEAREST
