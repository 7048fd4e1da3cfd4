"""What `tom run` says can be done next is a command that works as it was printed, in a shell and for that log."""

import shlex

import pytest

from tests.tom.test_arena_logs import FIELD, LITTLE
from tom.cli import main
from tom.hints import TRAINED

SMALL = ("--preset", "near-far", "--episodes", "2", "--steps", "12", "--agents", "3", "--threads", "1")
KINDS = {
    "orchard": SMALL,
    "blind": SMALL[2:],
    "marks": (*SMALL, "--marks", "0.2"),
    "two kinds": (*SMALL, "--kinds", "2"),
    "two kinds in test": (*SMALL, "--kinds", "2", "--split", "test"),
    "copies": (*SMALL, "--copies", "2"),
    "arena": ("--world", FIELD, *LITTLE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_printed_command_works_when_it_is_pasted(capsys, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    log = "it's my log; $(touch harm)"
    assert main(["run", "--out", log, *KINDS[kind]]) == 0
    printed = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tom ")]
    assert len(printed) == {"two kinds": 2, "arena": 2, "two kinds in test": 0}.get(kind, 1)
    for line in printed:
        command, *arguments = shlex.split(line.replace(TRAINED, "--train-steps 1"))
        assert command == "tom"
        assert main(arguments) == 0, capsys.readouterr().err


def test_a_log_with_copies_of_another_mind_is_asked_of_that_mind(capsys, trained, tmp_path):
    assert main(["run", "--out", str(tmp_path / "log"), *SMALL, "--copies", "2", "--mind", str(trained)]) == 0
    assert capsys.readouterr().err.rstrip().endswith(f"--mind {trained}")
