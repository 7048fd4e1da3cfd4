"""From an episode to what one agent has perceived: an *event* for each perceived agent-step, as arrays for the mind.

An event says who acted (a pointer, never a name), what lay around the actor as far as the perceiver knows, how much of
the actor's surroundings the perceiver saw, whether the actor was itself, and what it did. What lies around is a set of
elements, fruits and other agents, each with its walking distance after each of the five actions: the map is common
knowledge, so such distances are what any agent can work out by looking at it.
"""

from dataclasses import dataclass, fields

import numpy as np
from numba import njit, uint64

from worlds.geometry import has, popcount, put

ELEMENTS = 12  # per event: the nearest of each kind
AGENT_ELEMENTS = 3  # of which at most this many are agents
NEAR_NOW, FAR_NOW, NEAR_KEPT, FAR_KEPT = 1, 2, 4, 8  # bits: in sight now, or within a retentive agent's memory
UNREACHED = 255


@dataclass(frozen=True)
class History:
    """What one agent perceived in an episode: e events in the order of steps. All arrays are numpy.

    step, agent, action  (e,) int16, int16, int8: when, who (index into the episode's agents), what it did
    native               (e,) float32: 1 as itself, 0 in a role; with hidden roles the stated share of native agents
    cover                (e, 2) float32: the share of the cells in the actor's near and far sight that was perceived
    blocked              (e, 5) bool: which actions lead nowhere
    kind                 (e, ELEMENTS) uint8: 0 nothing, 1 an agent, 2 + k a fruit of kind k
    distance             (e, ELEMENTS, 5) uint8: walking distance after each action
    flag                 (e, ELEMENTS) uint8: the bits above
    seen_by              (e, n, 4) uint8: of what the perceiver saw in the actor's near and far sight, the share, in
                         255ths of all cells there, that lay in that agent's near (0, 1) and far sight (2, 3) too; 0
                         where that agent was not perceived or could not see the actor
    at                   (t, n) int32: the event of an agent at a step, -1 where it was not perceived
    """

    step: np.ndarray
    agent: np.ndarray
    action: np.ndarray
    native: np.ndarray
    cover: np.ndarray
    blocked: np.ndarray
    kind: np.ndarray
    distance: np.ndarray
    flag: np.ndarray
    seen_by: np.ndarray
    at: np.ndarray

    def __len__(self) -> int:
        return len(self.step)

    def until(self, step: int) -> "History":
        """The events up to and including a step (its scene is known, its actions are not to be read)."""
        stop = int(np.searchsorted(self.step, step, side="right"))
        cut = {f.name: getattr(self, f.name)[:stop] for f in fields(self) if f.name != "at"}
        return History(**cut, at=self.at[: step + 1])


@njit(cache=True, nogil=True)
def _add_elements(board, code, cap, bit_boards, rows, kind, distance, flag, count):
    """Adds the `cap` nearest cells of a bitboard as elements; rows (5, cells) are distances after each action."""
    first = count
    for w in range(len(board)):
        word = board[w]
        while word != 0:
            low = word & (~word + uint64(1))
            word ^= low
            cell = w * 64 + popcount(low - uint64(1))
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
def _shared(board, other):
    """How many cells two bitboards have in common."""
    count = 0
    for w in range(len(board)):
        count += popcount(board[w] & other[w])
    return count


@njit(cache=True, nogil=True)
def _perceive(me, sight, window, cell, board, action, native, neighbor, distances, visible, seen,
              step_, agent_, action_, native_, cover, blocked, kind, distance, flag, seen_by, at):  # fmt: skip
    """Fills the arrays of History for one perceiver; returns the number of events."""
    steps, n = cell.shape
    kinds, words = board.shape[1], board.shape[2]
    cap = (ELEMENTS - AGENT_ELEMENTS) // kinds
    mask = np.zeros((n, 2, steps, words), np.uint64)
    known = np.empty(words, np.uint64)
    kept = np.empty((2, kinds, words), np.uint64)
    bits = np.empty((4, words), np.uint64)
    union = np.empty(words, np.uint64)
    others = np.empty((4, words), np.uint64)
    e = 0
    for t in range(steps):
        mine = visible[sight, cell[t, me]]
        for j in range(n):
            at[t, j] = -1
            if not has(mine, cell[t, j]):
                continue
            place = cell[t, j]
            at[t, j], step_[e], agent_[e], action_[e], native_[e] = e, t, j, action[t, j], native[t, j]
            for s in range(2):
                held = 0
                for w in range(words):
                    mask[j, s, t, w] = mine[w] & visible[s, place, w]
                    held += popcount(mask[j, s, t, w])
                cover[e, s] = held / seen[s, place]
                _remember(mask[j, s], board, t, window, known, kept[s])
            rows = (distances[neighbor[place, 0]], distances[neighbor[place, 1]], distances[neighbor[place, 2]],
                    distances[neighbor[place, 3]], distances[neighbor[place, 4]])  # fmt: skip
            for a in range(5):
                blocked[e, a] = a > 0 and neighbor[place, a] == place
            count = 0
            for k in range(kinds):
                for w in range(words):
                    bits[0, w] = mask[j, 0, t, w] & board[t, k, w]
                    bits[1, w] = mask[j, 1, t, w] & board[t, k, w]
                    bits[2, w] = kept[0, k, w]
                    bits[3, w] = kept[1, k, w]
                    union[w] = bits[0, w] | bits[1, w] | bits[2, w] | bits[3, w]
                count = _add_elements(union, 2 + k, cap, bits, rows, kind[e], distance[e], flag[e], count)
            others[:] = uint64(0)
            for p in range(n):
                if not has(mine, cell[t, p]):
                    continue
                if p != j:
                    for s in range(2):
                        if has(mask[j, s, t], cell[t, p]):
                            put(others[s], cell[t, p])
                for s in range(2):
                    if has(visible[s, cell[t, p]], place):
                        for other in range(2):
                            shared = _shared(mask[j, other, t], visible[s, cell[t, p]])
                            seen_by[e, p, 2 * s + other] = (255 * shared) // seen[other, place]
            for w in range(words):
                union[w] = others[0, w] | others[1, w]
            _add_elements(union, 1, AGENT_ELEMENTS, others, rows, kind[e], distance[e], flag[e], count)
            e += 1
    return e


def perceived(episode, me: int, sight: int, window: int, native: np.ndarray) -> History:
    """The events that agent `me` (of that sight: 0 near, 1 far) perceived in an episode.

    window is m, the steps that a retentive agent remembers; native (t, n) float32 as in History.
    """
    (steps, n), geometry = episode.cell.shape, episode.geometry
    most = steps * n
    made = {
        "step": np.empty(most, np.int16),
        "agent": np.empty(most, np.int16),
        "action": np.empty(most, np.int8),
        "native": np.empty(most, np.float32),
        "cover": np.empty((most, 2), np.float32),
        "blocked": np.empty((most, 5), np.bool_),
        "kind": np.zeros((most, ELEMENTS), np.uint8),
        "distance": np.full((most, ELEMENTS, 5), UNREACHED, np.uint8),
        "flag": np.zeros((most, ELEMENTS), np.uint8),
        "seen_by": np.zeros((most, n, 4), np.uint8),
    }
    at = np.empty((steps, n), np.int32)
    count = _perceive(
        me, sight, window, episode.cell, episode.board, episode.action, native,
        geometry.neighbor, geometry.distance, geometry.visible, geometry.seen, *made.values(), at,
    )  # fmt: skip
    return History(**{name: array[:count] for name, array in made.items()}, at=at)
