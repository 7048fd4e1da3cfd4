"""Somebody's code that does not come back: interrupted where that is possible, and left alone where it is not."""

import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.worlds.arena.conftest import FIELD, ROUNDS, play
from tests.worlds.arena.toys import LONG
from worlds import FunhouseError
from worlds.arena import ArenaConfig
from worlds.arena.failure import HANGS, ArenaFailure, persist
from worlds.arena.time_limit import TookTooLong, can_watch, patience, watched


@pytest.mark.parametrize("fault", ["hang", "sleep"])
def test_a_step_that_does_not_come_back_is_a_failure_with_the_seed_of_the_game(fault):
    config = ArenaConfig(FIELD, {"fault": fault, "always": True}, steps=6)
    began = time.monotonic()
    with patience(0.2), pytest.raises(ArenaFailure, match="never ends") as caught:
        play(config, 3)
    assert time.monotonic() - began < LONG / 2
    assert "game of seed" in caught.value.place


def test_what_is_slow_in_all_but_not_at_once_is_let_be():
    with patience(0.2):
        assert can_watch()
        for _ in range(6):
            watched(time.sleep, 0.05)
    time.sleep(0.3)  # nothing rings when nothing is watched


def test_an_alarm_that_is_swallowed_rings_again(monkeypatch):
    monkeypatch.setattr("worlds.arena.time_limit._AGAIN", 0.1)
    caught = []

    def stubborn():
        while True:
            try:
                time.sleep(LONG)
            except TookTooLong:
                caught.append(time.monotonic())
                if len(caught) == 3:
                    raise

    assert can_watch()
    with patience(0.1), pytest.raises(TookTooLong):
        watched(stubborn)
    assert len(caught) == 3


def test_who_catches_the_alarm_and_comes_back_is_late_all_the_same():
    def sly():
        try:
            time.sleep(LONG)
        except BaseException:
            return "sly"

    assert can_watch()
    with patience(0.1):
        with pytest.raises(TookTooLong):
            watched(sly)
        assert watched(lambda: "sound") == "sound"


def test_an_environment_that_only_hangs_is_given_up_after_a_few_tries():
    config = ArenaConfig(FIELD, {"fault": "sleep", "always": True}, steps=6)
    tried = []

    def attempt(key: int):
        tried.append(key)
        return play(config, key)

    with patience(0.1), pytest.raises(FunhouseError, match=f"hung {HANGS} times in a row") as caught:
        persist(3, attempt)
    assert len(tried) == HANGS <= 5
    assert "--patience" in caught.value.remedy


def test_a_turn_that_hangs_while_somebody_observes_is_a_failure_too(monkeypatch):
    monkeypatch.setattr("tests.worlds.arena.toys.Rounds.observe", lambda *_: time.sleep(LONG))
    with patience(0.1), pytest.raises(ArenaFailure, match="never ends"):
        play(ArenaConfig(ROUNDS, steps=4), 0)


def test_other_threads_and_an_alarm_of_ones_own_are_left_alone():
    told: list[bool] = []
    thread = threading.Thread(target=lambda: told.append(can_watch()))
    thread.start()
    thread.join()
    held = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        told.append(can_watch())
    finally:
        signal.signal(signal.SIGALRM, held)
    assert told == [False, False]


def test_no_alarm_is_left_when_the_process_ends():
    script = """
import atexit, signal
atexit.register(lambda: print(signal.getitimer(signal.ITIMER_REAL)[0]))  # the first to come is the last to go
from worlds.arena.time_limit import can_watch, watched
assert can_watch() and watched(signal.getitimer, signal.ITIMER_REAL)[0] > 50
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.0"]


def test_no_patience_is_none():
    with pytest.raises(FunhouseError, match="patience = 0"), patience(0):
        pass
