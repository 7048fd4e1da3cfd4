"""From an episode to what one agent has perceived: an *event* for each perceived agent-step, as arrays for the mind.

An event says who acted (a pointer, never a name), what lay around the actor as far as the perceiver knows, how much of
the actor's surroundings the perceiver saw, whether the actor was itself, and what it did. What lies around is a set of
elements, fruits and other agents, each with its walking distance after each of the five actions: the map is common
knowledge, so such distances are what any agent can work out by looking at it.

Events are perceived directly, or through a *line* of others: what is left of my percepts when seen from Bo's place with
near, or with far, sight is what Bo, as far as I can know, has perceived (agents/theory.py, `perceive`). Nobody's sight
is told: a line is followed with either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numba import njit, uint64

from worlds.geometry import has, popcount, put

ELEMENTS = 12  # per event: the nearest of each kind
AGENT_ELEMENTS = 3  # of which at most this many are agents
NEAR_NOW, FAR_NOW, NEAR_KEPT, FAR_KEPT = 1, 2, 4, 8  # bits: in sight now, or within a retentive agent's memory
UNREACHED = 255
SIGHTS = 2
NO_SIGHT = 2  # in `sights`: the line is not that long
FAR = 1  # with what sight a line's places are looked through before its last two

Line = tuple[int, ...]  # agents, in the order in which they are looked through; () is direct
Wanted = tuple[Line, int]  # the acts of an agent, through a line


@dataclass(frozen=True)
class History:
    """What one agent perceived in an episode: e events, those of one line and actor in the order of steps.

    step, agent, action  (e,) int16, int16, int8: when, who (index into the episode's agents), what it did
    native               (e,) float32: 1 as itself, 0 in a role; with hidden roles the stated share of native agents
    line                 (e,) int16: index into `lines`; 0 is direct
    sights               (e, 2) int8: with what sight the last and the last but one of the line were looked through
    look                 what each event was like, by name (e, ...): in the orchard as `perceived` says, elsewhere as
                         tom.arena_events does
    at                   (t, n) int32: the direct event of an agent at a step, -1 where it is not among the events
    lines                the lines, the direct one first
    """

    step: np.ndarray
    agent: np.ndarray
    action: np.ndarray
    native: np.ndarray
    line: np.ndarray
    sights: np.ndarray
    look: dict[str, np.ndarray]
    at: np.ndarray
    lines: dict[Line, int]

    def __len__(self) -> int:
        return len(self.step)


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
def _look(visible, cell, me, sight, line, sights, out):
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
def _events_of(view, who, wanted, window, cell, board, neighbor, distances, visible, seen,
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
def _events_along(me, sight, line, sights, actors, wanted, view,
                  window, cell, board, neighbor, distances, visible, seen,
                  step_, agent_, cover, blocked, kind, distance, flag, e):  # fmt: skip
    """Fills in the events of some agents along a line; returns where the next one goes."""
    _look(visible, cell, me, sight, line, sights, view)
    for who in actors:
        e = _events_of(view, who, wanted[:, who], window, cell, board, neighbor, distances, visible, seen,
                       step_, agent_, cover, blocked, kind, distance, flag, e)  # fmt: skip
    return e


def sees(episode, me: int, sight: int) -> np.ndarray:
    """(t, n) bool: whom agent `me`, of that sight, perceives at each step; itself always."""
    cell = episode.cell.astype(np.int64)
    word = episode.geometry.visible[sight, cell[:, me, None], cell >> 6]
    return ((word >> (cell & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)


def perceived(
    episode,
    me: int,
    sight: int,
    window: int,
    native: np.ndarray,
    through: Sequence[Wanted] = (),
    direct: np.ndarray | None = None,
) -> History:
    """The events that agent `me` (of that sight: 0 near, 1 far) perceived in an episode.

    window is m, the steps that a retentive agent remembers; native (t, n) float32 as in History. `through` names
    the acts wanted through lines; of those only what may be native is there. direct (t, n) bool: which agent-steps are
    wanted directly; None: all. What an event was like:

    cover     (e, 2) float32: the share of the cells in the actor's near and far sight that was perceived
    blocked   (e, 5) bool: which actions lead nowhere
    kind      (e, ELEMENTS) uint8: 0 nothing, 1 an agent, 2 + k a fruit of kind k
    distance  (e, ELEMENTS, 5) uint8: walking distance after each action
    flag      (e, ELEMENTS) uint8: NEAR_NOW, FAR_NOW, NEAR_KEPT, FAR_KEPT
    """
    (steps, n), geometry = episode.cell.shape, episode.geometry
    through = list(dict.fromkeys(through))
    lines: dict[Line, int] = {(): 0}
    ways = [SIGHTS ** min(len(line), 2) for line, _ in through]
    most = steps * (n + sum(ways))
    made = {
        "step": np.empty(most, np.int16),
        "agent": np.empty(most, np.int16),
        "cover": np.empty((most, 2), np.float32),
        "blocked": np.empty((most, 5), np.bool_),
        "kind": np.zeros((most, ELEMENTS), np.uint8),
        "distance": np.full((most, ELEMENTS, 5), UNREACHED, np.uint8),
        "flag": np.zeros((most, ELEMENTS), np.uint8),
    }
    line_of, sights_of = np.zeros(most, np.int16), np.full((most, 2), NO_SIGHT, np.int8)
    view = np.empty((steps, episode.board.shape[2]), np.uint64)
    rules = window, episode.cell, episode.board, geometry.neighbor, geometry.distance, geometry.visible, geometry.seen
    wanted = np.ones((steps, n), bool) if direct is None else direct
    nowhere = np.empty(0, np.int64)
    count = _events_along(me, sight, nowhere, nowhere, np.arange(n), wanted, view, *rules, *made.values(), 0)
    at = np.full((steps, n), -1, np.int32)
    at[made["step"][:count], made["agent"][:count]] = np.arange(count)
    evidence = native > 0
    for line in dict.fromkeys(line for line, _ in through):
        actors = np.array([who for other, who in through if other == line])
        lines.setdefault(line, len(lines))
        for last in product(range(SIGHTS), repeat=min(len(line), 2)):
            path = np.array([FAR] * (len(line) - len(last)) + list(last))
            first = count
            count = _events_along(
                me, sight, np.array(line), path, actors, evidence, view, *rules, *made.values(), count
            )
            line_of[first:count] = lines[line]
            sights_of[first:count, : len(last)] = last[::-1]
    step, agent = (made.pop(name)[:count] for name in ("step", "agent"))
    return History(
        step=step, agent=agent, action=episode.action[step, agent], native=native[step, agent],
        line=line_of[:count], sights=sights_of[:count],
        look={name: array[:count] for name, array in made.items()}, at=at, lines=lines,
    )  # fmt: skip
