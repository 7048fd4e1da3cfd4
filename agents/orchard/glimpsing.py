"""What one sees in the mind of another: of a moment of the orchard, what each of a chain would have in sight, as the
asked agent can know it. It is `perceive` of the definition, weighed by the posteriors over senses."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numba import njit

from agents.orchard.kernel import advance, begin
from agents.orchard.kernel_inputs import Part, make_work
from agents.orchard.reasoner import Reasoner
from worlds import Episode


@njit(cache=True, nogil=True)
def _along(stage, asker, own, chain, out):
    """Writes the beliefs along a chain before the acts of each step: out (t, nodes, k)."""
    part, work = Part(asker, own, asker, chain), make_work(stage, len(chain))
    belief = np.empty(out.shape[1:])
    begin(chain, stage.powers, np.empty((0, out.shape[2])), belief)
    for step in range(len(out)):
        out[step] = belief
        advance(stage, part, step, work, belief)


@lru_cache(maxsize=128)
def _senses_along(reasoner: Reasoner, episode: Episode, agent: int, chain: tuple[int, ...]) -> np.ndarray:
    """How likely whom each node of a chain names has each of the senses, (t, nodes, senses)."""
    stage, own, _ = reasoner._episode(episode)
    base, k = stage.powers.senses, len(reasoner.space)
    belief = np.empty((episode.steps, sum(base**level for level in range(len(chain))), k))
    _along(stage, agent, own[agent], np.array(chain, np.int64), belief)
    return belief @ np.eye(base)[reasoner.space.table.senses]


def glimpsed(
    reasoner: Reasoner, episode: Episode, agent: int, steps: Sequence[int], chain: Sequence[int]
) -> np.ndarray:
    """What `agents.world.World.glimpsed` promises; chain: agents by index, nobody twice in a row."""
    fruit = episode.fruit[list(steps)].reshape(len(steps), -1).astype(np.int64)  # t cells
    found = np.zeros((len(chain), 2, *fruit.shape))
    if not chain:
        return found
    space, cell, visible = reasoner.space, episode.cell[list(steps)].astype(np.int64), _boards(episode)
    every, own, when = space.senses, space.table.senses[space.index(episode.agents[agent].type)], np.arange(len(steps))
    chance = _senses_along(reasoner, episode, agent, tuple(chain))[list(steps)]
    # Rows of senses, numbered as the kernel does: how likely each is, what is in sight through all of it, which kinds.
    likely, kinds, node = np.ones((len(steps), 1)), every.kinds[[own]], 0
    view = visible[every.sight[own], cell[:, agent]][:, None]  # t rows cells
    for level, who in enumerate(chain):
        there = view[when, :, cell[:, who]]  # whom one does not see, one sees nothing of
        likely = ((likely * there)[..., None] * chance[:, node : node + view.shape[1]]).reshape(len(steps), -1)
        eyes = visible[every.sight[: every.base, None], cell[:, who]].transpose(1, 0, 2)  # t senses cells
        view = (view[:, :, None] & eyes[:, None]).reshape(len(steps), -1, view.shape[-1])
        kinds, node = (kinds[:, None] & every.kinds[: every.base]).ravel(), node + every.base**level
        noticed = kinds[None, :, None] >> np.maximum(fruit, 0)[:, None] & 1 & (fruit >= 0)[:, None]
        found[level] = [np.einsum("tr,trc->tc", likely, shown) for shown in (view, view & noticed.astype(bool))]
    return found


def _boards(episode: Episode) -> np.ndarray:
    """(sights, cells, cells) bool: which cells are in sight from which."""
    cells = np.arange(episode.walls.size)
    words = episode.geometry.visible[:, :, cells >> 6]
    return ((words >> (cells & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)
