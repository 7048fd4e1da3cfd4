"""How large a log of an environment becomes: what to tell a user before hours of it are written."""

from typing import Any

import numpy as np

from worlds import dice
from worlds.arena.config import ArenaConfig
from worlds.arena.episode import ArenaEpisode
from worlds.arena.failure import persist
from worlds.arena.match import Match
from worlds.arena.own_process import apart
from worlds.arena.participants import CROWD, FOCAL, OTHERS
from worlds.arena.recorder import play_match
from worlds.arena.replay import random_actions
from worlds.arena.seats import seats_of
from worlds.arena.shard import to_tables
from worlds.base_episode import Agent
from worlds.log.tables import encode

_LARGEST_SHARD = 64 << 20  # bytes of observations, for a shard is decoded whole
_MOST = 64  # episodes in one shard


def decoded_bytes(config: ArenaConfig) -> int:
    """The observations and masks of one episode as arrays, in bytes; opens the environment once.

    In a crowd the largest observations stand for those of the unknown cast. Raises FunhouseError.
    """
    species, seats = seats_of(config.environment, config.arguments)
    forms = [species[kind] for kind in seats]
    each = sorted((form.bytes + form.actions for form in forms), reverse=True)
    return config.steps * sum(each if len(each) <= CROWD else each[: FOCAL + OTHERS])


def shard_size(config: ArenaConfig) -> int:
    """Episodes in one shard: 64, fewer where their observations are large. A function of the settings alone."""
    return max(1, min(_MOST, _LARGEST_SHARD // decoded_bytes(config)))


def expected(config: ArenaConfig) -> tuple[int, int]:
    """About how large one episode is in the log, bytes, compressed, and how many actions may be taken at once in it.

    Both are those of one match of random legal play. Raises FunhouseError where the environment fails time after time.
    """
    episode, _ = persist(int(dice.key(0, 0, 0)), lambda key: apart(_sample, config, key))
    most = max(int(mask.sum(axis=1).max(initial=0)) for mask in episode.mask)
    return sum(len(encode(table)) for table in to_tables([episode]).values()), most


def expected_bytes(config: ArenaConfig) -> int:
    """The first of these. Raises FunhouseError as `expected` does."""
    return expected(config)[0]


def _sample(config: ArenaConfig, key: int) -> ArenaEpisode:
    generator = np.random.default_rng(key)
    arrays = play_match(Match(config, key), lambda _, views: random_actions(generator, views))
    t, n = arrays["action"].shape
    agents = [Agent(str(agent), {"policy": ""}, "") for agent in range(n)]
    nothing: dict[str, Any] = {"role": [[()] * n] * t, "prompt": [[""] * n] * t, "run": {}, "split": "train"}
    return ArenaEpisode(index=0, seed=key, agents=agents, **nothing, **arrays)
