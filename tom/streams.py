"""The standard streams, in whatever state the process was handed them: closed, in ASCII, without a reader."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

STDOUT, STDERR = 1, 2


def take_up() -> None:
    """Makes all three streams usable. What cannot be encoded is written as an escape; what is closed takes nothing."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:  # else the next file to be opened would be the stream's
        os.set_inheritable(handle, True)
    os.close(handle)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def only_documents() -> Iterator[None]:
    """Within it whatever is written to stdout goes to stderr, what compiled code writes there among it."""
    kept = os.dup(STDOUT)
    try:
        silence_stdout()
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C holds back would come out later, after the document
        os.dup2(kept, STDOUT)
        os.close(kept)


def silence_stdout() -> None:
    """From now on what is written to the descriptor of stdout goes to stderr."""
    sys.stdout.flush()
    os.dup2(STDERR, STDOUT)


def let_go() -> None:
    """What a stream no longer takes is dropped, so that the interpreter's last flush says nothing."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Forgiving:
    """A stream on which work is told of: what it does not take, because nobody reads it, is no reason to stop."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()
