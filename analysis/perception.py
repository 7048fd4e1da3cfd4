"""Who perceives whom in an episode: what may be asked, and how much the asked agent had to go on."""

from functools import cached_property

import numpy as np

from agents.description import SIGHTS
from agents.query import Query
from worlds import Episode

Bucket = tuple[int, int | None]  # of steps observed: first and last, both included; None: no last
BUCKETS: tuple[Bucket, ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 15), (16, 31), (32, None))


def target_of(query: Query) -> int | None:
    """Whom a question names first, the asked agent itself at depth 0; None for a description."""
    who = query.chain[0] if query.chain else query.agent
    return None if isinstance(who, str) else who


class Perception:
    """Facts of sight of one episode, worked out on first use. Axes: t steps, n perceiver, n perceived."""

    def __init__(self, episode: Episode):
        self.episode = episode
        self.sight = np.array([SIGHTS.index(agent.type["sight"]) for agent in episode.agents])  # n

    @cached_property
    def sees(self) -> np.ndarray:
        """(t, n, n) bool: whether the first perceives the second at step t; everyone perceives itself."""
        cell = self.episode.cell.astype(np.int64)
        here, there = cell[:, :, None], cell[:, None, :]
        word = self.episode.geometry.visible[self.sight[:, None], here, there >> 6]
        return ((word >> (there & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)

    @cached_property
    def known(self) -> np.ndarray:
        """(t, n, n) bool: whether the first has perceived the second by step t, the scene of t included."""
        return np.logical_or.accumulate(self.sees, axis=0)

    @cached_property
    def native(self) -> np.ndarray:
        """(t, n) bool: who acts as itself; with hidden roles every step may be evidence, so all do."""
        if self.episode.config.roles == "hidden":
            return np.ones(self.episode.action.shape, bool)
        return np.array([[not role for role in roles] for roles in self.episode.role], bool)

    @cached_property
    def observed(self) -> np.ndarray:
        """(t, n, n) int: steps before t at which the first saw the second act in its own role."""
        seen = (self.sees & self.native[:, None, :]).astype(np.int64)
        return np.cumsum(seen, axis=0) - seen

    @cached_property
    def last_action(self) -> np.ndarray:
        """(t, n, n) int8: the second's last action before t that the first saw, -1 where it saw none."""
        steps = np.arange(len(self.sees))[:, None, None]
        latest = np.maximum.accumulate(np.where(self.sees, steps, -1), axis=0)
        before = np.concatenate([np.full_like(latest[:1], -1), latest[:-1]])
        action = self.episode.action[np.maximum(before, 0), np.arange(before.shape[2])]
        return np.where(before >= 0, action, -1).astype(np.int8)


def bucket_name(low: int, high: int | None) -> str:
    """How a bucket is written: "0", "2-3", "32+"."""
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def within_bucket(observed: np.ndarray, bucket: Bucket) -> np.ndarray:
    """(q,) bool: which counts of steps, (q,) int, fall in a bucket."""
    low, high = bucket
    return (observed >= low) & (True if high is None else observed <= high)
