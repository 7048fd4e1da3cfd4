"""Agent-steps a second of the orchard's kernel: 16 agents, rooms, eating, 7 x 7 views written every step.

`step_batch` steps each world with the `step_world` of population episodes, and writes the views. Worlds
begin anew after 64 steps, which is timed too; compiling is not.
"""

import numpy as np
from measure import best_rate, tell
from peers import measure_peers

from worlds import Orchard, OrchardConfig

WORLDS, AGENTS, STEPS = 128, 16, 64  # 128 worlds and their views fit into a core's second cache


def main() -> None:
    """Measures the kernel and the peers."""
    config = OrchardConfig(height=11, width=11, map="rooms", fruits=7, agents=AGENTS, steps=STEPS)
    world = Orchard(config, seed=0, batch=WORLDS)
    shape = (STEPS, WORLDS, AGENTS)
    actions = np.random.default_rng(0).integers(0, 5, shape).astype(np.int8)

    def work() -> int:
        world.reset()
        for action in actions:
            world.step(action)
        return actions.size

    tell("orchard, 16 agents, 128 worlds", best_rate(work), "agent-steps", measure_peers())


if __name__ == "__main__":
    main()
