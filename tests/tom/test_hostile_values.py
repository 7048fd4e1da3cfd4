"""Every option of every command, given values that make no sense: a message with what to do instead, and status 1."""

import dataclasses
import os
import time
from types import SimpleNamespace
from typing import get_args, get_type_hints

import pytest

from tests.tom.test_arena_logs import FIELD
from tom.cli import main
from tom.commands import COMMANDS
from worlds import open_log

WHOLE = ("0", "-1", "-8", "7", str(2**63), str(10**30), "nan", "")
NUMBERS = (*WHOLE, "inf", "-inf", "1e400", "1e-320")
TEXTS = ("", "\x1b[2J\u202e", "$HOME", "/dev/zero", "/dev/stdin", "/", "x" * 5000, "\udcff", "{" * 9, "all:", "a.b:c@9")
DEEP = '{"a":' * 100_000 + "1" + "}" * 100_000
LONGEST = 20.0  # seconds, of which a hanging command takes more
ORCHARD = (
    "--preset",
    "near-far",
    "--episodes",
    "1",
    "--steps",
    "2",
    "--agents",
    "2",
    "--fruits",
    "1",
    "--threads",
    "1",
)
ARENA = ("--world", FIELD, "--episodes", "1", "--steps", "2", "--random-linear", "3", "--random-mlp", "2")
OF_ARENA = {"arguments", "visibility", "random_linear", "random_mlp", "policy", "bank_seed", "patience"}


def options(command: type) -> dict[str, tuple[str, ...]]:
    """The hostile values of each option that takes a number or a text."""
    found: dict[str, tuple[str, ...]] = {}
    for name, hint in get_type_hints(command).items():
        kinds = {hint, *get_args(hint)} - {type(None), ...}
        if kinds & {int, float}:
            found[name] = NUMBERS if float in kinds else WHOLE
        elif str in kinds:
            found[name] = TEXTS
    return found


CASES = [(name, option) for name, command in COMMANDS.items() for option in options(command)]


def spelled(command: str, option: str, value: str, rest: dict[str, tuple[str, ...]]) -> list[str]:
    """The command line with one option changed; those that have no flag stand where the rest has them."""
    words = dict(rest)
    if option in words:
        words[option] = (value,) if len(words[option]) == 1 and not words[option][0].startswith("--") else ()
    flag = [] if option in rest and words[option] else [f"--{option.replace('_', '-')}", value]
    return [command, *(word for part in words.values() for word in part), *flag, "--json"]


@pytest.fixture(scope="module")
def part(tmp_path_factory) -> str:
    """A part that is a log's only one."""
    place = str(tmp_path_factory.mktemp("parts") / "part")
    assert main(["run", *ORCHARD, "--part", "1/1", "--out", place]) == 0
    return place


@pytest.fixture
def rest(logs, trained, part, tmp_path) -> dict[str, dict[str, tuple[str, ...]]]:
    """What else each command is given: by option, its words; what has no flag as one word."""
    episode = open_log(logs["test"])[0]
    where = {
        "log": ("--log", str(logs["test"])), "episode": ("--episode", "0"), "agent": ("--agent", episode.names[0]),
        "step": ("--step", "3"), "mind": ("--mind", str(trained)),
    }  # fmt: skip
    scored = {"run": (str(trained),), "log": where["log"]}
    out = {"out": ("--out", str(tmp_path / "out"))}
    return {
        "run": {**out, "rest": ORCHARD},
        "merge": {"parts": (part,), **out},
        "verify": {"logs": (str(logs["test"]),)},
        "train": {"logs": (str(logs["train"]),), **out, "train_steps": ("--train-steps", "1")},
        "ask": {"prompt": ("behave as myself",), **where},
        "describe": {**where, "who": ("--who", episode.names[1])},
        "score": scored,
        "graph": {**scored, **out},
        "probe": {"name": ("stranger",), "run": (str(trained),)},
        "just-ask": {"name": ("clauses",)},
        "generations": {**out, "mind": ("--mind", str(trained))},
        "view": {"log": (str(logs["test"]),), "mind": where["mind"]},
    }


@pytest.fixture
def light(monkeypatch):
    """The commands without what takes them long: it begins only once every value has been looked at."""
    from analysis import just_ask, probes
    from tom import mind

    def probed(name):
        return dataclasses.replace(found(name), measure=lambda *_: {"controls": []}, draw=lambda _: {})

    def loaded(run=None):
        return SimpleNamespace(meta={"done": {}}) if str(run).endswith("out") else load(run)

    def experiment(name):
        one = found_too(name)
        told = {"experiment": name, "controls": []}
        return SimpleNamespace(name=one.name, about=one.about, run=lambda *_: told, draw=lambda _: {})

    found, found_too, load = probes.find, just_ask.find, mind.load
    monkeypatch.setattr("tom.mind.load", loaded)
    monkeypatch.setattr("analysis.probes.find", probed)
    monkeypatch.setattr("analysis.just_ask.find", experiment)
    monkeypatch.setattr("tom.training.train._prepared", lambda *_: SimpleNamespace(run=lambda _: None))
    monkeypatch.setattr("analysis.score", lambda *_, **__: {"rows": []})
    monkeypatch.setattr("analysis.examine", lambda *_, **__: None)
    monkeypatch.setattr("analysis.score_descriptions", lambda *_, **__: {})
    monkeypatch.setattr("analysis.publish", lambda *_, **__: [])
    monkeypatch.setattr("tom.generations._Lineage.upto", lambda *_: {"rows": [], "made": 0})
    monkeypatch.setattr("analysis.generations.draw", lambda *_: {})
    monkeypatch.setattr("werkzeug.serving.BaseWSGIServer.serve_forever", lambda *_, **__: None)
    monkeypatch.setattr("webbrowser.open", lambda _: None)


def status_of(arguments: list[str], capsys) -> int:
    """A command's status, once it is known to have come to it in words and in time."""
    began = time.monotonic()
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    captured = capsys.readouterr()
    assert time.monotonic() - began < LONGEST
    assert status in (0, 1, 2), captured.err
    assert "Traceback" not in captured.err
    if status == 1:
        assert captured.out == ""
        assert "remedy: " in captured.err or "expected" in captured.err  # of a prompt that does not parse
    return status


@pytest.mark.parametrize(("name", "option"), CASES, ids=[f"{name}-{option}" for name, option in CASES])
def test_no_value_of_an_option_is_a_traceback(capsys, monkeypatch, tmp_path, rest, light, name, option):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    given = {**rest[name], "rest": ARENA} if name == "run" and option in OF_ARENA else rest[name]
    for value in options(COMMANDS[name])[option]:
        status_of(spelled(name, option, value, given), capsys)


REFUSED = [
    ("run", "threads", "0"), ("run", "far", str(2**63)), ("run", "switch", str(10**30)), ("run", "seed", "-1"),
    ("run", "seed", str(2**63)), ("run", "map", "/dev/zero"), ("run", "map", "/"), ("run", "marks", "nan"),
    ("run", "episodes", "0"), ("run", "episodes", str(10**12)), ("run", "episodes", str(10**30)), ("run", "out", ""),
    ("run", "patience", "nan"), ("run", "patience", "inf"), ("run", "arguments", DEEP), ("run", "bank_seed", "-1"),
    ("run", "random_linear", str(10**30)), ("verify", "threads", "0"), ("verify", "patience", "nan"),
    ("train", "width", "0"), ("train", "width", "7"), ("train", "width", "-8"), ("train", "minutes", "nan"),
    ("train", "minutes", "inf"), ("train", "rate", "nan"), ("train", "batch", str(10**9)), ("train", "seed", "-1"),
    ("train", "nested", "nan"), ("train", "layers", "-1"), ("ask", "episode", "-1"), ("ask", "episode", str(10**30)),
    ("ask", "step", "-1"), ("graph", "episode", "-1"), ("score", "questions", "0"), ("score", "episodes", "-1"),
    ("score", "seed", "-1"), ("score", "description_share", "1.5"), ("score", "description_share", "nan"),
    ("probe", "seeds", "0"), ("probe", "episodes", "0"), ("probe", "permute", str(10**30)),
    ("probe", "permute", "-1"), ("generations", "count", "0"), ("generations", "count", "-1"),
    ("generations", "questions", "0"), ("generations", "threads", "0"), ("generations", "seed", str(2**62)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "option", "value"), REFUSED, ids=[f"{n}-{o}-{v[:9]}" for n, o, v in REFUSED])
def test_a_value_that_makes_no_sense_is_refused(capsys, rest, light, name, option, value):
    given = {**rest[name], "rest": ARENA} if name == "run" and option in OF_ARENA else rest[name]
    given = {key: words for key, words in given.items() if (option, key) != ("minutes", "train_steps")}
    assert status_of(spelled(name, option, value, given), capsys) == 1


def test_a_pipe_is_not_waited_for(capsys, rest, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert status_of(spelled("run", "map", str(tmp_path / "pipe"), rest["run"]), capsys) == 1


def test_a_long_run_says_at_once_what_it_takes(capsys, rest, monkeypatch):
    monkeypatch.setattr("agents.recording.LogWriter", None)  # whoever would begin to write fails
    arguments = spelled("run", "episodes", str(10**9), rest["run"])
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10 << 30))
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert "1,000,000,000 episodes take about" in said
    assert "days" in said
    assert "there is room for 10.0 GiB" in said
