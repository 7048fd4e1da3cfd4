"""One command of `tom` in a forked child: with limits of time and memory."""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MEMORY = 3 << 30  # bytes of address space, above what the parent has mapped
SECONDS = 60.0  # of a command that takes less than one on a quiet machine
CRASHED = 70  # the status of a child in which an exception reached the top


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status, or minus the signal that ended it; what it wrote."""

    status: int
    out: str
    err: str
    hung: bool

    @property
    def traceback(self) -> bool:
        """Whether the person before the terminal was shown the program's insides, or it died of a fault of its own."""
        died = self.status in (CRASHED, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE)
        return died or "Traceback (most recent" in self.err + self.out

    @property
    def last(self) -> str:
        """The last line that tells what went wrong."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        told = [line for line in lines if line.startswith("error:")] or lines[-1:] or [""]
        return told[0][:300] or f"status {self.status}"


class Running:
    """A command that has been begun: `tom` with these arguments, in a process group of its own."""

    def __init__(
        self,
        arguments: Sequence[str],
        home: Path,
        *,
        largest: int | None = None,
        powerless: bool = False,
        environment: dict[str, str | None] | None = None,
        stdout: str | None = None,
    ):
        """largest: bytes of a file that it may write; powerless: permissions hold for root too; environment:
        variables, None for unset."""
        self._words = dict.fromkeys(("out", "err"), b"")
        self._pipes = {end: os.pipe() for end in self._words}
        sys.stdout.flush()
        sys.stderr.flush()
        ready, begun = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            try:
                self._prepare(home, largest, powerless, environment or {}, stdout)
                os.close(ready)
                status = self._called(list(arguments), begun)
            except BaseException:
                status = CRASHED
            os._exit(status)
        os.close(begun)
        for here, theirs in self._pipes.values():
            os.close(theirs)
            os.set_blocking(here, False)
        os.read(ready, 1)  # from here on signals are the command's to take
        os.close(ready)

    def _prepare(self, home: Path, largest: int | None, powerless: bool, environment: dict, stdout: str | None):
        os.setpgid(0, 0)
        for number in (signal.SIGINT, signal.SIGTERM):  # until the command listens, they end it as they end any process
            signal.signal(number, signal.SIG_DFL)
        for handle, end in ((1, "out"), (2, "err")):
            theirs = os.open(stdout, os.O_WRONLY) if stdout and handle == 1 else self._pipes[end][1]
            os.dup2(theirs, handle)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        # Those of the parent may know of a place in a file.
        sys.stdout, sys.stderr = (open(handle, "w", encoding="utf-8", closefd=False) for handle in (1, 2))  # noqa: SIM115
        os.chdir(home)
        for name, value in environment.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY,) * 2)
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest,) * 2)
        if powerless:
            _drop_capabilities()

    @staticmethod
    def _called(arguments: list[str], begun: int) -> int:
        from tom.cli import main

        try:
            os.close(begun)
            status = main(arguments)
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        except BaseException:
            traceback.print_exc()
            status = CRASHED
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        return status

    def send(self, number: int) -> bool:
        """Sends a signal to the process; whether it was still there."""
        if os.waitid(os.P_PID, self.child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
        os.kill(self.child, number)
        return True

    def end(self, seconds: float = SECONDS) -> Ended:
        """Waits for the end, or makes it: of the process and of whatever it started."""
        until, status = time.monotonic() + seconds, None
        while status is None and time.monotonic() < until:
            self._listen()
            child, code = os.waitpid(self.child, os.WNOHANG)
            if child:
                status = os.waitstatus_to_exitcode(code)
            else:
                time.sleep(0.003)
        hung = status is None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child, signal.SIGKILL)
        if hung:
            os.waitpid(self.child, 0)
        self._listen()
        for here, _ in self._pipes.values():
            os.close(here)
        out, err = (words.decode("utf-8", errors="replace") for words in self._words.values())
        return Ended(-signal.SIGKILL if status is None else status, out, err, hung)

    def _listen(self) -> None:
        """Takes what was written; pipes, because a limit on files would hold for the words too."""
        for end, (here, _) in self._pipes.items():
            with contextlib.suppress(BlockingIOError):
                while more := os.read(here, 1 << 16):
                    self._words[end] += more


def _drop_capabilities() -> None:
    """Leaves root the owner of its files and nothing more, so that it may not write what is read-only."""
    header, none = struct.pack("<Ii", 0x20080522, 0), bytes(24)
    ctypes.CDLL(None, use_errno=True).capset(header, none)
