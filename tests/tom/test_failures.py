"""A failure that the user can put right ends in a message and a status, never in a traceback."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from numba import njit

from tom.cli import guarded
from tom.commands import COMMANDS
from tom.commands.base import Command
from worlds import FunhouseError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(kw_only=True)
class Acts(Command):
    """A command that prints something, then raises what it is given."""

    error: BaseException | None = None

    def work(self) -> dict:
        print("a library talks")
        if self.error:
            raise self.error
        return {"value": float("nan")}

    def show(self, document: dict) -> None:
        print("for a person")


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device", "logs/demo/steps.parquet")


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (FunhouseError("no bread", place="a shop", remedy="bake"), 1, ("no bread", "a shop", "bake")),
        (full_disk(), 1, ("No space left on device", "logs/demo/steps.parquet", "free some space")),
        (FileNotFoundError(errno.ENOENT, "No such file", "x.txt"), 1, ("x.txt", "check the path")),
        (KeyboardInterrupt(), 130, ("interrupted",)),
    ],
)
def test_a_failure_is_a_message_on_stderr(capsys, error, status, words):
    assert guarded(Acts(json=True, error=error)) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert all(word in captured.err for word in words)
    assert "Traceback" not in captured.err


def test_a_fault_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        guarded(Acts(error=ZeroDivisionError()))


def test_json_gives_stdout_to_the_document_alone(capsys):
    assert guarded(Acts(json=True)) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"value": None}
    assert "a library talks" in captured.err


def test_a_command_says_on_stderr_that_it_compiles(capsys, monkeypatch):
    monkeypatch.setattr(Acts, "work", lambda _: {"value": njit(lambda value: value)(1)})
    assert guarded(Acts(json=True)) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"value": 1}
    assert captured.err.count("compiling kernels") == 1


def test_a_person_gets_the_table(capsys):
    assert guarded(Acts()) == 0
    assert "for a person" in capsys.readouterr().out


def tom(*arguments: str, cwd: Path, first: Path = ROOT, **options) -> subprocess.CompletedProcess:
    """Runs `python -m tom` in a directory; `first` is looked into before our own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(first), str(ROOT)])}
    command = [sys.executable, "-m", "tom", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True, **options)


def test_a_reader_that_leaves_is_no_error(tmp_path):
    script = (
        "import sys; from tests.tom.test_failures import Acts; from tom.cli import guarded\n"
        "class Long(Acts):\n    def show(self, document):\n        print('x' * 1_000_000)\n"
        "status = guarded(Long()); sys.exit(status)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.read(10)
    child.stdout.close()
    assert child.stderr is not None
    complaint = child.stderr.read().decode()
    child.stderr.close()
    assert child.wait() == 1
    assert complaint == ""


def test_somebody_elses_agents_are_noticed(tmp_path):
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").write_text("Agent = object\n")
    done = tom("verify", "nowhere", cwd=tmp_path, first=tmp_path)
    assert done.returncode == 1
    assert "'agents'" in done.stderr
    assert "not funhouse's" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_package_of_our_name_in_the_working_directory_is_not_taken_for_ours(tmp_path):
    for name in ("agents", "worlds", "analysis"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('this is not ours')\n")
    done = tom("verify", "nowhere", cwd=tmp_path)
    assert "nowhere does not exist" in done.stderr
    assert "not ours" not in done.stderr


def test_a_folder_that_is_only_called_agents_does_no_harm(tmp_path):
    (tmp_path / "agents").mkdir()
    done = tom("verify", "nowhere", cwd=tmp_path)
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "not funhouse's" not in done.stderr


def test_misuse_names_what_is_missing(tmp_path):
    done = tom("ask", "behave as Bo", cwd=tmp_path)
    assert done.returncode == 2
    assert "--log" in done.stderr
    assert done.stdout == ""


def test_help_is_quick_because_it_imports_nothing_heavy(tmp_path):
    script = (
        "import sys\nfrom tom.cli import parse\n"
        "try:\n    parse(['run', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'numba', 'numpy', 'matplotlib'} & set(sys.modules)\nassert not heavy, heavy"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True, capture_output=True)


def test_a_mind_is_loaded_without_torchs_compiler_which_takes_seconds():
    script = "import sys, tom; tom.load('near-far'); assert 'torch._dynamo' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(capsys, name):
    from tom.cli import main

    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert f"usage: tom {name}" in shown
    assert "--json" in shown
    assert str(COMMANDS[name].__doc__).split(maxsplit=3)[0] in shown
