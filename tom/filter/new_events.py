"""Only the events that are new: for whoever plays an episode and goes on from what is encoded already.

A *look-out* is one agent watching the acts of one agent along one line, as tom.filter.events has it. Asked at every
step, it gives the events since it was last asked; over an episode they are those that tom.filter.events.perceived gives
at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from tom.filter.event_kernels import ELEMENTS, find_events
from tom.filter.events import FAR, NO_SIGHT, SIGHTS_READ, UNREACHED, Line


@dataclass(frozen=True)
class Lookout:
    """Who watches whom, and how.

    owner: what its events are for, a number; me, sight: who watches, with near (0) or far (1) sight; line, path: whom
    it looks through, and with what sight each; scene: the watched agent's own scene at the newest step, whatever its
    role, and nothing older; first: the step from which events are still to come.
    """

    owner: int
    me: int
    sight: int
    who: int
    line: Line = ()
    path: tuple[int, ...] = ()
    scene: bool = False
    first: int = 0

    @property
    def sights(self) -> tuple[int, int]:
        """With what sight the last and the last but one of the line are looked through, as History.sights."""
        last, before, *_ = (*self.path[::-1], NO_SIGHT, NO_SIGHT)
        return last, before


def lookouts(owner: int, me: int, sight: int, who: int, line: Line, first: int) -> list[Lookout]:
    """Those for the acts of an agent along a line: one for each pair of sights of the line's last two."""
    ways = product(range(SIGHTS_READ), repeat=min(len(line), 2))
    return [Lookout(owner, me, sight, who, line, (FAR,) * (len(line) - len(w)) + w, first=first) for w in ways]


@dataclass
class Found:
    """e new events: source (e,) the look-out's index, step, agent (e,) int16, and look by name, as History has it."""

    source: np.ndarray
    step: np.ndarray
    agent: np.ndarray
    look: dict[str, np.ndarray] = field(default_factory=dict)


class Watch:
    """The look-outs of one episode, as arrays; `find` moves each one on."""

    def __init__(self, posts: Sequence[Lookout], match, window: int):
        """match: the agents.orchard.live_episode.Match that is watched; window: m, the steps that a retentive agent
        remembers."""
        self.posts = list(posts)
        longest = max((len(post.line) for post in posts), default=0)
        self._line = np.zeros((len(posts), longest), np.int64)
        self._path = np.zeros((len(posts), longest), np.int64)
        for row, post in enumerate(posts):
            self._line[row, : len(post.line)], self._path[row, : len(post.path)] = post.line, post.path
        columns = [(p.me, p.sight, p.who, len(p.line), p.scene, p.first) for p in posts]
        table = np.array(columns, np.int64).reshape(-1, 6).T.copy()
        self._me, self._sight, self._who, self._length, self._scene, self.first = table
        geometry, events = match.geometry, match.events
        self._world = (
            window, events.native, events.cell, events.board,
            geometry.neighbor, geometry.distance, geometry.visible, geometry.seen,
        )  # fmt: skip

    def find(self, step: int) -> Found:
        """The events before a step, and the scenes of that step, that have not been found yet."""
        first = np.where(self._scene > 0, step, self.first)
        stop = step + (self._scene > 0)
        most = int((stop - first).sum())
        look = {
            "cover": np.empty((most, 2), np.float32),
            "blocked": np.empty((most, 5), np.bool_),
            "kind": np.zeros((most, ELEMENTS), np.uint8),
            "distance": np.full((most, ELEMENTS, 5), UNREACHED, np.uint8),
            "flag": np.zeros((most, ELEMENTS), np.uint8),
        }
        source, when, who = (np.empty(most, kind) for kind in (np.int64, np.int16, np.int16))
        posts = self._me, self._sight, self._who, self._length, self._scene, self._line, self._path
        count = find_events(*posts, first, stop, *self._world, when, who, *look.values(), source)
        self.first[:] = step
        return Found(source[:count], when[:count], who[:count], {name: array[:count] for name, array in look.items()})
