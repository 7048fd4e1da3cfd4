"""Putting the parts of a log together: the log is what one machine alone would have written."""

from collections.abc import Sequence
from pathlib import Path

from agents.registry import world_of
from agents.world import Progress
from worlds.log.differences import settings
from worlds.log.gathering import gather
from worlds.log.writer import LogWriter


def merge(parts: Sequence[str | Path], out: str | Path, progress: Progress | None = None) -> dict:
    """Writes the log whose parts lie in these directories, which stay as they are; going on from what is there of it.

    Stopped at any moment and started again, it ends with the same bytes; a log of fewer episodes is extended. None of
    the code that a log names is run. Returns {"log", "episodes", "written" (how many are new), "parts"}; of an arena
    "dropped" too. Raises FunhouseError that names what is wrong: a part that is missing, unfinished, damaged, or of
    another run than the first, before anything is written; another log in `out`.
    """
    gathered = gather(parts)
    told = gathered.meta
    episodes, size = told["episodes"], told["shard_size"]
    with LogWriter(out, settings(told), episodes, size, due=gathered.files) as writer:
        missing = writer.shards_missing()
        done = episodes - sum(len(writer.span(shard)) for shard in missing)
        new = episodes - done - writer.again
        for shard in missing:
            writer.write_files({name: gathered.read(shard, name) for name in writer.names(shard)})
            done += len(writer.span(shard))
            if progress:
                progress(done, episodes)
        found = world_of(told["config"]).found(writer.rows("episodes"))
        writer.finish(found, told.get("versions"))
    return {"log": str(out), "episodes": episodes, "written": new, "parts": len(gathered.parts), **found}
