"""Recording a population's episodes in a log, and proving that a log is what its seed makes, in any world."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from agents.held_out_weight import held_out_weight
from agents.orchard.run import RunConfig
from agents.orchard.strangers import Policy
from agents.registry import world_of
from agents.run_size import check_fits, check_threads
from agents.world import Progress, Report, Run
from worlds import Episode
from worlds.log.parts import Part, episodes_of
from worlds.log.reader import Log, open_log
from worlds.log.writer import LogWriter, packed

Shard = tuple[int, dict[str, bytes]]  # its number, and its files by name


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


class Crew(Protocol):
    """Whoever plays the shards of a log: Alone, or a cluster (tom.cluster)."""

    def shards(
        self,
        run: Run,
        spans: Mapping[int, range],
        players: Players | None = None,
        report: Report | None = None,
        going: Callable[[int], None] | None = None,
    ) -> Generator[Shard, None, None]:
        """The shards, in whatever order they come; spans: the episodes of each, by number.

        report: is told of attempts that failed; going: may be told how many episodes of the shard that is being played
        there are by now. Raises FunhouseError as `record` does.
        """
        ...


class Alone:
    """This process, which plays one shard after another on so many threads."""

    def __init__(self, threads: int = 1):
        self.threads = threads

    def shards(self, run, spans, players=None, report=None, going=None) -> Generator[Shard, None, None]:
        """As Crew has it."""
        with world_of(run).company(run, self.threads, players) as company:
            for shard, span in spans.items():
                played: list = []
                for batch in company.batches(span, report):
                    played += batch
                    if going and len(played) < len(span):
                        going(len(played))
                yield shard, packed(run.meta, shard, span, played)


def record(
    run: Run,
    out: str | Path,
    episodes: int,
    threads: int = 2,
    progress: Progress | None = None,
    report: Report | None = None,
    players: Players | None = None,
    part: Part | None = None,
    crew: Crew | None = None,
) -> dict:
    """Writes a log of that many episodes, going on from what is there of the same run; `players` play its minds.

    part: write this part of the log alone, in a directory that agents.merging.merge takes. crew: who plays, instead of
    this process; the log is the same. Stopped at any moment and started again, it ends with the same bytes. Asking for
    more episodes extends a log, and a part. Returns {"log", "episodes", "written" (how many are new), "agent_steps"},
    of a part "part" too; of an arena "dropped" too, the attempts ({"episode", "seed"}) that failed and another match
    stands in for. Raises FunhouseError where `out` holds something else or another run, somebody else writes there, the
    disk is full, there are more parts than shards, or nobody is given to play the run's minds.
    """
    check_threads(threads)
    world = world_of(run)
    size = world.shard_size(run)
    share = episodes_of(part, episodes, size)
    check_fits(run, share, out)
    run = world.resumed(run, out)
    with LogWriter(out, run.meta, episodes, size, part) as writer:
        spans = {shard: writer.span(shard) for shard in writer.shards_missing()}
        done = share - sum(map(len, spans.values()))
        new = share - done - writer.again

        def going(more: int) -> None:
            if progress:
                progress(done + more, share)

        with closing((crew or Alone(threads)).shards(run, spans, players, report, going)) as shards:
            for shard, files in shards:
                writer.write_files(files)
                done += len(spans[shard])
                going(0)
        found = world.found(writer.rows("episodes"))
        writer.finish(found)
    each = world.moves(run)
    moves = _agent_steps(writer, writer.shards) if each is None else share * each
    told = {"log": str(out), "episodes": share, "written": new, "agent_steps": moves, **found}
    return told if part is None else {**told, "part": f"{part.number}/{part.of}"}


def _agent_steps(log: Log | LogWriter, shards: range) -> int:
    """How many moves a log holds: an agent that is not there, or whose turn it is not, makes none."""
    return sum(int((log.shard_table("steps", shard)["action"].to_numpy() >= 0).sum()) for shard in shards)


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
    summary |= {
        "agent_steps": _agent_steps(log, range(log.shards)),
        **world_of(log).verify(log, threads, progress, players),
    }
    if log.config["split"] == "train":
        summary["held_out_weight"] = held_out_weight(log) if summary.get("agents", True) else None
    return summary
