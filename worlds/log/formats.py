"""What a log holds, by its world: the orchard's shards, those of anybody's environment, or of a world of one's own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from worlds.log.manifest import versions
from worlds.orchard import shard
from worlds.orchard.config import OrchardConfig


@dataclass(frozen=True)
class Format:
    """How episodes of one kind of world become tables, and back."""

    tables: tuple[str, ...]
    to_tables: Callable[[Sequence], dict]  # tables by name, from the episodes of one shard
    # files by table, the indices of the episodes, config -> a shard
    from_files: Callable[[Mapping[str, bytes], range, dict], Any]
    read: Callable[[str, bytes, range, dict], pa.Table]  # a table's name, its file and the same -> one table
    settings: Callable[[dict], Any]  # the world's settings from a log's config
    packages: tuple[str, ...]  # whose versions the manifest tells


def format_of(meta: dict) -> Format:
    """The format of a log whose manifest says this of it."""
    world = str(meta.get("world", "orchard"))
    if not world.startswith("pettingzoo:"):
        return _plain() if ":" in world else _ORCHARD
    from worlds.arena import shard as arena  # which needs the spaces of gymnasium
    from worlds.arena.config import ArenaConfig
    from worlds.arena.spaces import forms_of

    def settings(config: dict) -> ArenaConfig:
        forms_of(config)
        return ArenaConfig.from_dict(config["arena"])

    return Format(
        arena.TABLES,
        arena.to_tables,
        arena.from_files,
        arena.read,
        settings,
        (*_MAKERS, "gymnasium", "pettingzoo", *_package(meta["world"])),
    )


def _plain() -> Format:
    from worlds.plain import shard as plain
    from worlds.plain.config import PlainConfig

    def settings(config: dict) -> PlainConfig:
        return PlainConfig.from_dict(config["plain"])

    return Format(plain.TABLES, plain.to_tables, plain.from_files, plain.read, settings, _MAKERS)


def _package(world: str) -> tuple[str, ...]:
    """The package that an environment comes from, where it is an installed one of its own."""
    root = re.split(r"[.:/]", world.removeprefix("pettingzoo:"))[0]
    installed = bool(re.fullmatch(r"\w[\w-]*", root)) and versions(root)[root] != "source"
    return (root,) if installed and root != "pettingzoo" else ()


_MAKERS = ("funhouse", "numba", "numpy", "pyarrow")
_ORCHARD = Format(
    shard.TABLES,
    shard.to_tables,
    shard.from_files,
    shard.read,
    lambda config: OrchardConfig.from_dict(config["orchard"]),
    _MAKERS,
)
