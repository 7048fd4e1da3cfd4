"""Recording a population's episodes in a log, and proving that a log is what its seed makes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from agents.rollout import RunConfig, rollout, space_of
from worlds import Episode, FunhouseError, replay
from worlds.log import Log, open_log
from worlds.log_writer import LogWriter
from worlds.shard import TABLES, file_name, to_tables

Progress = Callable[[int, int], None]  # (episodes done, episodes in all)


def record(
    run: RunConfig, out: str | Path, episodes: int, threads: int = 2, progress: Progress | None = None
) -> dict:
    """Writes a log of that many episodes, going on from what is there of the same run.

    Stopped at any moment and started again, it ends with the same bytes. Asking for more episodes extends a
    log. Returns {"log", "episodes", "written" (episodes now), "agent_steps"}. Raises FunhouseError where
    `out` holds something else or another run, somebody else writes there, or the disk is full.
    """
    with LogWriter(out, _meta(run), episodes) as writer:
        missing = writer.shards_missing()
        written = sum(len(writer.span(shard)) for shard in missing)
        done = episodes - written
        for shard in missing:
            writer.write_shard(shard, _roll(run, writer.span(shard), threads))
            done += len(writer.span(shard))
            if progress:
                progress(done, episodes)
        writer.finish()
    agent_steps = episodes * run.orchard.steps * run.orchard.agents
    return {"log": str(out), "episodes": episodes, "written": written, "agent_steps": agent_steps}


def _meta(run: RunConfig) -> dict:
    space = space_of(run.orchard, run.policy)
    held_out = [space[int(k)].to_dict() for k in np.flatnonzero(space.held_out)]
    return {"world": "orchard", "config": run.to_dict(), "split": run.split, "held_out": held_out}


def _roll(run: RunConfig, span: range, threads: int) -> list[Episode]:
    parts = run.orchard, run.population, run.policy
    return rollout(*parts, run.seed, run.split, span.start, len(span), threads)


def verify(directory: str | Path, threads: int = 2, progress: Progress | None = None) -> dict:
    """Checks every checksum of a log, then plays each episode again from its seed and compares every field.

    Returns {"log", "files", "episodes", "agent_steps", "verified": True}. Raises FunhouseError naming the
    file, and where it can the episode, step and agent, of the first difference.
    """
    log = open_log(directory)
    for name in log.manifest.files:
        log.manifest.read(name)
    run = RunConfig.from_dict(log.config)
    for field, value in _meta(run).items():
        if log.meta.get(field) != value:
            raise _differs(log, "manifest.json", field, log.meta.get(field), value)
    agent_steps = 0
    for shard in range(log.shards):
        episodes = _roll(run, log.span(shard), threads)
        _compare_tables(log, shard, to_tables(episodes))
        _compare_worlds(log, episodes)
        agent_steps += sum(episode.action.size for episode in episodes)
        if progress:
            progress(log.span(shard).stop, len(log))
    return {
        "log": str(directory),
        "files": len(log.manifest.files),
        "episodes": len(log),
        "agent_steps": agent_steps,
        "verified": True,
    }


def _compare_tables(log: Log, shard: int, again: dict[str, pa.Table]) -> None:
    for name in TABLES:
        logged, file = log.shard_table(name, shard), file_name(name, shard)
        if logged.schema != again[name].schema or len(logged) != len(again[name]):
            raise _differs(log, file, "the form of the table", logged.shape, again[name].shape)
        for column in logged.column_names:
            if not logged[column].equals(again[name][column]):
                raise _first_difference(log, file, column, logged, again[name])


def _first_difference(log: Log, file: str, column: str, logged: pa.Table, again: pa.Table) -> FunhouseError:
    pairs = zip(logged[column].to_pylist(), again[column].to_pylist(), strict=True)
    row, (had, made) = next((row, pair) for row, pair in enumerate(pairs) if pair[0] != pair[1])
    keys = [key for key in ("episode", "step", "agent") if key in logged.column_names]
    place = ", ".join(f"{key} {again[key][row]}" for key in keys)
    return _differs(log, f"{file} ({place})", column, had, made)


def _compare_worlds(log: Log, episodes: list[Episode]) -> None:
    """Replays the logged actions by the rules alone and compares with what the population lived through."""
    space = space_of(episodes[0].config, RunConfig.from_dict(log.config).policy)
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
                raise _differs(log, place, field, had[step].tolist(), made[step].tolist())


def _differs(log: Log, place: str, what: str, had: object, made: object) -> FunhouseError:
    made_with = ", ".join(f"{name} {number}" for name, number in log.meta.get("versions", {}).items())
    return FunhouseError(
        f"the log does not replay: {what} is {had!r} in the log and {made!r} when played again",
        place=f"{log.path}/{place}",
        remedy=f"record it anew, or verify it with the versions that made it ({made_with})",
    )
