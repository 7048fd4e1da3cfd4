"""Other people's code in a process of its own: what ends it, hangs it or takes things from it does so there.

The process is forked, so that it has all that has been imported and set here; what it answers comes back pickled. It
is killed, with whatever it has started, when it is not needed any more, when it is overdue, and when this process
ends. Where processes cannot be forked soundly (Windows, macOS) all of it happens here, behind the alarm alone.
"""

import contextlib
import ctypes
import mmap
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from worlds.arena.failure import ArenaFailure
from worlds.arena.time_limit import MORE, TEXT, done, overdue, show
from worlds.deferred import SIGNALS, Deferred
from worlds.errors import FunhouseError
from worlds.harmless import harmless

GRACE = 5.0  # seconds that the alarm in the process has, and calls from within others, before it is killed
_TICK = 0.25  # seconds between two looks at a process that is silent
_DIES_WITH_PARENT = 1  # of prctl
_ANSWER, _DONE, _RAISED = range(3)

T = TypeVar("T")
Serve = Callable[[Any], Iterator[Any]]  # a request's answers


class _Here:
    apart = False  # whether this process is one of these, or is to be taken for one: then calls are made in it


HERE = _Here()


class Death(ArenaFailure):
    """A process ended itself, was ended, or had to be."""


class Apart:
    """A process that answers requests as `serve` does; a context manager. It is begun by the first request, and anew
    by the first after its death."""

    def __init__(self, serve: Serve):
        self._serve = serve
        self._process: Any = None
        self._pipe: Connection
        shared = memoryview(mmap.mmap(-1, 8 + TEXT))
        self._since = shared[:8].cast("d")  # when the call began in which it is
        self._words = shared[8:]  # and what it does

    def __enter__(self) -> "Apart":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, request: Any) -> Iterator[Any]:
        """The answers to a request, as they come. Raises Death, and what serving it raises."""
        if not _can():
            yield from self._serve(request)
            return
        if self._process is None:
            self._begin()
        with contextlib.suppress(OSError):  # its death is noticed below
            self._pipe.send(request)
        while True:
            kind, told = self._told()
            if kind == _RAISED:
                raise told
            if kind == _DONE:
                return
            yield told

    def close(self) -> None:
        """Ends the process and all that it has started; again is nothing."""
        if self._process is not None:
            process, self._process = self._process, None
            for end in (os.killpg, os.kill):  # a group goes by the number of its first process, not yet waited for
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    end(process.pid, signal.SIGKILL)
            process.join()
            self._pipe.close()

    def _begin(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._since[0], self._words[:] = 0.0, bytes(TEXT)
        arguments = self._serve, theirs, self._pipe, (self._since, self._words), os.getpid()
        # Whoever stops it means this process, which then ends the other; and what a signal raised while it is forked
        # would be swallowed there. (To block signals is not enough: another thread would take them.)
        with Deferred():
            self._process = multiprocessing.get_context("fork").Process(target=_live, args=arguments)
            self._process.start()
            with contextlib.suppress(OSError):
                os.setpgid(self._process.pid, self._process.pid)
            theirs.close()

    def _told(self) -> tuple[int, Any]:
        """What the process says next. Raises Death."""
        try:
            while not self._pipe.poll(_TICK):
                if late := overdue(self._since, GRACE):
                    what = f"{done(self._words)} never ends".strip()
                    raise self._death(f"{what}: {late}, and no alarm reached it", late=True)
                if not self._process.is_alive() and not self._pipe.poll():
                    break  # something that it started holds the pipe open
            else:
                return self._pipe.recv()
        except (EOFError, OSError):
            pass
        self._process.join(1.0)
        raise self._death(_ended(self._process.exitcode))

    def _death(self, what: str, late: bool = False) -> Death:
        self.close()
        return Death(what, late=late, remedy=MORE if late else None)


def apart(call: Callable[..., T], *arguments: Any) -> T:
    """call(*arguments) in a process for it alone. Raises Death, and what the call raises."""
    with Apart(lambda _: iter([call(*arguments)])) as process:
        (answer,) = process.ask(None)
        return answer


def _can() -> bool:
    return sys.platform not in ("win32", "darwin") and not HERE.apart


def _ended(status: int | None) -> str:
    """How a process ended, in words."""
    if status is None:
        return "its process no longer answers"
    if status >= 0:
        return f"it ended its process, with status {status}"
    hint = " (is there enough memory?)" if status == -signal.SIGKILL else ""
    return f"its process died of {signal.Signals(-status).name}{hint}"


def _live(serve: Serve, pipe: Connection, parents: Connection, shared: tuple, parent: int) -> None:
    """The life of the process."""
    parents.close()
    _settle(parent)
    show(*shared)
    with contextlib.suppress(EOFError, OSError):  # nobody is there any more
        while True:
            _answer(serve, pipe, pipe.recv())
    os._exit(0)


def _settle(parent: int) -> None:
    """A process that is alone: no one's signals reach it, and it ends with its parent."""
    HERE.apart = True
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    for which in SIGNALS:
        signal.signal(which, signal.SIG_DFL)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it may write to a terminal that is not its own
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    # What it prints is no result; and these hold no lock that another thread had at the fork.
    with contextlib.suppress(OSError):
        os.dup2(2, 1)
        sys.stdout = sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)  # the threads of the parent are not here


def _answer(serve: Serve, pipe: Connection, request: Any) -> None:
    try:
        for answer in serve(request):
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).fflush(None)  # what C has held back would go with the process
            pipe.send((_ANSWER, answer))
    except FunhouseError as error:
        pipe.send((_RAISED, error))
        return
    except Exception as error:  # a fault of ours: with the place where it lies, whatever becomes of it in a pipe
        pipe.send((_RAISED, RuntimeError(harmless("".join(traceback.format_exception(error)), lines=True))))
        return
    except BaseException as error:  # which nothing of ours raises here
        pipe.send((_RAISED, ArenaFailure(f"the environment raised {type(error).__name__} when nobody called it")))
        return
    pipe.send((_DONE, None))
