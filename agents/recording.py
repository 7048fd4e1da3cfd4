"""Recording a population's episodes in a log, and proving that a log is what its seed makes, in any world."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from agents.held_out_weight import held_out_weight
from agents.orchard.run import RunConfig
from agents.orchard.strangers import Policy
from agents.registry import world_of
from agents.run_size import check_fits, check_threads
from agents.world import Progress, Report, Run
from worlds import Episode
from worlds.log.reader import Log, open_log
from worlds.log.writer import LogWriter


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
        index, who follow policies (agents.orchard.strangers)."""
        ...


def record(
    run: Run,
    out: str | Path,
    episodes: int,
    threads: int = 2,
    progress: Progress | None = None,
    report: Report | None = None,
    players: Players | None = None,
) -> dict:
    """Writes a log of that many episodes, going on from what is there of the same run; `players` play its minds.

    Stopped at any moment and started again, it ends with the same bytes. Asking for more episodes extends a
    log. Returns {"log", "episodes", "written" (how many are new), "agent_steps"}; of an arena "dropped" too, the
    attempts ({"episode", "seed"}) that failed and another match stands in for. Raises FunhouseError where `out` holds
    something else or another run, somebody else writes there, the disk is full, or nobody is given to play the run's
    minds.
    """
    check_threads(threads)
    check_fits(run, episodes, out)
    world = world_of(run)
    run, size = world.resumed(run, out), world.shard_size(run)
    with LogWriter(out, run.meta, episodes, size) as writer, world.company(run, threads, players) as company:
        missing = writer.shards_missing()
        done = episodes - sum(len(writer.span(shard)) for shard in missing)
        new = episodes - done - writer.again
        for shard in missing:
            played: list = []
            for batch in company.batches(writer.span(shard), report):
                played += batch
                if progress and len(played) < len(writer.span(shard)):
                    progress(done + len(played), episodes)
            writer.write_shard(shard, played)
            done += len(played)
            if progress:
                progress(done, episodes)
        found = world.found(writer.rows("episodes"))
        writer.finish(found)
    each = world.moves(run)
    moves = _agent_steps(open_log(out)) if each is None else episodes * each
    return {"log": str(out), "episodes": episodes, "written": new, "agent_steps": moves, **found}


def _agent_steps(log: Log) -> int:
    """How many moves a log holds: an agent that is not there, or whose turn it is not, makes none."""
    return sum(int((log.shard_table("steps", i)["action"].to_numpy() >= 0).sum()) for i in range(log.shards))


def verify(
    directory: str | Path, threads: int = 2, progress: Progress | None = None, players: Players | None = None
) -> dict:
    """Checks every checksum of a log, then plays each episode again from its seed and compares every field.

    Returns {"log", "files", "episodes", "agent_steps", "verified"} and what the log's world says besides
    (agents/orchard/verifying.py, agents/arena/verifying.py); of a training log "held_out_weight" too, None where nobody
    has a role or their policies cannot be asked (agents/held_out_weight.py). Raises FunhouseError naming the file, and
    where it can the episode, step and agent, of the first difference.
    """
    check_threads(threads)
    log = open_log(directory)
    for name in log.manifest.files:
        log.manifest.read(name)
    summary: dict[str, Any] = {"log": str(directory), "files": len(log.manifest.files), "episodes": len(log)}
    summary |= {"agent_steps": _agent_steps(log), **world_of(log).verify(log, threads, progress, players)}
    if log.config["split"] == "train":
        summary["held_out_weight"] = held_out_weight(log) if summary.get("agents", True) else None
    return summary
