"""What the arena adds to an environment's own time: opening it, the bank's choices, roles, driving, recording, the log.

Everything is measured in one run of `record`, which ends with a log on disk: the seconds that the environment spends in
its own reset and step (where a Parallel one makes its observations), and all the others. One more run tells those part
by part; looking at so many parts takes time of its own. Seconds are this process's own on the processor, and the
environment is played in it.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from measure import tell

from agents import recording
from agents.arena.run import ArenaRun
from agents.arena.side_by_side import Seated, Table
from agents.recording import record
from worlds import open_log
from worlds.arena import ArenaConfig, environment
from worlds.arena import own_process as apart
from worlds.arena.recorder import Recorder
from worlds.log.writer import LogWriter

MATCHES = {"mpe2.simple_tag_v3": 192, "pettingzoo.sisl.pursuit_v5": 24}
OWN, REST = "the environment", "driving, and the rest"
Part = tuple[Any, str, str]
# Where the arena's own seconds go: what is called, and its name below. What is within another is not counted twice.
PARTS: list[Part] = [
    (environment, "make", "making environments"),
    (Table, "_act", "the bank's choices"),
    (Recorder, "look", "scenes and who perceives whom"),
    (Seated, "_take_roles", "roles"),
    (Seated, "episode", "records of episodes"),
    (recording, "packed", "the log"),
    (LogWriter, "write_files", "the log"),
]


class Clock:
    """Seconds by part, each without the parts within it."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._within: list[str] = []
        self._last = time.process_time()

    def timed(self, part: str, call: Callable) -> Callable:
        """The same function, its time told to a part."""

        def measured(*given: Any, **named: Any) -> Any:
            self._turn()
            self._within.append(part)
            try:
                return call(*given, **named)
            finally:
                self._turn()
                self._within.pop()

        return measured

    def _turn(self) -> None:
        now = time.process_time()
        self.seconds[self._within[-1] if self._within else ""] += now - self._last
        self._last = now


def main() -> None:
    """Measures each environment three times and tells the share that the arena adds in the middle one."""
    apart.HERE.apart = True  # all of it in this process, whose clock it is
    rates: dict[str, float] = {}
    for spec, matches in MATCHES.items():
        name, run = spec.rpartition(".")[2], ArenaRun(ArenaConfig(spec, visibility="partial"), seed=5)
        measured(run, 2)  # compiles what is compiled
        times = [measured(run, matches) for _ in range(3)]
        own, ours, acts = sorted(((one[OWN], one[REST], acts) for one, acts in times), key=lambda t: t[1] / t[0])[1]
        rates |= {f"{name}, recorded": acts / (own + ours), f"{name}, alone": acts / own}
        told = measured(run, matches, PARTS)[0]
        parts = ", ".join(f"{part} {spent / told[OWN]:.1%}" for part, spent in told.most_common() if part != OWN)
        print(f"{name}: the arena adds {ours / own:.1%} to its own time; {parts}", file=sys.stderr)
    first = next(iter(rates))
    tell(first, rates[first], "agent-steps", {who: rate for who, rate in rates.items() if who != first})


def measured(run: ArenaRun, matches: int, parts: Sequence[Part] = ()) -> tuple[Counter[str], int]:
    """The seconds of recording so many matches, the environment's own and by part, and how many agent-steps it was."""
    clock = Clock()
    plain = [(holder, name, getattr(holder, name)) for holder, name, _ in (*parts, (environment, "make", ""))]
    for holder, name, part in parts:
        setattr(holder, name, clock.timed(part, getattr(holder, name)))
    environment.make = _watched(clock, environment.make)
    try:
        with tempfile.TemporaryDirectory() as home:
            clock.timed(REST, record)(run, f"{home}/log", matches)
            acts = sum(int(episode.acts.sum()) for episode in open_log(f"{home}/log"))
    finally:
        for holder, name, call in plain:
            setattr(holder, name, call)
    clock.seconds.pop("")
    return clock.seconds, acts


def _watched(clock: Clock, make: Callable) -> Callable:
    """The maker of environments whose own reset and step are timed."""

    def made(*given: Any) -> Any:
        world = make(*given)
        world.reset, world.step = clock.timed(OWN, world.reset), clock.timed(OWN, world.step)
        return world

    return made


if __name__ == "__main__":
    main()
