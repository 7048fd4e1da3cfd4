"""Episodes of a run in anybody's environment: matches in which agents act out their roles.

Several matches go on side by side, so that the bank's policies are worked out for all of them at once; every row is
worked out by itself, and an episode is a function of the run's settings and its own index alone. They go on in a
process of their own, for an environment is other people's code.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from agents import world
from agents.arena.run import ArenaRun
from agents.arena.side_by_side import Table
from worlds import SPLITS, dice
from worlds.arena import ArenaEpisode
from worlds.arena.failure import ArenaFailure, Dropped, persist
from worlds.arena.own_process import Apart, Death
from worlds.arena.size import shard_size

SIDE_BY_SIDE = 64  # matches, fewer where their observations are large
Report = Callable[[int, Dropped], None]  # an episode's index, and the attempt at it that was dropped


def rollout(run: ArenaRun, first: int, count: int, report: Report | None = None) -> list[ArenaEpisode]:
    """The episodes first, ..., first + count - 1 of a run, in that order.

    Where the environment fails, another match stands in for the one that is dropped. Raises FunhouseError where it
    only ever fails.
    """
    with Company(run) as company:
        return [episode for batch in company.batches(range(first, first + count), report) for episode in batch]


class Company(world.Company):
    """Whoever plays the matches of a run, as long as it is entered."""

    def __init__(self, run: ArenaRun):
        self.run, self._settings = run, run.to_dict()
        self._tried: dict[int, ArenaEpisode | ArenaFailure] = {}  # side by side, by key
        self._process = Apart(lambda keys: iter([_played(run, keys)]))

    def __enter__(self) -> "Company":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    def batches(self, span: range, report: Report | None = None, logged: object = None) -> Iterator[list[ArenaEpisode]]:
        """The episodes of a span, as they come; as `rollout`. Everybody here follows a stated policy.

        Where matches side by side end their process, each of them is played for itself, to find which of them does.
        """
        width = min(SIDE_BY_SIDE, shard_size(self.run.arena))
        for start in range(span.start, span.stop, width):
            indices = range(start, min(start + width, span.stop))
            keys = [int(dice.key(self.run.seed, SPLITS.index(self.run.split), index)) for index in indices]
            try:
                played = zip(keys, self._play(keys), strict=True)
                self._tried = {key: one for key, one in played if one is not None}
            except Death:
                self._tried = {}
            yield [self._episode(index, key, report) for index, key in zip(indices, keys, strict=True)]

    def _episode(self, index: int, key: int, report: Report | None) -> ArenaEpisode:
        episode, dropped = persist(key, self._standing)
        for one in dropped:
            if report:
                report(index, one)
        return replace(episode, index=index, run=self._settings, dropped=tuple(one.seed for one in dropped))

    def _standing(self, key: int) -> ArenaEpisode:
        """The match of a key, played now if it has not been. Raises ArenaFailure where the environment failed."""
        played = self._tried.pop(key) if key in self._tried else self._play([key])[0]
        if isinstance(played, ArenaEpisode):
            return played
        raise played or ArenaFailure("never ends", late=True)

    def _play(self, keys: Sequence[int]) -> list[ArenaEpisode | ArenaFailure | None]:
        (played,) = self._process.ask(keys)
        return played


def _played(run: ArenaRun, keys: Sequence[int]) -> list[ArenaEpisode | ArenaFailure | None]:
    """The matches of some keys, side by side, before they have an index; or how their environments failed. None are
    those that were not played because all hung that were."""
    seated = Table(run, keys).play()
    return [one if one is None or isinstance(one, ArenaFailure) else one.episode(0, {}, ()) for one in seated]
