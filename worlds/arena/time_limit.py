"""How long somebody else's code may take: what does not come back is interrupted, and its episode is dropped.

An alarm interrupts all that runs as Python, loops and sleeps and waits alike, whatever errors it catches. It does not
interrupt compiled code that never returns to Python, nor anything outside the main thread or on systems without
SIGALRM; and where the process has an alarm of its own, that is left alone. An import is let go on for a while, since
what is imported by half is of no use to whoever comes next: whoever watches from outside ends its process first.
"""

import atexit
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from worlds.errors import FunhouseError

MORE = "mend it, or give it more time: --patience SECONDS"  # what to do about what is late
TEXT = 256  # bytes that say what is being done
PATIENCE = 60.0  # seconds, for one step or one reset
LEAST, MOST = 1e-3, 1e6  # seconds that an alarm can be set to
_AGAIN = 1.0  # seconds after which an alarm that was swallowed rings again
_IMPORT = 20.0  # seconds more that an import has


class TookTooLong(BaseException):
    """What an alarm raises: no Exception, so that somebody's `except Exception` does not hold it up."""


class _Watch:
    """The process's one alarm. It is set once for many calls, for setting it costs more than a short call."""

    seconds = PATIENCE  # what a call may take
    rings = False  # whether the alarm is set
    rang = False  # whether it has rung in the call that goes on now
    alarm = False  # whether there is one

    def __init__(self) -> None:
        self.since: Any = [0.0]  # one number: when the call began that goes on now, 0 where none does
        self.words: Any = bytearray(TEXT)  # what it does, where that is more than a step or a reset

    def set(self, seconds: float) -> None:
        self.rings = True
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def ring(self, _number: int, frame: FrameType | None) -> None:
        self.rings = False
        if not self.since[0]:
            return
        if (left := self.since[0] + self.seconds - time.monotonic()) > 0:
            return self.set(left)
        self.set(_AGAIN)
        self.rang = True
        if left > -_IMPORT and _importing(frame):
            return
        raise TookTooLong(_late())


_watch = _Watch()


def allowed() -> float:
    """The seconds that a call may take now."""
    return _watch.seconds


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Within it, a call may take so many seconds. Raises FunhouseError where that is no time."""
    if not LEAST <= seconds <= MOST:
        remedy = f"choose {LEAST:g} to {MOST:g} seconds"
        raise FunhouseError(f"patience = {seconds} is no time that can be waited", remedy=remedy)
    before, _watch.seconds, _watch.rings = _watch.seconds, seconds, False
    try:
        yield
    finally:
        _watch.seconds = before


def can_watch() -> bool:
    """Whether calls can be watched here, by the alarm, which is taken where nobody has it, or by another process."""
    _watch.alarm = _has_alarm()
    return _watch.alarm or isinstance(_watch.since, memoryview)


def _has_alarm() -> bool:
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        return False
    if (held := signal.getsignal(signal.SIGALRM)) is signal.SIG_DFL:
        signal.signal(signal.SIGALRM, _watch.ring)
        # Python gives its handlers up as it exits; an alarm that rang after that would kill the process.
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
    return held in (signal.SIG_DFL, _watch.ring)


def watched(call: Callable, *arguments: Any) -> Any:
    """call(*arguments), once `can_watch` has said that it may be. Raises TookTooLong where it is not back in time,
    even if it is back later, for somebody may have caught what the alarm raised. Within another such call it is a part
    of that."""
    if _watch.since[0]:
        return call(*arguments)
    _watch.rang = False
    _watch.since[0] = time.monotonic()
    if not _watch.rings and _watch.alarm:
        _watch.set(_watch.seconds)
    try:
        return call(*arguments)
    finally:
        _watch.since[0] = 0.0
        if _watch.rang:
            raise TookTooLong(_late())


def overdue(since: Any, grace: float) -> str:
    """What to say of a call in a process that tells (`show`) when it began, where no alarm has ended it; else ""."""
    began = since[0]
    return _late() if began and time.monotonic() > began + _watch.seconds + grace else ""


def show(since: Any, words: Any) -> None:
    """From now on this process, just forked, tells another when a call began, and what it does (TEXT bytes)."""
    _watch.since, _watch.words, _watch.rings = since, words, False  # a fork has no alarm set


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Within it, whoever watches from outside can say what it is that is late."""
    before = bytes(_watch.words)
    _watch.words[:] = what.encode(errors="replace")[:TEXT].ljust(TEXT, b"\0")
    try:
        yield
    finally:
        _watch.words[:] = before


def done(words: Any) -> str:
    """What is being done in a process that tells it, or ""."""
    return bytes(words).rstrip(b"\0").decode(errors="replace")


def _importing(frame: FrameType | None) -> bool:
    """Whether an import is under way in this frame or in one that called it (tom/stopping.py imports nothing of ours,
    and has its own)."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _late() -> str:
    return f"it had not come back after {_watch.seconds:g} s"
