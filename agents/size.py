"""What a long run takes, told before it begins: room on the disk and time, from a few of its episodes."""

import shutil
import time
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from agents.arena.run import ArenaRun
from agents.rollout import play
from agents.run import RunConfig
from worlds import FunhouseError
from worlds.arena.size import expected_bytes
from worlds.log_writer import SHARD_SIZE
from worlds.shard import encode, to_tables

MOST_THREADS = 4096
LONG = 20_000  # episodes: what takes less is not worth a word
_SAMPLE = SHARD_SIZE  # episodes
_SURELY = {RunConfig: 3 / 4, ArenaRun: 1 / 8}  # of the estimate; one match takes more room by itself than among others
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def check_threads(threads: int) -> None:
    """Raises FunhouseError for a number of threads that can do nothing, or that no machine has."""
    if not 1 <= threads <= MOST_THREADS:
        raise FunhouseError(f"threads = {threads} do no work", remedy=f"choose 1 to {MOST_THREADS}")


def check_fits(run: RunConfig | ArenaRun, episodes: int, out: str | Path) -> None:
    """Raises FunhouseError where a log of so many episodes surely finds no room on its disk."""
    if episodes < LONG:
        return
    size, place = episodes * _sampled(run)[0], Path(out).absolute()
    held = sum(file.stat().st_size for file in place.glob("*.parquet"))
    room = held + shutil.disk_usage(next(one for one in (place, *place.parents) if one.is_dir())).free
    if size * _SURELY[type(run)] > room:
        what = f"{episodes:,} episodes take about {_bytes(size)}, and there is room for {_bytes(room)}"
        raise FunhouseError(what, place=str(out), remedy="ask for fewer --episodes, or choose another disk")


def takes(run: RunConfig | ArenaRun, episodes: int, threads: int = 1) -> str | None:
    """What a log of so many episodes takes, in words; None where that is not worth a word."""
    check_threads(threads)
    if episodes < LONG:
        return None
    size, seconds = _sampled(run)
    if isinstance(run, RunConfig):
        seconds /= threads
    return f"{episodes:,} episodes take about {_bytes(episodes * size)}, and {_time(episodes * seconds)} or more"


@lru_cache(maxsize=4)
def _sampled(run: RunConfig | ArenaRun) -> tuple[float, float]:
    """The bytes that an episode takes in a log, and the seconds that it takes on one thread. Raises FunhouseError."""
    if isinstance(run, ArenaRun):
        expected_bytes(run.arena)  # the first match is slower than others
        began = time.perf_counter()
        return expected_bytes(run.arena), time.perf_counter() - began
    scripted = replace(run, minds=None)  # which take as much room, and less time
    play(scripted, 0)
    began = time.perf_counter()
    episodes = [play(scripted, index) for index in range(_SAMPLE)]
    size = sum(len(encode(table)) for table in to_tables(episodes).values())
    return size / _SAMPLE, (time.perf_counter() - began) / _SAMPLE


def _bytes(size: float) -> str:
    return f"{size / 2**30:,.1f} GiB"


def _time(seconds: float) -> str:
    unit, length = next(one for one in _UNITS if seconds >= one[1] or one[1] == 1)
    return f"{seconds / length:,.0f} {unit}"
