"""The compiled part of reading the orchard: what lies around an actor, as far as somebody else perceived it.

Around an actor lies a count of things, by kind and by walking distance after each of the actions: the map is common
knowledge, so such distances are what any agent can work out by looking at it. Nothing is discounted or left out.
"""

import numpy as np
from numba import njit, uint64

from worlds.orchard.geometry import NO_WAY, has, lowest_bit, popcount

BINS = 16  # walking distances 0, 1, ...; the last holds all longer ones


@njit(cache=True, nogil=True)
def views_of(visible, cell, me, sight):
    """(t, words) uint64: the cells that agent `me` perceives at each step."""
    view = np.empty((len(cell), visible.shape[2]), np.uint64)
    for t in range(len(cell)):
        view[t] = visible[sight, cell[t, me]]
    return view


@njit(cache=True, nogil=True)
def _count(word, w, rows, column, around):
    """Adds the cells of one word of a bitboard to the counts (actions, features) of one kind."""
    while word != 0:
        other = w * 64 + lowest_bit(word)
        word &= word - uint64(1)
        for a in range(len(rows)):
            away = rows[a][other]
            if away == NO_WAY:
                break
            around[a, column + min(away, BINS - 1)] += 1


@njit(cache=True, nogil=True)
def look_around(view, kinds, step, agent, cell, board, neighbor, distance, visible, seen, sights, windows,
                around, cover, company):  # fmt: skip
    """Fills in what lay around the actors of e agent-steps in a view (t, words) that shows some kinds, as bits.

    sights, windows (layers,): what a layer of the counts shows: the cells within that sight of the actor, as they were
    last perceived in so many steps, now included. Of each layer around (e, actions, layers * (kinds + 1) * BINS) uint8
    counts the fruits of each kind, then other agents; cover (e, layers) is the share of the cells in the actor's sight
    that the view holds now, company (e, layers, n) who stands there.
    """
    words, layer_width = board.shape[2], (board.shape[1] + 1) * BINS
    known = np.empty(words, np.uint64)
    for e in range(len(step)):
        t, who = step[e], agent[e]
        place = cell[t, who]
        rows = distance[neighbor[place]]
        for i in range(len(sights)):
            known[:] = uint64(0)
            for s in range(t, max(t - windows[i], -1), -1):
                if not has(view[s], cell[s, who]):
                    continue
                for w in range(words):
                    fresh = view[s, w] & visible[sights[i], cell[s, who], w] & ~known[w]
                    known[w] |= fresh
                    for k in range(board.shape[1]):
                        if kinds >> k & 1:
                            _count(fresh & board[s, k, w], w, rows, i * layer_width + k * BINS, around[e])
            held = 0
            for w in range(words):
                held += popcount(view[t, w] & visible[sights[i], place, w])
            cover[e, i] = held / seen[sights[i], place]
            for other in range(cell.shape[1]):
                there = cell[t, other]
                if other == who or not has(view[t], there) or not has(visible[sights[i], place], there):
                    continue
                company[e, i, other] = True
                if windows[i] == 1:
                    word = uint64(1) << uint64(there & 63)
                    _count(word, there >> 6, rows, i * layer_width + board.shape[1] * BINS, around[e])
