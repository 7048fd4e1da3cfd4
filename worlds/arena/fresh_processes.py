"""Playing logged episodes again in fresh processes, in which text has other hashes and no game was played before.

`python -m worlds.arena.fresh_processes SECONDS LOG EPISODE …` has so much patience with each call, and prints a JSON
list: of each episode a digest of what came of its logged actions, and of the log's own record.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from worlds.arena.replay import played_again
from worlds.arena.time_limit import allowed, patience
from worlds.atomic_files import digest
from worlds.log.reader import Log, open_log

LIMIT = 300.0  # seconds for one process


class Replays(NamedTuple):
    """What several processes made of the same episodes; both None where one of them did not get there."""

    alike: bool | None  # whether they all came to the same
    as_logged: bool | None  # whether they all came to what the log says


def replays_elsewhere(log: Log, indices: Sequence[int], hash_seeds: Sequence[int]) -> Replays:
    """Plays some episodes again, in a process for each of the seeds of the hashes of text."""
    told = []
    for seed in hash_seeds:
        told.append(_process(log, indices, seed))
        if told[-1] is None:
            return Replays(None, None)
    made = [[pair[0] for pair in one] for one in told if one]
    logged = [[pair[1] for pair in one] for one in told if one]
    return Replays(all(one == made[0] for one in made), made == logged)


def _process(log: Log, indices: Sequence[int], hash_seed: int) -> list | None:
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    settings = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path}
    command = [sys.executable, "-m", "worlds.arena.fresh_processes", str(allowed()), str(log.path), *map(str, indices)]
    try:
        done = subprocess.run(command, env=settings, capture_output=True, timeout=LIMIT, check=True)
        return json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, LookupError):
        return None


def _told(episode: Any) -> tuple[str, str]:
    """Digests of what comes of an episode's actions, and of what it says came of them. Raises FunhouseError."""
    there, again = played_again(episode)
    return _digest(again), _digest(there)


def _digest(record: dict) -> str:
    arrays = [record[name] for name in ("game", "action", "perceived", "reward")]
    return digest(b"".join(array.tobytes() for array in (*arrays, *record["observation"], *record["mask"])))


if __name__ == "__main__":
    seconds, opened = float(sys.argv[1]), open_log(sys.argv[2])
    with patience(seconds):
        print(json.dumps([_told(opened[int(index)]) for index in sys.argv[3:]]))
