"""A Ray cluster, whose cores play the shards of logs, and whatever else can be done a piece at a time.

This process, the driver, holds a log and its lock, hands pieces out, and takes what comes back in whatever order.
Workers hold nothing but what the driver put into the cluster's object store once: the run, a mind. A piece whose worker
or node died is handed out again. tom/joining.py finds the cluster.
"""

import contextlib
import os
import platform
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agents.recording import Alone, Shard
from agents.registry import register, run_of, world_of
from agents.world import Report, Run, World
from tom.terminal import tell
from worlds import FunhouseError
from worlds.arena.time_limit import allowed, patience
from worlds.deferred import Deferred
from worlds.log.formats import format_of
from worlds.log.manifest import versions
from worlds.trust import trusted, trusting_alone

if TYPE_CHECKING:  # it imports torch, which a worker needs for copies of a mind alone
    from tom.player import Player, Tally

AHEAD = 2  # pieces for each core that are in flight or wait to be taken: what is waited for takes memory
LOSSES = 5  # of one piece, after which it is given up
TICK = 0.2  # seconds until a signal is heard
_PACKAGES = ("funhouse", "numba", "numpy", "pyarrow", "torch")


class Cluster:
    """The cores of a cluster; an agents.recording.Crew.

    Nothing is cancelled one by one, for Ray 2.60 aborts a driver whose task ends at the moment of that: what is in
    flight ends with the driver's job.
    """

    def __init__(self, ray: Any):
        self._ray: Any = ray
        self.cores = 1  # as far as is known
        # Ray would do again what is lost, too, but only once it is sure that a node is gone, which takes it 15 seconds.
        self._task: Any = ray.remote(num_cpus=1, max_retries=0)(_carried_out)

    def shards(
        self,
        run: Run,
        spans: Mapping[int, range],
        players: Any = None,
        report: Report | None = None,
        going: Callable[[int], None] | None = None,
    ) -> Generator[Shard, None, None]:
        """As Crew has it; players: a tom.player.Player."""
        log, began = _Log(world_of(run), run.to_dict(), players), time.perf_counter()
        packages = format_of(run.meta).packages
        for (shard, _), (files, dropped, tally) in self.each(_shard, log, spans.items(), packages):
            for one in dropped:
                if report:
                    report(*one)
            if players and tally:
                players.tally.events += tally.events
                players.tally.steps += tally.steps
            yield shard, files
        if players:
            players.tally.seconds += time.perf_counter() - began

    def each(
        self, work: Callable[[Any, Any], Any], shared: Any, items: Iterable[Any], packages: Sequence[str] = ()
    ) -> Iterator[tuple[Any, Any]]:
        """Every item with work(shared, item), as they come; no more of them wait than AHEAD for each core.

        shared: is sent to a machine once. packages: whose versions must be the driver's, beside those that all work
        hangs on. Raises FunhouseError where the work does, and where it is lost time and again.
        """
        waiting, flying, losses = deque(items), dict[Any, Any](), Counter[Any]()
        terms = _Terms(uuid.uuid4().hex, _made_with({*_PACKAGES, *packages}), trusted(), allowed(), os.getcwd())
        with Deferred():
            held = [self._ray.put((work, shared))]  # in a list, Ray leaves it to us when it is fetched
        while waiting or flying:
            for item in self._next(waiting, len(flying)):
                with Deferred():
                    flying[self._task.remote(terms, held, item)] = item
            for reference, done in self._come(list(flying)):
                item = flying.pop(reference)
                if isinstance(done, FunhouseError):
                    raise done
                if not isinstance(done, self._ray.exceptions.RayError):
                    yield item, done[0]
                    continue
                losses[item] += 1
                _told_of_loss(done, losses[item])
                waiting.appendleft(item)

    def _next(self, waiting: deque, flying: int) -> Iterator[Any]:
        """What is handed out now, where so much is in flight; a cluster may grow and shrink."""
        cores = int(self._ray.cluster_resources().get("CPU", 0))
        if not cores and self.cores:
            tell("the cluster has no cores now; work goes on once a machine joins it", style="yellow")
        self.cores = cores
        for _ in range(min(len(waiting), AHEAD * max(1, cores) - flying)):
            yield waiting.popleft()

    def _come(self, references: list) -> Iterator[tuple[Any, Any]]:
        """Those that are done within a moment, with what came of them: a tuple of it, or the error that it ended in."""
        with Deferred():
            done, _ = self._ray.wait(references, timeout=TICK)
        errors = self._ray.exceptions
        for reference in done:
            try:
                with Deferred():
                    come = self._ray.get(reference, timeout=TICK)
            except errors.GetTimeoutError:  # it is still on its way
                continue
            except errors.RayTaskError as error:
                come = _misfit(error)
            except errors.RayError as error:
                come = error
            yield reference, come


@dataclass(frozen=True)
class _Terms:
    """On what terms a worker works."""

    job: str  # by which what is shared is known
    made_with: dict[str, str]
    trusted: list[str]
    patience: float  # seconds for a step of an environment
    directory: str  # in which modules are looked for


@dataclass
class _Log:
    """What the shards of a log are made from. Settings, since a run that is made of them asks for trust again."""

    world: World
    config: dict
    players: "Player | None"

    @cached_property
    def run(self) -> Run:
        """The run, made in this process."""
        register(self.world)  # one of the user's own is not known here
        return run_of(self.config)


_shared: dict[str, Any] = {}  # in a worker: what its job shares, once it was fetched


def _carried_out(terms: _Terms, held: list, item: Any) -> Any:
    """In a worker: a tuple of what comes of an item, or the FunhouseError that it ends in."""
    import ray

    try:
        with contextlib.suppress(OSError):
            os.chdir(terms.directory)
        with trusting_alone(*terms.trusted), patience(terms.patience):
            if terms.job not in _shared:
                _check(terms.made_with)
                _shared.clear()
                _shared[terms.job] = ray.get(held[0])
            work, shared = _shared[terms.job]
            return (work(shared, item),)
    except FunhouseError as error:
        return error


def _shard(log: _Log, item: tuple[int, range]) -> tuple[dict[str, bytes], list, "Tally | None"]:
    """The files of a shard, the attempts that were dropped, and what was done by copies of a mind."""
    dropped: list = []
    if log.players:
        import torch

        torch.set_num_threads(1)  # as tom.commands.base.load_mind has it
        log.players.tally = type(log.players.tally)()
    ((_, files),) = Alone().shards(log.run, dict([item]), log.players, lambda *one: dropped.append(one))
    return files, dropped, log.players.tally if log.players else None


def _made_with(packages: Iterable[str]) -> dict[str, str]:
    return {"Python": platform.python_version(), **versions(*sorted(packages))}


def _check(made_with: Mapping[str, str]) -> None:
    """Raises FunhouseError where a worker has another version of something than the driver."""
    here = _made_with(made_with.keys() - {"Python"})
    for name, version in made_with.items():
        if here[name] != version:
            what = f"a worker has {name} {here[name]}, and the machine that asks has {version}"
            raise FunhouseError(what, place=platform.node(), remedy="install the same versions on all machines")


def _told_of_loss(error: Exception, losses: int) -> None:
    """Tells that a piece is lost. Raises FunhouseError where it was lost too often."""
    why = str(error).strip().partition("\n")[0] or type(error).__name__
    if losses >= LOSSES:
        what = f"the same piece of work was lost {losses} times: {why}"
        remedy = "see whether the machines have enough memory; the same command goes on from what is finished"
        raise FunhouseError(what, remedy=remedy) from error
    tell(f"a worker was lost, and what it was at is done again: {type(error).__name__}", style="yellow")


def _misfit(error: Any) -> FunhouseError:
    """What a worker says that has no such code as ours. Raises the error itself where it is another fault."""
    last = str(error).strip().splitlines()[-1].strip()
    if not last.startswith(("ImportError", "ModuleNotFoundError")):
        raise error
    what = f"a worker cannot import what it is to do: {last}"
    remedy = "install funhouse, and your own modules, on all machines of the cluster, in the same versions"
    return FunhouseError(what, remedy=remedy)
