"""Who perceives whom in an episode: what may be asked, and how much the asked agent had to go on."""

from functools import cached_property

import numpy as np

from agents.query import Query
from agents.registry import world_of
from agents.traits.sight import SIGHTS
from worlds.base_episode import BaseEpisode

Bucket = tuple[int, int | None]  # of steps observed: first and last, both included; None: no last
BUCKETS: tuple[Bucket, ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 15), (16, 31), (32, None))


def target_of(query: Query) -> int | None:
    """Whom a question names first, the asked agent itself at depth 0; None for a description."""
    who = query.chain[0] if query.chain else query.agent
    return None if isinstance(who, str) else who


class Perception:
    """Facts of sight of one episode, worked out on first use. Axes: t steps, n perceiver, n perceived."""

    def __init__(self, episode: BaseEpisode):
        self.episode, self.world = episode, world_of(episode)
        self.sight = np.array([_sight(agent.type) for agent in episode.agents])  # n int, -1 where there is none

    @cached_property
    def sees(self) -> np.ndarray:
        """(t, n, n) bool: whether the first perceives the second act at step t; who acts perceives itself."""
        return self.world.perceived(self.episode)

    @cached_property
    def species(self) -> np.ndarray:
        """(n,) int: agents of one species can act as one another."""
        return self.world.species(self.episode)

    @cached_property
    def kin(self) -> np.ndarray:
        """(n, n) bool: who can act in whose place, itself included."""
        return self.species[:, None] == self.species

    @cached_property
    def strangers(self) -> np.ndarray:
        """(n,) bool: who follows a policy that is no type."""
        return np.array([bool(agent.stranger) for agent in self.episode.agents])

    @cached_property
    def known(self) -> np.ndarray:
        """(t, n, n) bool: whether the first has perceived the second by step t, the scene of t included.

        Everyone knows itself, also before its first move.
        """
        return np.logical_or.accumulate(self.sees, axis=0) | np.eye(self.sees.shape[1], dtype=bool)

    @cached_property
    def native(self) -> np.ndarray:
        """(t, n) bool: whose acts may be evidence of a type: those that are done as oneself."""
        return self.world.evidence(self.episode)

    @cached_property
    def observed(self) -> np.ndarray:
        """(t, n, n) int: steps before t at which the first saw the second act in its own role."""
        seen = (self.sees & self.native[:, None, :]).astype(np.int64)
        return np.cumsum(seen, axis=0) - seen

    @cached_property
    def last_action(self) -> np.ndarray:
        """(t, n, n) int16: the second's last action before t that the first saw, -1 where it saw none."""
        steps = np.arange(len(self.sees))[:, None, None]
        latest = np.maximum.accumulate(np.where(self.sees, steps, -1), axis=0)
        before = np.concatenate([np.full_like(latest[:1], -1), latest[:-1]])
        action = self.episode.action[np.maximum(before, 0), np.arange(before.shape[2])]
        return np.where(before >= 0, action, -1).astype(np.int16)


def place_of(query: Query) -> int:
    """In whose place a question is acted: the target's where it predicts, else the asked agent's own."""
    if query.stance == "predict":
        assert isinstance(query.chain[0], int)
        return query.chain[0]
    return query.agent


def nothing_nested(perception: Perception) -> bool:
    """Whether everybody perceived all there was, and types have no senses: then no two pictures differ."""
    everyone = perception.episode.acts[:, None, :]
    return not perception.world.sensed and bool((perception.sees == everyone).all())


def _sight(traits: dict[str, str]) -> int:
    return SIGHTS.index(traits["sight"]) if "sight" in traits else -1


def bucket_name(low: int, high: int | None) -> str:
    """How a bucket is written: "0", "2-3", "32+"."""
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def within_bucket(observed: np.ndarray, bucket: Bucket) -> np.ndarray:
    """(q,) bool: which counts of steps, (q,) int, fall in a bucket."""
    low, high = bucket
    return (observed >= low) & (True if high is None else observed <= high)
