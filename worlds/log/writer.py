"""Writing a log, so that a kill, a full disk or a second writer costs nothing that had been finished.

Each shard is noted in the directory's journal once its files are on disk. A later run with the same settings
goes on from there; whatever the journal does not vouch for is written anew, and since an episode is a function
of its seed, the bytes come out the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from worlds.atomic_files import LOCK, Lock, explained, make_directory, remove_partials, sync_directory, write_file
from worlds.errors import FunhouseError
from worlds.log.differences import differences, settings
from worlds.log.document import MOST_EPISODES, SHARD_SIZE, check_files, check_meta
from worlds.log.formats import format_of
from worlds.log.journal import Journal
from worlds.log.manifest import MANIFEST, NOTES, UNFINISHED, damaged, entry, parse_manifest, versions, write_manifest
from worlds.log.parts import Part, called, episodes_of, part_of, shards_of, span_of
from worlds.log.tables import encode, file_name
from worlds.orchard.episode import Episode
from worlds.schema import Document


def packed(meta: Mapping, shard: int, span: range, episodes: Sequence) -> dict[str, bytes]:
    """The files of a shard, by name, of a log whose manifest says this of it; span: which episodes it is made of."""
    if [episode.index for episode in episodes] != list(span):
        raise ValueError(f"shard {shard} is made of the episodes {span}")
    tables = format_of(dict(meta)).to_tables(episodes)
    return {file_name(table, shard): encode(rows) for table, rows in tables.items()}


class LogWriter:
    """Writes a log of `episodes` episodes, shard by shard in any order, from whatever of it is there already.

    meta: JSON values, which a later run must repeat; meta["config"] holds the settings that make the
    episodes. A finished log is extended by asking for more episodes; `again` of those that it had are written once
    more, with the others of their shard. Use it as a context manager, or call `close`.

    part: of that log, the part that is written here; without it all. due: what a manifest will say of the files, where
    that is known before they are written.

    Raises FunhouseError where another process writes here, the directory holds something else, or the
    settings differ.
    """

    def __init__(
        self,
        directory: str | Path,
        meta: dict,
        episodes: int,
        shard_size: int = SHARD_SIZE,
        part: Part | None = None,
        due: Mapping[str, dict] | None = None,
    ):
        if not 1 <= episodes <= MOST_EPISODES:
            raise FunhouseError(f"episodes = {episodes} makes no log", remedy=f"choose 1 to {MOST_EPISODES:,}")
        self.directory = Path(directory)
        self.episodes, self.shard_size = episodes, shard_size
        self.part, self.shards, self._due = part, shards_of(part, episodes, shard_size), due or {}
        asked = {**meta, "episodes": episodes, "shard_size": shard_size}
        self.meta = json.loads(json.dumps(asked | ({"part": part.to_dict()} if part else {})))
        check_meta(Document(self.meta, self.directory))
        self._format = format_of(self.meta)
        self._journal = Journal(self.directory)
        make_directory(self.directory)
        self._lock = Lock(self.directory)
        try:
            self._files = self._take_up()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.close()
        if isinstance(error, KeyboardInterrupt):
            kept = self.share - sum(len(self.span(shard)) for shard in self.shards_missing())
            error.add_note(f"{kept} of {self.share} episodes are kept in {self.directory}")

    def close(self) -> None:
        """Lets others write here; what is finished stays, for a later run to go on from."""
        self._lock.release()

    @property
    def share(self) -> int:
        """How many episodes are written here: all of them, or those of the part."""
        return episodes_of(self.part, self.episodes, self.shard_size)

    def span(self, shard: int) -> range:
        """The indices of the episodes of a shard."""
        return span_of(shard, self.episodes, self.shard_size)

    def names(self, shard: int) -> list[str]:
        """The names of the files of a shard."""
        return [file_name(table, shard) for table in self._format.tables]

    def shards_missing(self) -> list[int]:
        """The shards that are still to be written, in order."""
        return [shard for shard in self.shards if not set(self.names(shard)) <= set(self._files)]

    def write_shard(self, shard: int, episodes: Sequence[Episode]) -> None:
        """Writes one shard; once this returns, nothing takes it back. Raises FunhouseError if it cannot."""
        self.write_files(packed(self.meta, shard, self.span(shard), episodes))

    def write_files(self, data: Mapping[str, bytes]) -> None:
        """Writes the files of one shard, by name, as `write_shard` does."""
        for name, content in data.items():
            write_file(self.directory / name, content)
        sync_directory(self.directory)
        files = {name: entry(content) for name, content in data.items()}
        self._journal.add(files)
        self._files.update(files)

    def shard_table(self, name: str, shard: int) -> pa.Table:
        """One table of a shard that is written. Raises FunhouseError where its file is no such table."""
        file = self.directory / file_name(name, shard)
        with explained("read", file):
            data = file.read_bytes()
        try:
            return self._format.read(name, data, self.span(shard), self.meta["config"])
        except (pa.ArrowException, OSError, ValueError, FunhouseError) as error:
            raise damaged(file, f"cannot be read: {error}", "log") from error

    def rows(self, name: str) -> Iterator[dict]:
        """The rows of a table, of all shards that are written."""
        for shard in self.shards:
            yield from self.shard_table(name, shard).to_pylist()

    def finish(self, found: dict | None = None, made_with: dict[str, str] | None = None) -> None:
        """Declares the log finished: the manifest replaces the journal, and others may write here.

        `found` is what the manifest says beside the settings, because only the episodes tell it:
        worlds.log.differences.FOUND names it. made_with: the versions that made the episodes, where not those here.
        """
        if missing := self.shards_missing():
            raise ValueError(f"shard {missing[0]} has not been written")
        if self._journal.path.exists():
            told = {**(found or {}), "versions": made_with or versions(*self._format.packages)}
            write_manifest(self.directory, "log", {**self.meta, **told}, self._files)
            self._journal.close()
        self.close()

    def _take_up(self) -> dict[str, dict]:
        """What is there and whole. Opens the journal, unless the log is finished already."""
        remove_partials(self.directory)
        with explained("read", self.directory):
            names = {path.name for path in self.directory.iterdir()} - {LOCK}
        meta, files = self._told(names)
        self._compare(meta)
        self._refuse_strangers(names)
        told = meta["episodes"]
        self.again = self._outgrown(files, told)
        whole = {name: listed for name, listed in files.items() if self._stands(name, listed, told)}
        self._agree(whole)
        finished = MANIFEST in names and UNFINISHED not in names
        if finished and told == self.episodes and whole == files:
            return whole
        self._journal.open(self.meta, whole)
        # Only now: a kill between the two leaves a log that is unfinished, never one that is damaged.
        with explained("remove", self.directory / MANIFEST):
            (self.directory / MANIFEST).unlink(missing_ok=True)
        sync_directory(self.directory)
        return whole

    def _told(self, names: set[str]) -> tuple[Document, dict[str, dict]]:
        """What the directory says of itself: the settings and the files that should be there."""
        if UNFINISHED in names:
            meta, files = self._journal.read(self.meta)
            check_meta(meta)
            ours = self._ours()
            return meta, {name: listed for name, listed in files.items() if name in ours}
        if MANIFEST in names:
            manifest = parse_manifest(self.directory, "log")
            check_meta(manifest.meta)
            check_files(manifest.meta, self._format.tables, set(manifest.files))
            return manifest.meta, manifest.files
        return Document(self.meta, self.directory), {}

    def _compare(self, told: dict) -> None:
        """Raises FunhouseError naming the first setting in which what is there differs from what is asked."""
        if (held := part_of(told)) != self.part:
            raise FunhouseError(
                f"this directory holds {called(held)}, not {called(self.part)}",
                place=str(self.directory),
                remedy="choose another directory: each part has its own",
            )
        for field, there, asked in differences(settings(told), settings(self.meta)):
            raise FunhouseError(
                f"this log was begun with {field.removeprefix('config.')} = {there!r}, not {asked!r}",
                place=str(self.directory),
                remedy="repeat its settings, or choose another directory",
            )
        if told["episodes"] > self.episodes:
            raise FunhouseError(
                f"this log has {told['episodes']} episodes already, more than {self.episodes}",
                place=str(self.directory),
                remedy=f"ask for at least {told['episodes']} episodes, or choose another directory",
            )

    def _agree(self, whole: dict[str, dict]) -> None:
        """Raises FunhouseError where a file that is there and whole is not what it is to be."""
        for name, listed in sorted(whole.items()):
            if listed != self._due.get(name, listed):
                raise FunhouseError(
                    f"{name} of this log is another one: it was made elsewhere, or by other code",
                    place=str(self.directory / name),
                    remedy="choose another directory",
                )

    def _refuse_strangers(self, names: set[str]) -> None:
        ours = self._ours() | {MANIFEST, UNFINISHED}
        for name in sorted(names - NOTES - (ours if names & {MANIFEST, UNFINISHED} else set())):
            raise FunhouseError(
                f"{name} is not a part of this log",
                place=str(self.directory / name),
                remedy="move it elsewhere, or choose a new or empty directory",
            )

    def _ours(self) -> set[str]:
        return {name for shard in self.shards for name in self.names(shard)}

    def _outgrown(self, files: dict[str, dict], told_episodes: int) -> int:
        """How many episodes are there already and are written once more, for their shard is to hold others too."""
        shard, held = divmod(told_episodes, self.shard_size)
        grows = held and told_episodes < self.episodes
        there = grows and all(name in files and self._whole(name, files[name]) for name in self.names(shard))
        return held if there else 0

    def _stands(self, name: str, listed: dict, told_episodes: int) -> bool:
        """Whether a file is whole and its shard holds as many episodes as it should by now."""
        shard = int(name.split(".")[0].split("-")[1])
        fits = min((shard + 1) * self.shard_size, told_episodes) == self.span(shard).stop
        return fits and self._whole(name, listed)

    def _whole(self, name: str, listed: dict) -> bool:
        path = self.directory / name
        with explained("read", path):
            return path.is_file() and entry(path.read_bytes()) == listed
