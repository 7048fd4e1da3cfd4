"""How long somebody else's code may take: what does not come back is interrupted, and its episode is dropped.

An alarm interrupts all that runs as Python, loops and sleeps and waits alike, whatever errors it catches. It does not
interrupt compiled code that never returns to Python, nor anything outside the main thread or on systems without
SIGALRM; and where the process has an alarm of its own, that is left alone.
"""

import atexit
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from worlds.errors import FunhouseError

PATIENCE = 60.0  # seconds, for one step or one reset
_AGAIN = 1.0  # seconds after which an alarm that was swallowed rings again


class TookTooLong(BaseException):
    """What an alarm raises: no Exception, so that somebody's `except Exception` does not hold it up."""


class _Watch:
    """The process's one alarm. It is set once for many calls, for setting it costs more than a short call."""

    seconds = PATIENCE  # what a call may take
    since: float | None = None  # when the call began that goes on now
    rings = False  # whether the alarm is set

    def set(self, seconds: float) -> None:
        self.rings = True
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def ring(self, *_: Any) -> None:
        self.rings = False
        if self.since is None:
            return
        if (left := self.since + self.seconds - time.monotonic()) > 0:
            return self.set(left)
        self.set(_AGAIN)
        raise TookTooLong(f"it had not come back after {self.seconds:g} s")


_watch = _Watch()


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Within it, a call may take so many seconds. Raises FunhouseError where that is no time."""
    if not seconds > 0:
        raise FunhouseError(f"a patience of {seconds} seconds lets nothing happen", remedy="choose more than 0")
    before, _watch.seconds, _watch.rings = _watch.seconds, seconds, False
    try:
        yield
    finally:
        _watch.seconds = before


def can_watch() -> bool:
    """Whether calls can be watched here; the alarm is taken where nobody has it."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        return False
    if (held := signal.getsignal(signal.SIGALRM)) is signal.SIG_DFL:
        signal.signal(signal.SIGALRM, _watch.ring)
        # Python gives its handlers up as it exits; an alarm that rang after that would kill the process.
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
    return held in (signal.SIG_DFL, _watch.ring)


def watched(call: Callable, *arguments: Any) -> Any:
    """call(*arguments), once `can_watch` has said that it may be. Raises TookTooLong where it is not back in time."""
    _watch.since = time.monotonic()
    if not _watch.rings:
        _watch.set(_watch.seconds)
    try:
        return call(*arguments)
    finally:
        _watch.since = None
