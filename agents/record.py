"""Recording a population's episodes in a log, and proving that a log is what its seed makes, in any world."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from agents.arena.rollout import Company
from agents.arena.run import ArenaRun, resumed
from agents.arena.verifying import verify_arena
from agents.differences import compare_tables, differs
from agents.rollout import RunConfig, rollout
from agents.size import check_fits, check_threads
from agents.strangers import Policy
from worlds import Episode, FunhouseError, replay
from worlds.arena.failure import Dropped
from worlds.arena.size import shard_size
from worlds.formats import format_of
from worlds.log import Log, open_log
from worlds.log_writer import SHARD_SIZE, LogWriter

Progress = Callable[[int, int], None]  # (episodes done, episodes in all)
Report = Callable[[int, Dropped], None]  # an episode's index, and the attempt at it that was dropped
AnyRun = RunConfig | ArenaRun
TOLERANCE = 1e-2  # in a probability of a mind's, whose rounding depends on what it is worked out beside


class Players(Protocol):
    """Whoever plays the copies of a mind: tom.player.Player."""

    def batches(
        self,
        run: RunConfig,
        span: range,
        threads: int = 1,
        logged: Sequence[Episode] | None = None,
        guests: Mapping[int, Policy] | None = None,
    ) -> Iterator[list[Episode]]:
        """The episodes of a span, as they come; `logged`: the copies take the actions of these; `guests`: agents, by
        index, who follow policies (agents.strangers)."""
        ...


def run_of(config: dict) -> AnyRun:
    """The run that a log's config tells of."""
    return ArenaRun.from_dict(config) if "arena" in config else RunConfig.from_dict(config)


def record(
    run: AnyRun,
    out: str | Path,
    episodes: int,
    threads: int = 2,
    progress: Progress | None = None,
    report: Report | None = None,
    players: Players | None = None,
) -> dict:
    """Writes a log of that many episodes, going on from what is there of the same run; `players` play its minds.

    Stopped at any moment and started again, it ends with the same bytes. Asking for more episodes extends a
    log. Returns {"log", "episodes", "written" (episodes now), "agent_steps"}; of an arena "dropped" too, the attempts
    ({"episode", "seed"}) that failed and another match stands in for. Raises FunhouseError where `out` holds something
    else or another run, somebody else writes there, the disk is full, or nobody is given to play the run's minds.
    """
    check_threads(threads)
    check_fits(run, episodes, out)
    size = SHARD_SIZE
    if isinstance(run, ArenaRun):
        size = shard_size(run.arena)
        run = resumed(run, out, size)
    with LogWriter(out, run.meta, episodes, size) as writer, _players(run, players) as company:
        missing = writer.shards_missing()
        written = sum(len(writer.span(shard)) for shard in missing)
        done = episodes - written
        for shard in missing:
            played: list = []
            for batch in _batches(run, writer.span(shard), threads, report, company):
                played += batch
                if progress and len(played) < len(writer.span(shard)):
                    progress(done + len(played), episodes)
            writer.write_shard(shard, played)
            done += len(played)
            if progress:
                progress(done, episodes)
        writer.finish(_found(run, writer))
    summary = {"log": str(out), "episodes": episodes, "written": written}
    if isinstance(run, ArenaRun):
        log = open_log(out)
        return {**summary, "agent_steps": _agent_steps(log), "dropped": log.meta["dropped"]}
    return {**summary, "agent_steps": episodes * run.orchard.steps * run.orchard.agents}


def _players(run: AnyRun, players: Players | None) -> AbstractContextManager[Players | Company | None]:
    """Whoever plays, as long as a log takes: an arena's matches go on in a process of their own."""
    return Company(run) if isinstance(run, ArenaRun) else nullcontext(players)


def _batches(
    run: AnyRun, span: range, threads: int, report: Report | None = None,
    players: Players | Company | None = None, logged: Sequence[Episode] | None = None,
) -> Iterator[list]:  # fmt: skip
    """The episodes of a shard, as they come."""
    if isinstance(run, ArenaRun):
        assert isinstance(players, Company)
        yield from players.batches(span, report)
    elif run.minds is None:
        yield rollout(run.orchard, run.population, run.policy, run.seed, run.split, span.start, len(span), threads)
    elif not players or isinstance(players, Company):
        what = f"copies of the mind {run.minds.checkpoint} take part, and that mind is not here"
        raise FunhouseError(what, remedy="name the run that holds it: --mind RUN")
    else:
        yield from players.batches(run, span, threads, logged)


def _found(run: AnyRun, writer: LogWriter) -> dict:
    """What the manifest says of the episodes: in an arena, which attempts were dropped."""
    if isinstance(run, RunConfig):
        return {}
    shards = range(-(-writer.episodes // writer.shard_size))
    rows = [row for shard in shards for row in writer.shard_table("episodes", shard).to_pylist()]
    return {"dropped": [{"episode": row["episode"], "seed": seed} for row in rows for seed in row["dropped"]]}


def _agent_steps(log: Log) -> int:
    """How many moves a log holds: an agent that is not there, or whose turn it is not, makes none."""
    return sum(int((log.shard_table("steps", i)["action"].to_numpy() >= 0).sum()) for i in range(log.shards))


def verify(
    directory: str | Path, threads: int = 2, progress: Progress | None = None, players: Players | None = None
) -> dict:
    """Checks every checksum of a log, then plays each episode again from its seed and compares every field.

    Copies of a mind take their logged actions, and `players` work out how likely those were: within TOLERANCE of what
    the log says, while all else, what scripted agents did among it, is the same to the bit.

    What is known of somebody's environment, agents.arena.verifying says. Returns {"log", "files", "episodes",
    "agent_steps", "verified"}; of an arena what verify_arena does too; of a log with minds "copies" (in each episode)
    and "checkpoint". Raises FunhouseError naming the file, and where it can the episode,
    step and agent, of the first difference.
    """
    check_threads(threads)
    log = open_log(directory)
    for name in log.manifest.files:
        log.manifest.read(name)
    summary = {"log": str(directory), "files": len(log.manifest.files), "episodes": len(log)}
    if "arena" in log.config:
        told = verify_arena(log, progress)
        return {**summary, "agent_steps": _agent_steps(log), **told}
    run = RunConfig.from_dict(log.config)
    for field, value in run.meta.items():
        if log.meta.get(field) != value:
            raise differs(log, "manifest.json", field, log.meta.get(field), value)
    for shard in range(log.shards):
        for count in _verified(log, run, shard, threads, players):
            if progress:
                progress(log.span(shard).start + count, len(log))
    minds = run.minds.to_dict() if run.minds else {}
    return {**summary, "agent_steps": _agent_steps(log), "verified": True, **minds}


def _verified(log: Log, run: RunConfig, shard: int, threads: int, players: Players | None) -> Iterator[int]:
    """Checks the episodes of a shard; yields how many have been checked. Raises FunhouseError."""
    episodes: list = []
    logged = log.batch(log.span(shard)) if run.minds else None
    for batch in _batches(run, log.span(shard), threads, players=players, logged=logged):
        episodes += batch
        if len(episodes) < len(log.span(shard)):
            yield len(episodes)
    if logged:
        episodes = [_near(log, *pair) for pair in zip(logged, episodes, strict=True)]
    compare_tables(log, shard, format_of(log.meta).to_tables(episodes))
    _compare_worlds(log, episodes)
    yield len(episodes)


def _near(log: Log, logged: Episode, again: Episode) -> Episode:
    """The episode played again, with the logged probabilities of what minds did. Raises FunhouseError where those
    differ by more than TOLERANCE."""
    had, made = logged.probability, again.probability
    if had is None or made is None or had.shape != made.shape:
        raise differs(log, f"episode {again.index}", "the form of the probabilities", had, made)
    minds = np.array([bool(agent.mind) for agent in again.agents])
    far = minds & ~(np.abs(had - made) <= TOLERANCE)  # a NaN is far
    if far.any():
        step, agent = (int(k) for k in np.argwhere(far)[0])
        place = f"episode {again.index}, step {step}, agent {agent}"
        raise differs(log, place, "probability", float(had[step, agent]), float(made[step, agent]))
    return replace(again, probability=np.where(minds, had, made))


def _compare_worlds(log: Log, episodes: list) -> None:
    """Replays the logged actions by the rules alone and compares with what the population lived through."""
    space = RunConfig.from_dict(log.config).space
    for lived, logged in zip(episodes, log.batch([episode.index for episode in episodes]), strict=True):
        taste = [space.table.taste[space.index(agent.type)] for agent in logged.agents]
        worth = space.table.weight[taste].astype(np.float32)
        cell, board, reward = replay(log.orchard, logged.walls, logged.seed, logged.action, worth)
        pairs = {
            "position": (lived.cell, cell),
            "fruit": (lived.board, board),
            "reward": (logged.reward, reward),
        }
        for field, (had, made) in pairs.items():
            if not np.array_equal(had, made):
                step = int((had != made).reshape(len(had), -1).any(1).argmax())
                place = f"episode {lived.index}, step {step}"
                raise differs(log, place, field, had[step].tolist(), made[step].tolist())
