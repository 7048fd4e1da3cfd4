"""From an episode to what one agent has perceived: an *event* for each perceived agent-step, as arrays for the mind.

An event says who acted (a pointer, never a name), what lay around the actor as far as the perceiver knows, how much of
the actor's surroundings the perceiver saw, whether the actor was itself, and what it did. What lies around is a set of
elements, fruits and other agents, each with its walking distance after each of the five actions: the map is common
knowledge, so such distances are what any agent can work out by looking at it.

Events are perceived directly, or through a *line* of others: what is left of my percepts when seen from Bo's place with
near, or with far, sight is what Bo, as far as I can know, has perceived (agents/orchard/theory.py, `perceive`).
Nobody's sight is told: a line is followed with either.

Where there are marks, washing reaches one thing more, the actor's own body: one that shows a mark, or one that does
not, as far as the perceiver knows. Nobody sees a mark on itself; it is there if it is felt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tom.filter.event_kernels import ELEMENTS, events_along

NEAR_NOW, FAR_NOW, NEAR_KEPT, FAR_KEPT = 1, 2, 4, 8  # bits: in sight now, or within a retentive agent's memory
UNREACHED = 255
SIGHTS_READ = 2
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
    look                 what each event was like, by name (e, ...), as `perceived` says
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


def sees(episode, me: int, sight: int) -> np.ndarray:
    """(t, n) bool: whom agent `me`, of that sight, perceives at each step; itself always."""
    cell = episode.cell.astype(np.int64)
    word = episode.geometry.visible[sight, cell[:, me, None], cell >> 6]
    return ((word >> (cell & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)


def with_bodies(look: dict[str, np.ndarray], marked: np.ndarray, kinds: int) -> dict[str, np.ndarray]:
    """What events were like, as `perceived` gives it, with a sixth action and with the body that it reaches.

    marked (e,) bool: whether the perceiver knows of a mark on the actor. The body is one more element, in everybody's
    sight, which no other action comes near: of kind 2 + kinds, and 3 + kinds where it is marked.
    """
    count, elements, actions = look["distance"].shape
    distance = np.full((count, elements + 1, actions + 1), UNREACHED, np.uint8)
    distance[:, :elements, :actions] = look["distance"]
    distance[:, :elements, actions] = look["distance"][..., 0]  # who washes stays
    distance[:, elements, actions] = 0
    body = (2 + kinds + marked).astype(np.uint8)[:, None]
    everywhere = np.full((count, 1), NEAR_NOW | FAR_NOW | NEAR_KEPT | FAR_KEPT, np.uint8)
    return look | {
        "blocked": np.pad(look["blocked"], ((0, 0), (0, 1))),
        "kind": np.concatenate([look["kind"], body], 1),
        "distance": distance,
        "flag": np.concatenate([look["flag"], everywhere], 1),
    }


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
    ways = [SIGHTS_READ ** min(len(line), 2) for line, _ in through]
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
    count = events_along(me, sight, nowhere, nowhere, np.arange(n), wanted, view, *rules, *made.values(), 0)
    at = np.full((steps, n), -1, np.int32)
    at[made["step"][:count], made["agent"][:count]] = np.arange(count)
    evidence = native > 0
    for line in dict.fromkeys(line for line, _ in through):
        actors = np.array([who for other, who in through if other == line])
        lines.setdefault(line, len(lines))
        for last in product(range(SIGHTS_READ), repeat=min(len(line), 2)):
            path = np.array([FAR] * (len(line) - len(last)) + list(last))
            first = count
            count = events_along(me, sight, np.array(line), path, actors, evidence, view, *rules, *made.values(), count)
            line_of[first:count] = lines[line]
            sights_of[first:count, : len(last)] = last[::-1]
    step, agent = (made.pop(name)[:count] for name in ("step", "agent"))
    return History(
        step=step, agent=agent, action=episode.action[step, agent], native=native[step, agent],
        line=line_of[:count], sights=sights_of[:count],
        look={name: array[:count] for name, array in made.items()},
        at=at, lines=lines,
    )  # fmt: skip
