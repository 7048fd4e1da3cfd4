"""Environments that end, hang or rob the process they are played in: their episodes are dropped, and nothing else."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agents.arena.bank_config import BankConfig
from agents.arena.rollout import Company, rollout
from agents.arena.run import ArenaRun
from agents.population import PopulationConfig
from agents.recording import record, verify
from tests.agents.arena.test_rollout import fields_of
from worlds import FunhouseError, open_log
from worlds.arena import ArenaConfig
from worlds.arena import own_process as apart
from worlds.arena.time_limit import patience

FIELD = "tests.worlds.arena.toys:field"
LITTLE = BankConfig(random_linear=4, random_mlp=0)


def run_of(fault="", seed=3, length=200, bank=LITTLE, **arguments) -> ArenaRun:
    """Matches of one game each; the fault is in those whose game's seed is odd."""
    config = ArenaConfig(FIELD, {"fault": fault, "length": length, **arguments}, 4, "partial:0.5,2")
    return ArenaRun(config, bank, PopulationConfig(switch=2), seed)


@pytest.fixture
def impatient(monkeypatch):
    """Nothing is waited for long."""
    monkeypatch.setattr(apart, "GRACE", 0.3)
    monkeypatch.setattr(apart, "_TICK", 0.05)
    with patience(0.2):
        yield


@pytest.fixture(scope="module")
def sound() -> list:
    """What is played where nothing fails."""
    return rollout(run_of(), 0, 5)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("exit", "SystemExit"),
        ("gone", "ended its process, with status 0"),
        ("abort", "died of SIGABRT"),
        ("stubborn", "never ends"),
        ("frozen", "never ends"),
    ],
)
def test_who_ends_or_hangs_the_process_is_dropped_and_those_beside_it_come_out_as_ever(fault, told, impatient, sound):
    dropped = []
    episodes = rollout(run_of(fault), 0, 5, lambda index, one: dropped.append((index, one.seed, one.reason)))
    assert dropped
    assert all(told in reason for _, _, reason in dropped)
    assert [(e.index, seed) for e in episodes for seed in e.dropped] == [row[:2] for row in dropped]
    stand = [(one, same) for one, same in zip(episodes, sound, strict=True) if not one.dropped]
    assert stand
    assert all(fields_of(one) == fields_of(same) for one, same in stand)
    assert not multiprocessing.active_children()


def test_an_environment_that_only_ends_its_process_or_only_hangs_is_given_up_with_the_reason(impatient, monkeypatch):
    monkeypatch.setattr("worlds.arena.inspection.STEPS", 0)
    monkeypatch.setattr("worlds.arena.failure.ATTEMPTS", 3)
    plain = BankConfig(random_linear=0, random_mlp=0, callables=("tests.tom.test_arena_logs:fading",))
    for fault, told in (("gone", "failed 3 times in a row: it ended"), ("frozen", "hung 2 times in a row: never ends")):
        monkeypatch.setattr("worlds.arena.failure.HANGS", 2)
        run = run_of(fault, always=True, agents=3, bank=plain)
        with pytest.raises(FunhouseError, match=told):
            rollout(run, 0, 1)


def test_one_that_cannot_even_be_opened_says_so(monkeypatch):
    monkeypatch.setattr("tests.worlds.arena.toys.Field.reset", lambda *_, **__: os._exit(0))
    with pytest.raises(FunhouseError, match="cannot be opened: it ended its process") as caught:
        run_of(agents=2)
    assert caught.value.place == FIELD


def test_a_log_of_an_environment_that_dies_is_whole_extended_to_the_byte_and_verifies(tmp_path):
    run = run_of("abort", seed=6)
    summary = record(run, tmp_path / "one", 6)
    assert summary["dropped"]
    record(run, tmp_path / "two", 3)
    assert record(run, tmp_path / "two", 6)["dropped"] == summary["dropped"]
    assert len({(tmp_path / name / "manifest.json").read_bytes() for name in ("one", "two")}) == 1
    assert verify(tmp_path / "one")["replayed"]
    assert not multiprocessing.active_children()


def test_where_an_environment_goes_and_what_it_closes_is_its_own(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    for fault in ("wander", "mute"):
        record(run_of(fault, always=True), fault, 2)
        assert (tmp_path / fault / "manifest.json").is_file()
        assert open_log(fault).meta["dropped"] == []
    os.write(1, b"still open")
    captured = capfd.readouterr()
    assert captured.out == "still open"
    assert "for the terminal" in captured.err


def test_a_process_that_is_killed_between_two_batches_is_begun_anew():
    with Company(run_of()) as company:
        (first,) = company.batches(range(2))
        os.kill(company._process._process.pid, signal.SIGKILL)
        (again,) = company.batches(range(2))
    assert [fields_of(one) for one in first] == [fields_of(one) for one in again]


@pytest.mark.parametrize(("with_signal", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_whoever_is_stopped_leaves_no_process_behind(tmp_path, with_signal, status):
    arguments = ("--world", f"pettingzoo:{FIELD}", "--arguments", '{"fault": "sleep", "always": true}', "--steps", "4")
    command = [sys.executable, "-m", "tom", "run", "--out", tmp_path / "log", *arguments, "--random-mlp", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        below: list[str] = []
        deadline = time.monotonic() + 60
        while not below and time.monotonic() < deadline and process.poll() is None:
            below = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(with_signal)
        assert process.wait(30) == status, process.stderr and process.stderr.read()
    assert below
    deadline = time.monotonic() + 5
    while any(alive(one) for one in below) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(one) for one in below)


def alive(process: str) -> bool:
    """Whether there is such a process, and it is not dead and waited for by nobody."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
