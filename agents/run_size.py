"""What a long run takes, told before it begins: room on the disk and time, from a few of its episodes."""

import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from agents.registry import world_of
from agents.world import Run
from worlds import FunhouseError

MOST_THREADS = 4096
LONG = 20_000  # episodes: what takes less is not worth a word
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def check_threads(threads: int) -> None:
    """Raises FunhouseError for a number of threads that can do nothing, or that no machine has."""
    if not 1 <= threads <= MOST_THREADS:
        raise FunhouseError(f"threads = {threads} do no work", remedy=f"choose 1 to {MOST_THREADS}")


def check_fits(run: Run, episodes: int, out: str | Path) -> None:
    """Raises FunhouseError where a log of so many episodes surely finds no room on its disk."""
    if episodes < LONG:
        return
    each, surely, _ = _sampled(run)  # type: ignore[arg-type]
    size, place = episodes * each, Path(out).absolute()
    held = sum(file.stat().st_size for file in place.glob("*.parquet"))
    room = held + shutil.disk_usage(next(one for one in (place, *place.parents) if one.is_dir())).free
    if size * surely > room:
        what = f"{episodes:,} episodes take about {_bytes(size)}, and there is room for {_bytes(room)}"
        raise FunhouseError(what, place=str(out), remedy="ask for fewer --episodes, or choose another disk")


def takes(run: Run, episodes: int, threads: int = 1) -> str | None:
    """What a log of so many episodes takes, in words; None where that is not worth a word."""
    check_threads(threads)
    if episodes < LONG:
        return None
    size, _, seconds = _sampled(run)  # type: ignore[arg-type]
    seconds /= min(threads, world_of(run).side_by_side)
    return f"{episodes:,} episodes take about {_bytes(episodes * size)}, and {_time(episodes * seconds)} or more"


@lru_cache(maxsize=4)
def _sampled(run: Any) -> tuple[float, float, float]:
    """World.sampled of a run. Raises FunhouseError."""
    return world_of(run).sampled(run)


def _bytes(size: float) -> str:
    return f"{size / 2**30:,.1f} GiB"


def _time(seconds: float) -> str:
    unit, length = next(one for one in _UNITS if seconds >= one[1] or one[1] == 1)
    return f"{seconds / length:,.0f} {unit}"
