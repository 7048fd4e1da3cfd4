"""The orchard as a mind reads it that is asked wishes, too: the things that can be asked for are told beside all else.

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
from tom.tokens.words import Vocabulary
from worlds import KINDS
from worlds.orchard.geometry import NO_WAY

TOLD = BINS + 2  # features of a thing


class WishingReader(OrchardReader):
    """As OrchardReader; also how things lie: `things_of`. In rows of other questions than wishes that is 0."""

    def __init__(self, run: dict):
        super().__init__(run)
        self.words = (*self.words, *WISH_WORDS)

    def look(self, episode, me, step, agent):
        """As OrchardReader; the last features of `around` are those of `things_of`, here 0."""
        made = super().look(episode, me, step, agent)
        rows, actions, _ = made["around"].shape
        nothing = np.zeros((rows, actions, self._things * TOLD), np.uint8)
        return {**made, "around": np.concatenate([made["around"], nothing], 2)}

    def network(self) -> dict:
        made, words = super().network(), (*KINDS[: self.orchard.kinds], "fruits", *PLACES)
        things = {"things": Vocabulary(self.words).encode(" ".join(words)), "told": TOLD}
        return {**made, "features": made["features"] + self._things * TOLD, **things}

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
        things = things_of(episode, step, episode.cell[step, agent])
        return {**made, "around": np.concatenate([made["around"], things.reshape(*things.shape[:2], -1)], 2)}

    @property
    def _things(self) -> int:
        return self.orchard.kinds + 1 + len(PLACES)


def things_of(episode, step: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """What can be asked for, each kind of fruit, fruit of any kind and each place, for actors on cells (r,) at some
    steps (r,), as (r, moves, things, TOLD) uint8.

    How many fruits, or whether the nearest cell of the place, lie so far away after each action, by BINS; and whether
    the nearest one is then nearer than if one stayed, and whether it is farther.
    """
    geometry, kinds = episode.geometry, range(episode.config.kinds)
    away = geometry.distance[geometry.neighbor[cell]]  # r moves cells
    fruit = episode.fruit[step].reshape(len(step), -1)
    place = np.array([PLACES.index(name) for name in places(episode)])
    lies = np.stack([*(fruit == kind for kind in kinds), fruit >= 0], 1)  # r kinds+1 cells
    here = np.broadcast_to(place == np.arange(len(PLACES))[:, None], (len(step), len(PLACES), len(place)))
    every = np.concatenate([lies, here], 1)[:, None]
    far = np.where(every, away[:, :, None], NO_WAY).min(-1)  # r moves things
    binned = (np.minimum(away, BINS - 1)[..., None] == np.arange(BINS)) & (away != NO_WAY)[..., None]
    fruits = lies[:, None].astype(np.float32) @ binned.astype(np.float32)  # r moves kinds+1 BINS
    walk = far[:, :, lies.shape[1] :, None]
    nearest = (np.minimum(walk, BINS - 1) == np.arange(BINS)) & (walk != NO_WAY)
    nearer = np.stack([far < far[:, :1], far > far[:, :1]], -1)
    told = np.concatenate([fruits.astype(np.uint8), nearest], 2)
    return np.concatenate([told, nearer], -1).astype(np.uint8)
