"""Whatever an environment does where it is called is told in a sentence, and all of it has a limit of time."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.worlds.arena.conftest import play
from tests.worlds.arena.hostile import Hostile
from worlds import FunhouseError
from worlds.arena import ArenaConfig, own_process
from worlds.arena.foreign import Strange, foreign
from worlds.arena.loading import load
from worlds.arena.seats import seats_of
from worlds.arena.time_limit import patience
from worlds.trust import trusting

HOSTILE = "tests.worlds.arena.hostile:hostile"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(own_process, "GRACE", 0.3)
    monkeypatch.setattr(own_process, "_TICK", 0.05)
    with patience(0.2):
        yield


def config(at, kind) -> ArenaConfig:
    return ArenaConfig(HOSTILE, {"at": at, "kind": kind}, 6)


def refused(at, kind) -> str:
    """What is said when it is opened."""
    with pytest.raises(FunhouseError) as caught:
        seats_of.__wrapped__(HOSTILE, config(at, kind).arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("at", "what"),
    [
        ("constructor", "its constructor never ends"),
        ("possible_agents", "to read its possible_agents never ends"),
        ("observation_space", "its observation_space('ant') never ends"),
        ("action_space", "its action_space('bee') never ends"),
        ("agents", "never ends"),
        ("observe", "never ends"),
    ],
)
def test_what_hangs_wherever_it_is_called_is_given_up_by_name(at, what, impatient):
    told = refused(at, "hang")
    assert what in told
    assert HOSTILE in told
    assert "--patience" in told


@pytest.mark.parametrize("at", ["constructor", "possible_agents", "action_space", "agents", "reset", "observe"])
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("mine", "Mine: mine \\x1b[31m"),
        ("interrupt", "KeyboardInterrupt"),
        ("generator", "GeneratorExit"),
        ("cancelled", "CancelledError"),
        ("group", "BaseExceptionGroup"),
        ("speechless", "Speechless"),
    ],
)
def test_what_is_raised_and_is_no_exception_is_told_as_one_wherever_it_is_raised(at, kind, what):
    told = refused(at, kind)
    assert what in told
    assert HOSTILE in told
    assert "Traceback" not in told
    assert "\x1b" not in told


@pytest.mark.parametrize("kind", ["mine", "interrupt"])
def test_in_a_game_it_costs_the_game_and_in_a_close_nothing(kind):
    with pytest.raises(FunhouseError, match="the environment raised"):
        own_process.apart(play, config("step", kind), 3)
    assert len(own_process.apart(play, config("close", kind), 3)["action"]) == 6


def test_a_close_that_never_ends_is_tried_once(impatient):
    def twice():
        for key in (3, 4):
            play(config("close", "hang"), key)
        return Hostile.closes

    assert own_process.apart(twice) == 1


@pytest.mark.parametrize("name", ["observation_space", "action_space"])
def test_spaces_that_become_others_are_refused_by_name(name):
    assert f"its {name}('ant') is" in refused("later", name)


def test_spaces_that_become_others_after_the_first_look_are_refused_at_the_end_of_the_match(monkeypatch):
    monkeypatch.setattr("worlds.arena.inspection.STEPS", 0)
    with pytest.raises(FunhouseError, match=r"its action_space\('ant'\) is Discrete\(5\) now, and was Discrete\(2\)"):
        play(config("later", "action_space"), 3)


@pytest.mark.parametrize(("rule", "what"), [("quitting", "raised SystemExit: 0"), ("endless", "never ends")])
def test_a_rule_that_hangs_or_exits_is_explained(rule, what, impatient):
    with pytest.raises(FunhouseError, match=f"the visibility rule {what}"):
        play(ArenaConfig(HOSTILE, {}, 6, f"tests.worlds.arena.hostile:{rule}"), 3)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("while True: pass", "importing 'hostile_at_import' never ends"),
        ("raise KeyboardInterrupt", "importing 'hostile_at_import' failed: KeyboardInterrupt"),
        ("import os; os._exit(0)", "it ended its process, with status 0"),
    ],
)
def test_a_module_that_hangs_quits_or_interrupts_when_it_is_imported_is_named(
    line, what, impatient, tmp_path, monkeypatch
):
    (tmp_path / "hostile_at_import.py").write_text(line)
    monkeypatch.chdir(tmp_path)
    with trusting("hostile_at_import"), pytest.raises(FunhouseError, match=what):
        load("hostile_at_import:policy")
    with trusting("hostile_at_import"), pytest.raises(FunhouseError, match=what) as caught:
        seats_of.__wrapped__("hostile_at_import:make", "{}")
    assert "hostile_at_import" in str(caught.value)


def test_an_import_is_not_torn_by_the_alarm_and_is_there_for_the_next_game(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\nfor _ in range(4): time.sleep(0.1)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def twice():
        with pytest.raises(BaseException, match="had not come back"):
            foreign(__import__, "slow_to_import")
        return foreign(__import__, "slow_to_import").__name__

    with patience(0.2):
        assert own_process.apart(twice) == "slow_to_import"


def test_an_interruption_in_our_own_process_stays_one_and_other_strangers_do_not():
    with pytest.raises(KeyboardInterrupt):
        foreign(signal.raise_signal, signal.SIGINT)
    with pytest.raises(Strange, match="GeneratorExit"):
        foreign(_leave)


def _leave():
    raise GeneratorExit


def test_a_signal_is_answered_while_a_constructor_hangs(tmp_path):
    command = [sys.executable, "-m", "tom", "run", "--out", tmp_path / "log", "--world", f"pettingzoo:{HOSTILE}"]
    command += ["--arguments", '{"at": "constructor", "kind": "hang"}']
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        below, deadline = Path(f"/proc/{process.pid}/task/{process.pid}/children"), time.monotonic() + 30
        while not below.read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 143, process.stderr and process.stderr.read()
