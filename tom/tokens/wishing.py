"""The orchard as a mind reads it that is asked wishes, too: where fruits and places lie is told beside all else.

A wish is judged by somebody who sees the whole map, as its exact answer is, and who is not told of what type the agent
is. So the history of a wish shows every fruit, whatever the agent sees, and holds no persona.
"""

import numpy as np

from agents.language.wishes import WISH_WORDS
from agents.orchard.hindsight import places
from agents.wishes.wish import PLACES
from tom.tokens.around import BINS
from tom.tokens.base import Seen
from tom.tokens.orchard import OrchardReader
from worlds.orchard.geometry import NO_WAY


class WishingReader(OrchardReader):
    """As OrchardReader; also where fruits and places lie: `ground_of`. In rows of other questions than wishes that is
    0."""

    def __init__(self, run: dict):
        super().__init__(run)
        self.words = (*self.words, *WISH_WORDS)

    def look(self, episode, me, step, agent):
        """As OrchardReader; the last features of `around` are those of `ground_of`, here 0."""
        made = super().look(episode, me, step, agent)
        rows, actions, _ = made["around"].shape
        return {
            **made,
            "around": np.concatenate([made["around"], np.zeros((rows, actions, self._ground), np.uint8)], 2),
        }

    def network(self) -> dict:
        made = super().network()
        return {**made, "features": made["features"] + self._ground}

    def overlooked(self, episode, me: int, told: bool = True) -> Seen:
        """What somebody who sees the whole map sees of an agent; told: whether its native acts are shown as events."""
        step = np.flatnonzero(episode.acts[:, me])
        agent = np.full(len(step), me)
        at = np.full((episode.steps, len(episode.agents)), -1, np.int64)
        at[step, me] = np.arange(len(step))
        native = (self.native(episode) > 0)[step, me] & told
        action = episode.action[step, me].astype(np.int64)
        return Seen(step, agent, action, native, self._whole(episode, step, agent), at)

    def _whole(self, episode, step: np.ndarray, agent: np.ndarray) -> dict[str, np.ndarray]:
        """As `look`, of somebody who sees the whole map."""
        view = np.full((len(episode.cell), episode.geometry.visible.shape[2]), ~np.uint64(0))
        made = self.looked(episode, view, (1 << self.orchard.kinds) - 1, step, agent)
        ground = ground_of(episode, step, episode.cell[step, agent])
        return {**made, "around": np.concatenate([made["around"], ground], 2)}

    @property
    def _ground(self) -> int:
        places, kinds = len(PLACES), self.orchard.kinds
        return kinds * places + places * BINS + 2 * (places + kinds)


def ground_of(episode, step: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """What lies where, for actors on cells (r,), as (r, moves, features) uint8.

    The number of fruits of each kind in each place, after whatever action; after each action, marked by a 1, how far
    the nearest cell of each place is; and whether that, and the nearest fruit of each kind, is nearer than if one
    stayed, and whether it is farther.
    """
    place = np.array([PLACES.index(name) for name in places(episode)])
    away = episode.geometry.distance[episode.geometry.neighbor[cell]]  # r moves cells
    rows, moves, _ = away.shape
    fruit, kinds = episode.fruit[step].reshape(rows, -1).astype(np.int64), range(episode.config.kinds)
    lies = np.zeros((rows, len(kinds), len(PLACES)), np.uint8)
    row, there = np.nonzero(fruit >= 0)
    np.add.at(lies, (row, fruit[row, there], place[there]), 1)
    to_place = [away[:, :, place == p].min(-1, initial=NO_WAY) for p in range(len(PLACES))]
    to_fruit = [np.where((fruit == kind)[:, None], away, NO_WAY).min(-1) for kind in kinds]
    far = np.stack([*to_place, *to_fruit], -1)  # r moves places+kinds
    walk = far[:, :, : len(PLACES), None]
    parts = [
        np.repeat(lies[:, None], moves, 1),
        (np.minimum(walk, BINS - 1) == np.arange(BINS)) & (walk != NO_WAY),
        far < far[:, :1],
        far > far[:, :1],
    ]
    return np.concatenate([part.reshape(rows, moves, -1).astype(np.uint8) for part in parts], 2)
