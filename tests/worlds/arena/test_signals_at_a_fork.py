"""A signal that comes while another process is forked is raised, and not swallowed by what runs at a fork."""

import os
import signal

import pytest

from worlds.arena.own_process import Apart

armed: list[int] = []


def strike() -> None:
    if armed:
        os.kill(os.getpid(), armed.pop())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forking, where another test left a thread
def test_a_signal_during_the_fork_is_raised_after_it(number):
    def act(*_):
        raise KeyboardInterrupt

    os.register_at_fork(after_in_parent=strike)
    before = signal.signal(number, act)
    try:
        armed.append(number)
        with Apart(lambda request: iter([request])) as process, pytest.raises(KeyboardInterrupt):
            list(process.ask(1))
    finally:
        signal.signal(number, before)
        armed.clear()
