"""Kills a writer at every moment at which it touches the disk, and has another go on each time.

    python killed_writer.py DIRECTORY BEFORE

DIRECTORY receives one log per moment, begun from a finished log of BEFORE episodes, killed, and resumed; the
number of moments is printed. Exits 1, saying why, if a shard that had been finished is asked for again.
"""

import os
import shutil
import signal
import stat
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from conftest import make_episode, meta_of  # noqa: E402

from worlds.log.writer import LogWriter  # noqa: E402

EPISODES = [make_episode(i) for i in range(10)]


def arm(moment: int) -> None:
    """The moment-th call that makes something durable kills this process."""
    left, forced = [moment], {}  # forced: inode → bytes that are on disk for certain

    def deadly(name, real):
        def call(*args, **more):
            left[0] -= 1
            if name == "fsync":
                tear(args[0], forced, left[0] == 0)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)

        return call

    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, deadly(name, getattr(os, name)))


def tear(handle: int, forced: dict[int, int], now: bool) -> None:
    """Notes that a file is forced to disk; or takes away half of what has not been, as a power cut would."""
    state = os.fstat(handle)
    if now and stat.S_ISREG(state.st_mode):
        os.ftruncate(handle, (min(forced.get(state.st_ino, 0), state.st_size) + state.st_size) // 2)
    forced[state.st_ino] = state.st_size


def write(home: Path, episodes: int, finished: Path) -> None:
    """Writes a log; each shard's number goes to the file `finished` once the writer says that it is done."""
    with LogWriter(home, meta_of(), episodes, shard_size=4) as writer:
        again = set(finished.read_text().split()) & set(map(str, writer.shards_missing()))
        assert not again, f"finished shards are lost: {again}"
        for shard in writer.shards_missing():
            span = writer.span(shard)
            writer.write_shard(shard, EPISODES[span.start : span.stop])
            with finished.open("a") as file:
                file.write(f"{shard}\n")
        writer.finish()


def write_armed(moment: int, *log) -> None:
    """Writes a log as `write` does, until the moment comes."""
    arm(moment)
    write(*log)


def in_a_child(act, *args) -> int:
    """Runs a function in a forked process; its exit status, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        act(*args)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(directory: Path, before: int) -> None:
    """Every moment in turn, until a writer outlives its own."""
    finished, moment, status = directory / "finished", 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        moment += 1
        home = directory / f"{moment:03d}"
        finished.write_text("")
        if before:
            assert in_a_child(write, home, before, finished) == 0
            finished.write_text("".join(f"{shard}\n" for shard in range(before // 4)))
        status = in_a_child(write_armed, moment, home, 10, finished)
        shutil.copytree(home, directory / f"killed-{moment:03d}")
        assert in_a_child(write, home, 10, finished) == 0
    print(moment - 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
