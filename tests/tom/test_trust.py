"""A log or a checkpoint never names code that is run: not by any command, unless the user has named it too."""

import ast
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import worlds
from tests import forging
from tom.cli import main, parse
from worlds import FunhouseError, open_log
from worlds.arena import ArenaConfig
from worlds.arena.environment import Environment
from worlds.trust import is_trusted, trusting

FIELD = "pettingzoo:tests.worlds.arena.toys:field"
FINDERS = {"import_module", "find_spec", "__import__"}
RUNNERS = {"exec", "eval", "compile"}
LITTLE = ("--episodes", "2", "--steps", "8", "--random-linear", "4", "--random-mlp", "2")
TRAP = "from pathlib import Path\nHOME = Path(__file__).parent\n(HOME / 'ran').touch()\ndef spring(*_, **__): ...\n"
OWN = """
from os import system  # a log may not have it for being here
from tests.worlds.arena.toys import field as parallel_env, pairs as others

def near(context):
    return others(context)

def even(observation, mask, generator):
    return mask / mask.sum()
"""


@pytest.fixture(autouse=True)
def traps(tmp_path, monkeypatch):
    """A working directory with modules that leave a file, `ran`, when they are imported; and an honest one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "trapped").mkdir()
    (tmp_path / "trapped" / "__init__.py").write_text(TRAP.replace("parent", "parents[1]"))
    (tmp_path / "trapped" / "inner.py").write_text("")
    (tmp_path / "trap.py").write_text(TRAP)
    (tmp_path / "own_trusted_world.py").write_text(OWN)
    yield
    for name in ("trap", "trapped", "trapped.inner", "own_trusted_world"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path]:
    """An honest log, and the checkpoint of a mind that has taken a step on it."""
    home = tmp_path_factory.mktemp("honest")
    assert main(["run", "--world", FIELD, "--out", str(home / "log"), "--split", "test", *LITTLE]) == 0
    assert main(["run", "--world", FIELD, "--out", str(home / "train"), *LITTLE]) == 0
    assert main(["train", str(home / "train"), "--out", str(home / "run"), "--train-steps", "1"]) == 0
    return home / "log", home / "run" / "checkpoint"


def environment(name: str, **arguments) -> dict:
    return {"arena.environment": name, "arena.arguments": arguments}


HOSTILE = {
    "a system call": environment("os:system", command="touch ran"),
    "a function": environment("trap:spring"),
    "a module": environment("trap"),
    "a module in a package": environment("trapped.inner"),
    "an id of a registry": environment("trapped/inner"),
    "a rule": {"arena.visibility": "trap:spring"},
    "a rule in a package": {"arena.visibility": "trapped.inner:spring"},
    "a policy": {"bank.callables": ["trap:spring"]},
    "a bank to be measured": environment("trap") | {"bank.statistics": []},
    "a policy of one species": {"bank.callables": ["trapped.inner:spring@1"]},
}


def log_and_mind(made, tmp_path: Path, change: dict) -> tuple[str, str]:
    """Both as somebody hostile would hand them on: with other settings, and every checksum right."""
    log, mind = shutil.copytree(made[0], tmp_path / "log"), shutil.copytree(made[1], tmp_path / "mind")
    for path, value in change.items():
        forging.manifest(log, f"meta.config.{path}", value)
        forging.document(mind, "config.json", f"run.{path}", value)
    if "arena.environment" in change:
        forging.manifest(log, "meta.world", f"pettingzoo:{change['arena.environment']}")
    return str(log), str(mind)


def said(capsys, *arguments: str) -> tuple[int, str]:
    """The status of a command and what it tells the user, which is never a traceback."""
    status = main(list(arguments))
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.err


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_a_log_or_a_mind_names_is_run(made, tmp_path, capsys, change):
    log, mind = log_and_mind(made, tmp_path, change)
    name = open_log(log)[0].names[0]
    asked = ("--log", log, "--mind", mind, "--episode", "0", "--agent", name, "--step", "3")
    commands = {
        "verify": ("verify", log),
        "train": ("train", log, "--out", str(tmp_path / "new"), "--train-steps", "1"),
        "ask": ("ask", "behave as myself", *asked),
        "exact": ("ask", "behave as myself", *asked, "--exact"),
        "describe": ("describe", "--who", open_log(log)[0].names[1], *asked, "--exact"),
        "score": ("score", mind, "--log", log, "--questions", "4"),
        "graph": ("graph", mind, "--log", log, "--questions", "4", "--out", str(tmp_path / "graphs")),
        "start": ("train", str(made[0]), "--out", str(tmp_path / "two"), "--train-steps", "1", "--start", mind),
    }
    told = {command: said(capsys, *arguments) for command, arguments in commands.items()}
    assert not (tmp_path / "ran").exists()
    assert not {"trap", "trapped"} & set(sys.modules)
    assert told["verify"][0] == (1 if "bank.statistics" in change else 3)  # what needs no code is checked
    assert all(told[command][0] == 1 for command in ("score", "graph"))
    refused = ["verify"]
    if not any(path.startswith("bank.") for path in change):  # else the mind's network is of another bank
        assert told["ask"][0] == 0, told["ask"]  # what needs no code is answered
        refused += ["score", "graph"]
    for command in refused:
        assert "--trust" in told[command][1], told[command]


def test_the_message_names_all_that_is_needed_and_can_be_pasted(made, tmp_path, capsys):
    change = environment("trapped.inner") | {"arena.visibility": "trap:spring"}
    status, message = said(capsys, "verify", log_and_mind(made, tmp_path, change)[0])
    assert status == 3
    assert "--trust trapped.inner --trust trap:spring" in message
    assert str(tmp_path / "log") in message


@pytest.mark.parametrize("name", ["trap; touch ran", "trap,os", "..trap", "trap:spring.__call__", "$(touch ran):x", ""])
def test_what_is_no_name_of_a_module_is_not_offered_for_trust(made, tmp_path, capsys, name):
    status, message = said(capsys, "verify", log_and_mind(made, tmp_path, environment(name))[0])
    assert status == 1
    assert "--trust" not in message
    with pytest.raises(FunhouseError):
        worlds.trust(name)


def record(tmp_path: Path, capsys) -> tuple[str, str]:
    """A log of an environment, a rule and a policy of one's own, and what `tom run` ends with."""
    named = ("--world", "pettingzoo:own_trusted_world", "--visibility", "own_trusted_world:near")
    log = str(tmp_path / "mine")
    status, told = said(capsys, "run", "--out", log, *named, "--policy", "own_trusted_world:even", *LITTLE)
    assert status == 0, told
    return log, told


def test_what_the_command_line_names_is_trusted_while_the_command_lasts(tmp_path, capsys):
    log, told = record(tmp_path, capsys)
    needed = "--trust own_trusted_world --trust own_trusted_world:near --trust own_trusted_world:even"
    assert needed in told.splitlines()[-1]  # the hint to ask
    status, message = said(capsys, "verify", log)
    assert (status, needed in " ".join(message.split())) == (3, True)
    assert said(capsys, "verify", log, *needed.split())[0] == 0
    assert said(capsys, "verify", log)[0] == 3


def test_a_mind_of_ones_own_policies_is_trained_loaded_and_asked_without_them(tmp_path, capsys):
    log, _ = record(tmp_path, capsys)
    assert said(capsys, "train", log, "--out", "run", "--train-steps", "1")[0] == 0
    asked = ("--log", log, "--mind", "run", "--episode", "0", "--agent", open_log(log)[0].names[0], "--step", "3")
    assert said(capsys, "ask", "behave as myself", *asked)[0] == 0
    status, message = said(capsys, "ask", "behave as myself", *asked, "--exact")
    assert (status, "--trust own_trusted_world:even" in message) == (1, True)
    assert said(capsys, "ask", "behave as myself", *asked, "--exact", "--trust", "own_trusted_world")[0] == 0


def test_a_module_is_trusted_with_all_that_it_defines_itself(tmp_path, capsys):
    log, _ = record(tmp_path, capsys)
    assert said(capsys, "verify", log, "--trust", "own_trusted_world")[0] == 0
    for name in ("own_trusted_world.more", "own_trusted", "own_trusted_world:near", "more.own_trusted_world"):
        assert said(capsys, "verify", log, "--trust", name)[0] == 3


def test_a_trusted_module_lends_a_log_nothing_that_it_imports(made, tmp_path, capsys):
    log = log_and_mind(made, tmp_path, environment("own_trusted_world:system", command="touch ran"))[0]
    status, message = said(capsys, "verify", log, "--trust", "own_trusted_world")
    assert not (tmp_path / "ran").exists()
    assert status == 3
    assert "comes from posix" in message
    dotted = {"arena.visibility": "own_trusted_world:os.system"}
    log = log_and_mind(made, tmp_path / "dotted", dotted)[0]
    assert said(capsys, "verify", log, "--trust", "own_trusted_world")[0] == 1


def test_a_file_of_ones_own_and_the_environment_say_whom_one_trusts(tmp_path, monkeypatch):
    assert not is_trusted("some.module")
    for home, variable in (("home/.config", None), ("elsewhere", "XDG_CONFIG_HOME")):
        if variable:
            monkeypatch.setenv(variable, str(tmp_path / home))
            assert not is_trusted("some.module")
        (tmp_path / home / "funhouse").mkdir(parents=True)
        (tmp_path / home / "funhouse" / "trust").write_text("# mine\nsome.module  # it is\n\nanother:function\n")
        assert is_trusted("some.module")
        assert is_trusted("some.module:function")
        assert is_trusted("another:function")
        assert not is_trusted("another")
    monkeypatch.setenv("XDG_CONFIG_HOME", "elsewhere")  # relative: whose directory it is depends on where one stands
    assert not is_trusted("some.module")
    monkeypatch.setenv("FUNHOUSE_TRUST", "some.module, third")
    assert is_trusted("some.module")
    assert is_trusted("third")


def test_a_line_of_that_file_that_is_no_name_is_told(tmp_path):
    (tmp_path / "home/.config/funhouse").mkdir(parents=True)
    (tmp_path / "home/.config/funhouse/trust").write_text("mine\nrm -rf\n")
    with pytest.raises(FunhouseError) as caught:
        is_trusted("another")
    assert "line 2" in str(caught.value)


def test_in_python_a_log_is_opened_with_trust_and_other_processes_keep_it(made):
    with trusting():
        log = open_log(made[0], trust=("world_of_mine",))
        assert len(log) == 2
        worlds.trust("rule_of_mine:near")
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            assert list(pool.map(is_trusted, ["world_of_mine", "rule_of_mine:near", "other"])) == [True, True, False]
    assert not is_trusted("world_of_mine")


@pytest.mark.parametrize("spec", ["classic.rps_v2", "classic/rps_v2", "pettingzoo.classic.rps_v2"])
def test_a_listed_environment_needs_no_trust(monkeypatch, tmp_path, spec):
    monkeypatch.delenv("FUNHOUSE_TRUST")
    (tmp_path / "classic").mkdir()
    (tmp_path / "classic" / "__init__.py").write_text(TRAP.replace("parent", "parents[1]"))
    assert Environment.open(spec, {"max_cycles": 5}).seats == ["player_0", "player_1"]
    assert not (tmp_path / "ran").exists()  # nor is one of its name looked for in the working directory
    assert ArenaConfig(spec).code == ()


def test_a_listed_environment_is_not_taken_from_the_working_directory(tmp_path):
    rps = ("--world", "pettingzoo:classic.rps_v2", "--random-linear", "4", "--random-mlp", "0", "--steps", "4")
    assert main(["run", "--out", "log", "--episodes", "1", *rps]) == 0
    (tmp_path / "pettingzoo").mkdir()
    (tmp_path / "pettingzoo" / "__init__.py").write_text(TRAP.replace("parent", "parents[1]"))
    program = [sys.executable, "-m", "tom", "verify", "log"]
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(program, cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "arguments",
    [{"render_mode": "human"}, {"num_actions": 10**6}, {"max_cycles": 1e300}, {"path": "/dev/zero"}, {"seed": [1]}],
)
def test_a_listed_environment_is_given_only_ordinary_arguments_unasked(arguments):
    with pytest.raises(FunhouseError, match="with such arguments") as caught:
        Environment.open("classic.rps_v2", arguments)
    assert "--trust classic.rps_v2" in caught.value.remedy


@pytest.mark.parametrize("spec", ["classic.chess_v6", "atari/pong_v3", "sisl/pursuit", "mpe2.simple_spread_v3"])
def test_what_is_not_listed_needs_trust_in_pettingzoos_registry_too(spec):
    with pytest.raises(FunhouseError, match="have not named"):
        Environment.open(spec)


def test_a_run_into_an_existing_log_runs_nothing_that_the_log_names(made, tmp_path, capsys):
    log = log_and_mind(made, tmp_path, environment("trap"))[0]
    status, message = said(capsys, "run", "--world", FIELD, "--out", log, "--split", "test", *LITTLE)
    assert status == 1
    assert "arena" in message
    assert not (tmp_path / "ran").exists()


def test_every_command_takes_trust():
    commands = {
        "run": ("--out", "x"), "verify": ("x",), "train": ("x", "--out", "y"), "probe": ("x",), "score": ("--log", "x"),
        "graph": ("--log", "x", "--out", "y"), "generations": ("--out", "x"), "view": ("x",),
        "ask": ("x", "--log", "x", "--episode", "0", "--agent", "A", "--step", "0"),
        "describe": ("--who", "x", "--log", "x", "--episode", "0", "--agent", "A", "--step", "0"),
    }  # fmt: skip
    for command, rest in commands.items():
        assert parse([command, "--trust", "a", "--trust", "b:c", *rest]).trust == ("a", "b:c")


def test_code_is_found_by_name_in_these_places_only():
    """What else imports by name, or runs what it reads, would be a way around: add it here if it takes no name from a
    data file."""
    known = {
        "worlds/arena/loading.py": {"import_module", "find_spec"},  # asks for trust
        "worlds/arena/name_clashes.py": {"find_spec"},  # of our own names, which lie in no package
        "agents/arena/scripted/__init__.py": {"import_module"},  # names of a table
        "analysis/__init__.py": {"import_module"},  # names of a table
        "analysis/just_ask/__init__.py": {"import_module"},  # our own folders
        "analysis/probes/__init__.py": {"import_module"},  # our own folders
        "tom/__init__.py": {"import_module"},
        "tom/own_packages.py": {"find_spec"},
    }
    root, found = Path(__file__).resolve().parents[2], {}
    for path in (path for floor in ("worlds", "agents", "analysis", "tom") for path in (root / floor).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {call.attr for call in calls if isinstance(call, ast.Attribute)} & FINDERS
        names |= {call.id for call in calls if isinstance(call, ast.Name)} & (FINDERS | RUNNERS)
        if names:
            found[str(path.relative_to(root))] = names
        imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not imports & {"pickle", "marshal", "shelve", "joblib", "runpy"}
    assert found == known
