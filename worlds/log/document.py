"""What the manifest and the journal of a log may say, and that what they say fits together."""

from typing import Annotated

from annotated_types import Interval

from worlds import schema
from worlds.dice import SPLITS
from worlds.errors import FunhouseError
from worlds.log.formats import format_of
from worlds.log.parts import Part, part_of, shards_of
from worlds.trust import is_class_name

SHARD_SIZE = 64  # episodes, at most
MOST_EPISODES = 1 << 40

Seed = Annotated[int, Interval(ge=0, lt=2**63)]
Split = Annotated[str, schema.one_of(*SPLITS)]


class RunParts(schema.TypedDict, total=False):
    """The settings of a run, part by part; whoever makes something of a part reads it (OrchardConfig.from_dict, …)."""

    orchard: dict
    policy: dict
    population: dict
    minds: dict
    strangers: dict
    arena: dict
    bank: dict
    plain: dict
    species: list[dict]
    seed: schema.Required[Seed]
    split: schema.Required[Split]


class Dropped(schema.TypedDict):
    """An attempt at an episode of an arena that failed."""

    episode: Annotated[int, Interval(ge=0, lt=MOST_EPISODES)]
    seed: Annotated[int, Interval(ge=0, lt=2**64)]


class LogMeta(schema.TypedDict):
    """A log's meta."""

    config: RunParts
    episodes: Annotated[int, Interval(ge=1, le=MOST_EPISODES)]
    shard_size: Annotated[int, Interval(ge=1, le=SHARD_SIZE)]
    split: Split
    held_out: list[dict[str, str]]
    world: schema.NotRequired[str]
    versions: schema.NotRequired[dict[str, str]]
    dropped: schema.NotRequired[list[Dropped]]
    part: schema.NotRequired[Part]


def check_meta(meta: schema.Document) -> None:
    """Raises FunhouseError, naming the file and the field, where a log's meta is not what it can be."""
    schema.read(LogMeta, meta)
    config, world = meta["config"], meta.get("world", "orchard")
    parts = [part for part in ("orchard", "arena", "plain") if part in config]
    if len(parts) > 1:
        raise _unfit(meta, "config", " and ".join(parts), "the settings of one world")
    if world != "orchard" and not world.startswith("pettingzoo:") and not is_class_name(world):
        raise _unfit(meta, "world", world, "orchard, pettingzoo: and an environment, or MODULE:NAME")
    settings = format_of(meta).settings(config)
    if world != getattr(settings, "world", "orchard"):
        raise _unfit(meta, "world", world, "that of its settings")
    if config.get("split") != meta["split"]:
        raise _unfit(meta, "config.split", config.get("split"), "the same split")


def check_files(meta: schema.Document, tables: tuple[str, ...], names: set[str]) -> None:
    """Raises FunhouseError unless a finished log, or a part of one, lists the files of its shards, and no others."""
    from worlds.log.tables import file_name

    shards = shards_of(part_of(meta), meta["episodes"], meta["shard_size"])
    if len(names) != len(shards) * len(tables):
        what = f"it lists {len(names)} files, where {len(shards)} shards have {len(shards) * len(tables)}"
        raise FunhouseError(what, place=meta.file, remedy="restore a copy of the file")
    for name in (file_name(table, shard) for shard in shards for table in tables):
        if name not in names:
            raise FunhouseError(f"it does not list {name}", place=meta.file, remedy="restore a copy of the file")


def _unfit(meta: schema.Document, field: str, value: object, need: str) -> FunhouseError:
    return FunhouseError(
        f"{meta.path}{field} = {schema.shown(value)} is not what it can be",
        place=meta.file,
        remedy=f"it must be {need}; restore a copy of the file",
    )
