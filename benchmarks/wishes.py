"""Exact answers to wishes a second at the default size: 7×7 cells, eight moves, eight fruits, 25 ways to act, 20 steps.

Reading the words counts. The peers are wishes that leave less open, two styles, and acts that slip.
"""

import numpy as np
from measure import best_rate, tell

from agents.language.wishes import parse_wish
from agents.orchard.presets import PRESETS
from agents.orchard.types import space_of
from agents.orchard.wishing import SoloOrchard
from worlds.orchard.geometry import geometry_of

STEPS, FRUITS = 20, 8
WIDEST, OTHERS = (
    "end in the north-east",
    ("collect exactly 3 fruits", "first red, then blue and stay out of the middle", "move like a snail", "explore"),
)


def main() -> None:
    """Measures the wish that leaves most open, and others."""
    rate = best_rate(asking(WIDEST), repeats=8)
    peers = {words: best_rate(asking(words), repeats=8) for words in OTHERS}
    peers[f"{WIDEST}, a tenth of the acts slip"] = best_rate(asking(WIDEST, slip=0.1), repeats=8)
    tell(WIDEST, rate, "answers", peers)


def asking(words: str, slip: float = 0.0):
    """Asks once, on a map whose tables are made."""
    orchard, policy, _ = PRESETS["blind"]
    space, walls, rng = space_of(orchard, policy), np.zeros((7, 7), bool), np.random.default_rng(0)
    walls[2, 3] = walls[4, 1] = walls[1, 5] = True
    free = rng.permutation(np.flatnonzero(~walls))
    fruit = np.full(walls.size, -1)
    fruit[free[:FRUITS]] = rng.integers(0, orchard.kinds, FRUITS)
    ground = geometry_of(walls, orchard.sights, None, orchard.moves)
    turns_out = np.eye(9) * (1 - slip) + slip / 9 if slip else None
    solo, belief = SoloOrchard(space, ground, walls.shape, fruit, turns_out=turns_out), np.ones(len(space)) / len(space)

    def ask() -> int:
        reply = solo.reply(belief, int(free[FRUITS]), parse_wish(words).clauses, STEPS)
        assert reply.chance > 0
        return 1

    return ask


if __name__ == "__main__":
    main()
