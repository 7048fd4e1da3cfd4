"""Reading a log: episodes by index, decoded shard by shard when first asked for, every byte checked."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import pyarrow as pa

from worlds.atomic_files import digest
from worlds.errors import FunhouseError
from worlds.log.document import check_files, check_meta
from worlds.log.formats import Format, format_of
from worlds.log.manifest import MANIFEST, Manifest, read_manifest
from worlds.log.parts import part_of
from worlds.log.tables import file_name
from worlds.orchard.config import OrchardConfig
from worlds.orchard.episode import Episode
from worlds.schema import Document
from worlds.trust import trust as worlds_trust
from worlds.whole import whole

if TYPE_CHECKING:
    from worlds.arena.config import ArenaConfig

CACHE_BYTES = 256 << 20  # of decoded shards, at about 25 bytes an agent-step


def open_log(directory: str | Path, cache_bytes: int = CACHE_BYTES, trust: Sequence[str] = ()) -> "Log":
    """A finished log. Names and lengths of its files are checked now, the contents of a shard when it is
    first read.

    Nothing that it names is imported to read it. trust: code that it names and that may be run, where something plays
    its world again or asks its policies; as worlds.trust, for the whole process.

    Raises FunhouseError naming the directory or file where it is no log, unfinished or damaged.
    """
    worlds_trust(*trust)
    manifest = read_log_manifest(directory)
    if part := part_of(manifest.meta):
        raise FunhouseError(
            f"{directory} holds {part} of a log, not a whole log",
            place=str(directory),
            remedy=f"put it together with the others of the {part.of}: tom merge PART [PART ...] --out LOG",
        )
    return Log(manifest, cache_bytes)


def read_log_manifest(directory: str | Path) -> Manifest:
    """The manifest of a finished log, or of a part of one, checked as `open_log` does. Raises FunhouseError."""
    manifest = read_manifest(directory, "log")
    check_meta(manifest.meta)
    check_files(manifest.meta, format_of(manifest.meta).tables, set(manifest.files))
    return manifest


class Log(Sequence[Episode]):
    """The episodes of one log, in order; from `open_log`. An index out of range raises FunhouseError."""

    def __init__(self, manifest: Manifest, cache_bytes: int = CACHE_BYTES):
        self.manifest, self.cache_bytes = manifest, cache_bytes
        self._shards: OrderedDict[int, Any] = OrderedDict()  # the most recently used last
        self._turn = threading.Lock()

    def __reduce__(self):
        return open_log, (self.path, self.cache_bytes)  # another process opens it anew

    @property
    def path(self) -> Path:
        """Its directory."""
        return self.manifest.directory

    @cached_property
    def mark(self) -> str:
        """The SHA-256 of its manifest, which tells logs apart by their content."""
        return digest((self.path / MANIFEST).read_bytes())

    @property
    def meta(self) -> Document:
        """What the manifest says of it: config, split, held_out, versions and more."""
        return self.manifest.meta

    @property
    def config(self) -> dict:
        """The settings of the run that made it."""
        return self.meta["config"]

    @cached_property
    def format(self) -> Format:
        """What its shards hold."""
        return format_of(self.meta)

    @property
    def world(self) -> str:
        """orchard, or pettingzoo: and the environment."""
        return self.meta.get("world", "orchard")

    @cached_property
    def settings(self) -> "OrchardConfig | ArenaConfig":
        """The settings of its world."""
        return self.format.settings(self.config)

    @cached_property
    def orchard(self) -> OrchardConfig:
        """The settings of its world, which is the orchard."""
        return OrchardConfig.from_dict(self.config["orchard"])

    @property
    def split(self) -> str:
        """train, validation or test."""
        return self.meta["split"]

    @property
    def shards(self) -> int:
        """How many shards it has."""
        return -(-len(self) // self.meta["shard_size"])

    def span(self, shard: int) -> range:
        """The indices of the episodes of a shard."""
        size = self.meta["shard_size"]
        return range(shard * size, min((shard + 1) * size, len(self)))

    def __len__(self) -> int:
        return self.meta["episodes"]

    def __iter__(self) -> Iterator[Episode]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Episode: ...
    @overload
    def __getitem__(self, index: slice) -> list[Episode]: ...
    def __getitem__(self, index):
        if isinstance(index, slice):
            return self.batch(range(len(self))[index])
        return self.batch([index])[0]

    def batch(self, indices: Sequence[int]) -> list[Episode]:
        """Some episodes, in the order asked; each is replayed from its seed. Raises FunhouseError."""
        return [self._episode(index) for index in indices]

    def _episode(self, asked: int) -> Episode:
        place, remedy = str(self.path), f"choose one from 0 to {len(self) - 1}"
        index = whole(asked, "episode", remedy, place)
        if not -len(self) <= index < len(self):
            raise FunhouseError(f"there is no episode {index}", place=place, remedy=remedy)
        shard, place = divmod(index % len(self), self.meta["shard_size"])
        return self._shard(shard).episode(place, self.config, self.settings)

    def _shard(self, i: int) -> Any:
        with self._turn:
            if i not in self._shards:
                self._shards[i] = self._load(i)
                self._make_room()
            self._shards.move_to_end(i)
            return self._shards[i]

    def _make_room(self) -> None:
        held = sum(shard.bytes for shard in self._shards.values())
        while held > self.cache_bytes and len(self._shards) > 1:
            held -= self._shards.popitem(last=False)[1].bytes

    def _load(self, i: int) -> Any:
        files = {table: self.manifest.read(file_name(table, i)) for table in self.format.tables}
        try:
            return self.format.from_files(files, self.span(i), self.config)
        except (pa.ArrowException, OSError, LookupError, ValueError, FunhouseError) as error:
            raise self.manifest.damage(file_name("steps", i), f"and its shard make no episodes: {error}") from error

    def table(self, name: str) -> pa.Table:
        """All of "episodes", "agents", "steps" or, in an arena, "observations", read anew.

        Raises FunhouseError for damage.
        """
        return pa.concat_tables(self.shard_table(name, i) for i in range(self.shards))

    def tables(self) -> dict[str, pa.Table]:
        """All its tables by name."""
        return {name: self.table(name) for name in self.format.tables}

    def shard_table(self, name: str, i: int) -> pa.Table:
        """One shard's part of a table. Raises FunhouseError for damage."""
        file = file_name(name, i)
        try:
            return self.format.read(name, self.manifest.read(file), self.span(i), self.config)
        except (pa.ArrowException, OSError, ValueError, FunhouseError) as error:
            raise self.manifest.damage(file, f"cannot be read: {error}") from error
