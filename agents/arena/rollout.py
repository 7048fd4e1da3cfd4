"""Episodes of a run in anybody's environment: matches in which agents act out their roles.

Several matches go on side by side, so that the bank's policies are worked out for all of them at once; every row is
worked out by itself, and an episode is a function of the run's settings and its own index alone.
"""

from collections.abc import Callable, Iterator
from functools import partial

from agents.arena.run import ArenaRun
from agents.arena.table import Seated, Table
from worlds import SPLITS, dice
from worlds.arena import ArenaEpisode
from worlds.arena.failure import ArenaFailure, Dropped, persist
from worlds.arena.size import shard_size

SIDE_BY_SIDE = 64  # matches, fewer where their observations are large
Report = Callable[[int, Dropped], None]  # an episode's index, and the attempt at it that was dropped


def rollout(run: ArenaRun, first: int, count: int, report: Report | None = None) -> list[ArenaEpisode]:
    """The episodes first, ..., first + count - 1 of a run, in that order.

    Where the environment fails, another match stands in for the one that is dropped. Raises FunhouseError where it
    only ever fails.
    """
    return [episode for batch in batches(run, range(first, first + count), report) for episode in batch]


def batches(run: ArenaRun, span: range, report: Report | None = None) -> Iterator[list[ArenaEpisode]]:
    """The same, as they come."""
    settings, width = run.to_dict(), min(SIDE_BY_SIDE, shard_size(run.arena))
    for start in range(span.start, span.stop, width):
        indices = range(start, min(start + width, span.stop))
        keys = [int(dice.key(run.seed, SPLITS.index(run.split), index)) for index in indices]
        tried = dict(zip(keys, Table(run, keys).play(), strict=True))
        batch: list[ArenaEpisode] = []
        for index, key in zip(indices, keys, strict=True):
            seated, dropped = persist(key, partial(_standing, run, tried))
            for one in dropped:
                if report:
                    report(index, one)
            batch.append(seated.episode(index, settings, tuple(one.seed for one in dropped)))
        yield batch


def _standing(run: ArenaRun, tried: dict[int, Seated | ArenaFailure], key: int) -> Seated:
    """The match of a key, played now if it has not been. Raises ArenaFailure where the environment failed."""
    played = tried.pop(key) if key in tried else Table(run, [key]).play()[0]
    if isinstance(played, ArenaFailure):
        raise played
    return played
