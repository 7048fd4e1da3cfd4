"""Anybody's PettingZoo environment as a world: driven, seen in part, recorded and logged like the orchard."""

from worlds.arena.config import ArenaConfig
from worlds.arena.episode import ArenaEpisode
from worlds.arena.spaces import Species

__all__ = ["ArenaConfig", "ArenaEpisode", "Species"]
