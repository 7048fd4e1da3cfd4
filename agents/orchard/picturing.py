"""The orchard as a page draws it: where everything is at every step, and who has what in sight, as JSON values."""

from typing import Any

import numpy as np

from agents.orchard.types import TypeSpace
from worlds import KINDS, Episode
from worlds.drawing.sprites import FRUIT_COLOUR
from worlds.orchard.fortune import TURNED
from worlds.orchard.geometry import STEPS


def pictured(space: TypeSpace, episode: Episode) -> dict[str, Any]:
    """What `agents.world.World.pictured` promises. A set of cells is a hexadecimal number: bit c is cell c."""
    kinds, own = range(episode.config.kinds), [space.index(agent.type) for agent in episode.agents]
    senses = space.table.senses[own]
    rows, columns = episode.walls.shape
    return {
        "rows": rows,
        "columns": columns,
        "walls": _of(episode.walls),
        "glass": None if episode.glass is None else _of(episode.glass),
        "things": [{"name": KINDS[k], "colour": "#{:02x}{:02x}{:02x}".format(*FRUIT_COLOUR[k])} for k in kinds],
        "lies": [[hexadecimal(words) for words in step] for step in episode.board],
        "cells": episode.cell.tolist(),
        "marked": episode.mark.tolist() if episode.config.marks else None,
        "sight": [[hexadecimal(words) for words in step] for step in sights(space, episode, senses)],
        "notices": [[k for k in kinds if space.senses.kinds[s] >> k & 1] for s in senses.tolist()],
        "moves": moves(episode),
        "points": None,
    }


def sights(space: TypeSpace, episode: Episode, senses: np.ndarray) -> np.ndarray:
    """(t, n, words) uint64: the cells that each agent has in sight, with these senses (n,)."""
    return episode.geometry.visible[space.senses.sight[senses], episode.cell.astype(np.int64)]


def moves(episode: Episode) -> list[list[int] | None]:
    """Rows and columns that each action leads on, None for what moves nobody; north goes where it really does."""
    named = range(len(episode.action_names))
    really = [int(TURNED[episode.compass, a]) if episode.compass else a for a in named]
    return [STEPS[a].tolist() if a < 1 + episode.config.moves else None for a in really]


def hexadecimal(words: np.ndarray) -> str:
    """A bitboard (words,) uint64 as a number in hexadecimal."""
    return f"{int.from_bytes(np.ascontiguousarray(words).astype('<u8').tobytes(), 'little'):x}"


def _of(cells: np.ndarray) -> str:
    return f"{sum(1 << int(c) for c in np.flatnonzero(cells)):x}"
