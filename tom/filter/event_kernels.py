"""The compiled part of perceiving: what lay around an actor, as far as somebody saw it, directly or along a line.

All of it stands in one file, because a kernel that is kept is compiled anew only when its own file changes.
"""

import numpy as np
from numba import njit, uint64

from worlds.orchard.geometry import NO_WAY, has, popcount, put

ELEMENTS = 21  # per event: the nearest of each kind
AGENT_ELEMENTS = 3  # of which at most this many are agents


@njit(cache=True, nogil=True)
def _add_elements(board, code, cap, bit_boards, rows, kind, distance, flag, count):
    """Adds the `cap` nearest cells of a bitboard, of those there is a way to, as elements.

    rows (5, cells) are distances after each action.
    """
    first = count
    for w in range(len(board)):
        word = board[w]
        while word != 0:
            low = word & (~word + uint64(1))
            word ^= low
            cell = w * 64 + popcount(low - uint64(1))
            if rows[0][cell] == NO_WAY:
                continue
            at = count
            if count - first == cap:
                at = first
                for k in range(first + 1, count):
                    if distance[k, 0] > distance[at, 0]:
                        at = k
                if distance[at, 0] <= rows[0][cell]:
                    continue
            else:
                count += 1
            kind[at] = code
            flag[at] = 0
            for f in range(4):
                if has(bit_boards[f], cell):
                    flag[at] |= 1 << f
            for a in range(5):
                distance[at, a] = rows[a][cell]
    return count


@njit(cache=True, nogil=True)
def _remember(mask, board, step, window, known, kept):
    """The latest view of each cell in the last `window` steps: kept (kinds, words) uint64.

    mask (t, words) uint64 holds the cells in view at each step, board (t, kinds, words) the fruits.
    """
    known[:] = uint64(0)
    kept[:] = uint64(0)
    for s in range(step, max(step - window, -1), -1):
        for w in range(len(known)):
            fresh = mask[s, w] & ~known[w]
            known[w] |= fresh
            for k in range(board.shape[1]):
                kept[k, w] |= fresh & board[s, k, w]


@njit(cache=True, nogil=True)
def look_along(visible, cell, me, sight, line, sights, out):
    """Writes the cells left at each step when looked at along a line, out (t, words): none where a place is unseen."""
    for t in range(len(cell)):
        out[t] = visible[sight, cell[t, me]]
        for i in range(len(line)):
            place = cell[t, line[i]]
            if not has(out[t], place):
                out[t] = uint64(0)
                break
            out[t] &= visible[sights[i], place]


@njit(cache=True, nogil=True)
def events_of(view, who, wanted, window, cell, board, neighbor, distances, visible, seen,
               step_, agent_, cover, blocked, kind, distance, flag, e):  # fmt: skip
    """Fills in the events of one agent in a view (t, words) at the wanted steps; returns where the next one goes."""
    steps, n = cell.shape
    kinds, words = board.shape[1], board.shape[2]
    cap = (ELEMENTS - AGENT_ELEMENTS) // kinds
    mask = np.zeros((2, steps, words), np.uint64)
    known = np.empty(words, np.uint64)
    kept = np.empty((2, kinds, words), np.uint64)
    bits = np.empty((4, words), np.uint64)
    union = np.empty(words, np.uint64)
    others = np.empty((4, words), np.uint64)
    for t in range(steps):
        place = cell[t, who]
        if not has(view[t], place):
            continue
        for s in range(2):
            for w in range(words):
                mask[s, t, w] = view[t, w] & visible[s, place, w]
        if not wanted[t]:
            continue
        step_[e], agent_[e] = t, who
        for s in range(2):
            held = 0
            for w in range(words):
                held += popcount(mask[s, t, w])
            cover[e, s] = held / seen[s, place]
            _remember(mask[s], board, t, window, known, kept[s])
        rows = (distances[neighbor[place, 0]], distances[neighbor[place, 1]], distances[neighbor[place, 2]],
                distances[neighbor[place, 3]], distances[neighbor[place, 4]])  # fmt: skip
        for a in range(5):
            blocked[e, a] = a > 0 and neighbor[place, a] == place
        count = 0
        for k in range(kinds):
            for w in range(words):
                bits[0, w] = mask[0, t, w] & board[t, k, w]
                bits[1, w] = mask[1, t, w] & board[t, k, w]
                bits[2, w] = kept[0, k, w]
                bits[3, w] = kept[1, k, w]
                union[w] = bits[0, w] | bits[1, w] | bits[2, w] | bits[3, w]
            count = _add_elements(union, 2 + k, cap, bits, rows, kind[e], distance[e], flag[e], count)
        others[:] = uint64(0)
        for p in range(n):
            for s in range(2):
                if p != who and has(mask[s, t], cell[t, p]):
                    put(others[s], cell[t, p])
        for w in range(words):
            union[w] = others[0, w] | others[1, w]
        _add_elements(union, 1, AGENT_ELEMENTS, others, rows, kind[e], distance[e], flag[e], count)
        e += 1
    return e


@njit(cache=True, nogil=True)
def events_along(me, sight, line, sights, actors, wanted, view,
                  window, cell, board, neighbor, distances, visible, seen,
                  step_, agent_, cover, blocked, kind, distance, flag, e):  # fmt: skip
    """Fills in the events of some agents along a line; returns where the next one goes."""
    look_along(visible, cell, me, sight, line, sights, view)
    for who in actors:
        e = events_of(view, who, wanted[:, who], window, cell, board, neighbor, distances, visible, seen,
                       step_, agent_, cover, blocked, kind, distance, flag, e)  # fmt: skip
    return e
