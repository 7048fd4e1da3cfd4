"""Files that are whole or absent, whatever happens while they are written; and one writer to a directory."""

import contextlib
import errno
import fcntl
import hashlib
import os
from pathlib import Path

from worlds.errors import FunhouseError

PARTIAL = ".partial"  # ends the name of a file that is still being written
LOCK = "writer.lock"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_AGAIN = "run the same command again: what was finished is kept"


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def explained(doing: str, path: Path):
    """Turns the system's errors into FunhouseError: what could not be done, to which file, and what to do."""
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        reason = "the disk is full" if full else error.strerror
        remedy = f"free some space, then {_AGAIN}" if full else "check the path and its permissions"
        raise FunhouseError(f"cannot {doing} {path.name}: {reason}", place=str(path), remedy=remedy) from error


def write_file(path: Path, data: bytes) -> None:
    """Writes a file under a temporary name, forces it to disk, and gives it its name.

    The new name is durable only after `sync_directory`, so that one call can serve many files. Raises
    FunhouseError where the disk is full or the file cannot be written; the temporary file is then removed.
    """
    partial = path.with_name(path.name + PARTIAL)
    with explained("write", path):
        try:
            with open(partial, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise


def append_line(path: Path, line: bytes) -> None:
    """Appends one line to a file and forces it to disk.

    Raises FunhouseError where that cannot be done; a torn line is taken back if possible.
    """
    with explained("write", path), open(path, "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        try:
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file.fileno(), end)
            raise


def sync_directory(directory: Path) -> None:
    """Forces a directory's list of names to disk."""
    with explained("write", directory):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_directory(directory: Path) -> None:
    """Makes a directory and its parents, durably. Raises FunhouseError where that cannot be done."""
    with explained("make the directory", directory):
        directory.mkdir(parents=True, exist_ok=True)
    sync_directory(directory.absolute().parent)


def remove_partials(directory: Path) -> None:
    """Removes what a killed process left half written; only for the holder of the directory's lock."""
    with explained("clear", directory):
        for leftover in directory.glob("*" + PARTIAL):
            leftover.unlink()


class Lock:
    """The right to write in a directory, held until `release` or the end of the process.

    A killed process leaves the lock's file, not the lock. Raises FunhouseError while another process holds
    it.
    """

    def __init__(self, directory: Path):
        self.path = directory / LOCK
        self._handle = -1
        while not self._take():
            pass

    def _take(self) -> bool:
        """One attempt; False where the last holder removed the file between our opening and locking it."""
        with explained("write", self.path):
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            same = os.stat(self.path).st_ino == os.fstat(handle).st_ino
        except FileNotFoundError:
            same = False
        except BlockingIOError:
            os.close(handle)
            raise FunhouseError(
                "another process is writing here",
                place=str(self.path.parent),
                remedy="wait until it ends, or choose another directory",
            ) from None
        if not same:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Gives the lock back and removes its file; again is nothing."""
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                self.path.unlink()
            os.close(self._handle)
            self._handle = -1
