"""What the arena adds to an environment's own stepping: the bank's choices, roles, driving, recording, the log.

In one run the same actions are played twice: by `record`, which chooses them and ends with a log on disk, and then by
PettingZoo's own loop. Agent-steps a second of this process's time.
"""

import sys
import tempfile
import time

from measure import tell

from agents.arena.run import ArenaRun
from agents.record import record
from worlds import open_log
from worlds.arena import ArenaConfig
from worlds.arena.opening import make

MATCHES = {"mpe2.simple_tag_v3": 192, "pettingzoo.sisl.pursuit_v5": 24}


def main() -> None:
    """Measures each environment, best of three, and tells the share that the arena adds."""
    rates: dict[str, float] = {}
    for environment, matches in MATCHES.items():
        name = environment.rpartition(".")[2]
        run = ArenaRun(ArenaConfig(environment, visibility="partial"), seed=5)
        pairs = [measured(run, matches) for _ in range(3)]
        acts = pairs[0][2]
        bare, ours = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
        rates |= {f"{name}, recorded": acts / ours, f"{name}, alone": acts / bare}
        print(f"{name}: the arena adds {ours / bare - 1:.0%} to the environment's own time", file=sys.stderr)
    first = next(iter(rates))
    tell(first, rates[first], "agent-steps", {who: rate for who, rate in rates.items() if who != first})


def measured(run: ArenaRun, matches: int) -> tuple[float, float, int]:
    """Seconds of the environment alone, seconds of recording so many matches, and how many agent-steps those were."""
    with tempfile.TemporaryDirectory() as home:
        began = time.process_time()
        record(run, f"{home}/log", matches)
        ours = time.process_time() - began
        log = open_log(f"{home}/log")
        actions = [row for episode in log for row in episode.action.tolist()]
        return alone(run.arena, actions), ours, sum(int(episode.acts.sum()) for episode in log)


def alone(arena: ArenaConfig, actions: list[list[int]]) -> float:
    """Seconds of the same actions in PettingZoo's own loop, a new game whenever one ends."""
    world = make(arena.environment, arena.keywords)
    world.reset(seed=0)
    seats = list(world.possible_agents)
    rounds = [dict(zip(seats, row, strict=True)) for row in actions]
    began = time.process_time()
    for chosen in rounds:
        world.step({agent: chosen[agent] for agent in world.agents})
        if not world.agents:
            world.reset()
    return time.process_time() - began


if __name__ == "__main__":
    main()
