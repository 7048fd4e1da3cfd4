"""Ctrl-C and SIGTERM: raised where they come, but for imports; worlds/deferred.py has what else must not be torn."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
IMPORT_LIMIT = 20.0  # seconds for which an import is let go on
AGAIN = 0.05  # seconds after which a signal that came within an import comes again


class Stopped(KeyboardInterrupt):
    """A signal that asks the process to end; its notes say what is kept."""

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.number = number


def told(stop: KeyboardInterrupt, rest: str) -> tuple[str, int]:
    """What is said of an interruption, `rest` last, and the exit status."""
    number = getattr(stop, "number", signal.SIGINT)
    word = "interrupted" if number == signal.SIGINT else "terminated"
    return f"{word}: {'; '.join(filter(None, [*getattr(stop, '__notes__', []), rest]))}", 128 + number


@contextmanager
def listening(restore: bool = True) -> Iterator[None]:
    """Within it both signals raise Stopped; a signal that is ignored, as in the background of a shell, stays so.

    Code that turns an interruption into an error of its own is seen through. `restore`: what was before holds after.
    An import is not torn, since compiled modules abort the process then: the signal comes again until it is done.
    """
    came: list[int] = []
    first: list[float] = []

    def act(number: int, frame: FrameType | None) -> None:
        first.append(time.monotonic())
        if _importing(frame) and first[-1] - first[0] < IMPORT_LIMIT:
            threading.Timer(AGAIN, os.kill, (os.getpid(), number)).start()
            return
        came.append(number)
        raise Stopped(number)

    before = _set(act)
    try:
        yield
    except Exception as error:
        if came:
            raise Stopped(came[0]) from error
        raise
    finally:
        if restore:
            _put_back(before)


def ignore() -> None:
    """From now on neither signal does anything: the process is about to end."""
    _set(signal.SIG_IGN)


def _importing(frame: FrameType | None) -> bool:
    """Whether an import is under way in this frame or in one that called it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _set(handler: object) -> dict[int, object]:
    """Sets the handler of both signals, but for those that are ignored; returns what was before."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    before: dict[int, object] = {number: signal.getsignal(number) for number in SIGNALS}
    kept = {number: one for number, one in before.items() if one not in (signal.SIG_IGN, None)}
    for number in kept:
        signal.signal(number, handler)  # type: ignore[arg-type]
    return kept


def _put_back(before: dict[int, object]) -> None:
    for number, handler in before.items():
        with suppress(ValueError):
            signal.signal(number, handler)  # type: ignore[arg-type]
