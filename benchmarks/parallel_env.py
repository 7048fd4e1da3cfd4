"""Agent-steps a second of the orchard behind PettingZoo's Parallel API: one world, 16 agents.

Each step returns new arrays that nothing writes to again. Episodes of 48 steps begin anew, on new maps, and
that is timed too; compiling is not.
"""

from measure import best_rate, tell
from peers import measure_peers, stepper

from worlds import OrchardConfig
from worlds.orchard.pettingzoo_api import OrchardEnv

AGENTS, STEPS = 16, 48


def main() -> None:
    """Measures the interface and the peers."""
    config = OrchardConfig(height=11, width=11, map="rooms", fruits=7, agents=AGENTS, steps=STEPS)
    rate = best_rate(stepper(OrchardEnv(config)))
    tell("orchard, 16 agents, Parallel API", rate, "agent-steps", measure_peers())


if __name__ == "__main__":
    main()
