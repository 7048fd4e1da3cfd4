"""What one sees in the mind of another: of a moment of the orchard, what each of a chain would have in sight, as the
asked agent can know it. It is `perceive` of the definition, weighed by the posteriors over senses."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

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


def glimpsed(reasoner: Reasoner, episode: Episode, agent: int, step: int, chain: Sequence[int]) -> list[dict[str, Any]]:
    """What `agents.world.World.glimpsed` promises; chain: agents by index, nobody twice in a row."""
    if not chain:
        return []
    space, cell, visible = reasoner.space, episode.cell[step].astype(np.int64), _boards(episode)
    every, own = space.senses, space.table.senses[space.index(episode.agents[agent].type)]
    chance = _senses_along(reasoner, episode, agent, tuple(chain))[step]
    # A row of senses, numbered as the kernel does: how likely it is, what is in sight through all of it, which kinds.
    rows = {0: (1.0, visible[every.sight[own], cell[agent]], int(every.kinds[own]))}
    found, node = [], 0
    for level, who in enumerate(chain):
        through = {}
        for code, (weight, view, kinds) in rows.items():
            for senses in range(every.base if view[cell[who]] else 0):  # whom one does not see, one sees nothing of
                seen = view & visible[every.sight[senses], cell[who]]
                likely = weight * float(chance[node + code, senses])
                through[code * every.base + senses] = likely, seen, kinds & int(every.kinds[senses])
        found.append(_told(episode, step, who, list(through.values())))
        rows, node = through, node + every.base**level
    return found


def _told(episode: Episode, step: int, who: int, rows: list[tuple[float, np.ndarray, int]]) -> dict[str, Any]:
    cells = sum((weight * view for weight, view, _ in rows), np.zeros(episode.walls.size))
    fruit, things = episode.fruit[step].ravel(), []
    for at in np.flatnonzero((fruit >= 0) & (cells > 0)).tolist():
        kind = int(fruit[at])
        likely = sum(weight for weight, view, kinds in rows if view[at] and kinds >> kind & 1)
        things.append([kind, at, round(likely, 4)])
    return {
        "who": who,
        "cells": np.round(cells, 4).tolist(),
        "things": things,
        "agents": np.round(cells[episode.cell[step].astype(np.int64)], 4).tolist(),
    }


def _boards(episode: Episode) -> np.ndarray:
    """(sights, cells, cells) bool: which cells are in sight from which."""
    cells = np.arange(episode.walls.size)
    words = episode.geometry.visible[:, :, cells >> 6]
    return ((words >> (cells & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)
