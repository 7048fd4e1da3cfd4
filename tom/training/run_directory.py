"""The directory of a run while a mind is trained in it: one trains there at a time, and it leaves a mind or nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tom.checkpoint import NEW, is_there, mend
from worlds import FunhouseError
from worlds.atomic_files import Lock, make_directory
from worlds.log.manifest import MANIFEST, UNFINISHED

CURVES = "tensorboard"


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Within it nobody else trains in `out`, which is made. Where no mind is saved in the end, what was made goes.

    Raises FunhouseError where another process writes there, or the directory cannot be made.
    """
    made = [path for path in (out, *out.parents) if not path.exists()]
    had = _ours(out)
    try:
        make_directory(out)
        lock = Lock(out)
        try:
            mend(out)
            yield
        finally:
            if not is_there(out):
                _remove(_ours(out) - had)
            lock.release()
    finally:
        with suppress(OSError):  # the first that is not empty, or is there no more
            for path in made:
                path.rmdir()


def _ours(out: Path) -> set[Path]:
    """What a training writes beside its mind, as far as it is there."""
    curves = out / CURVES
    return {path for path in (out / NEW, curves, *curves.glob("events.out.tfevents.*")) if path.exists()}


def _remove(paths: set[Path]) -> None:
    """Files before their directories; a directory of curves goes if nothing of others' lies in it."""
    for path in sorted(paths, reverse=True):
        with suppress(OSError):
            if path.name == NEW:
                shutil.rmtree(path)
            elif path.is_dir():
                path.rmdir()
            else:
                path.unlink()


def check_place(out: Path, resume: bool) -> None:
    """Raises FunhouseError where a training would write over something, or there is nothing to resume."""
    there = (out / "checkpoint").exists()
    if there and not resume:
        raise FunhouseError("there is a mind already", place=str(out), remedy="add --resume, or name another --out")
    if not there and resume:
        what = "there is nothing to resume: no training here has come to its first save"
        raise FunhouseError(what, place=str(out), remedy="give the same command without --resume")
    for name in (MANIFEST, UNFINISHED):
        if (out / name).exists():
            raise FunhouseError("there is something else already", place=str(out / name), remedy="name another --out")
