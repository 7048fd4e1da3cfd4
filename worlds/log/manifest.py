"""The manifest of a directory: what is in it, each file's SHA-256, and what made it.

`manifest.json` is written last, so a directory that has one was finished. It is canonical JSON (sorted keys,
one form) and holds the SHA-256 of itself without that entry: not one bit of it can change unnoticed. A file
that is unlisted, absent or other than listed is damage, and reading refuses it by name; only a README.md and a
.gitattributes may be added, and are never read.
"""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Interval

from worlds import schema
from worlds.atomic_files import LOCK, digest, explained, sync_directory, write_file
from worlds.errors import FunhouseError
from worlds.log.parts import part_of
from worlds.signed import read_signed, signed

MANIFEST = "manifest.json"
NOTES = frozenset({"README.md", ".gitattributes"})  # what people add of their own: a dataset card, how git keeps it
UNFINISHED = "unfinished.jsonl"  # the journal of a directory that is still being written
FORMAT = 1
_MAKER = {"log": "tom run", "checkpoint": "tom train"}


def _is_name(name: str) -> bool:
    """Whether a name can be that of a file of the directory itself."""
    return 0 < len(name) < 256 and name.isprintable() and "/" not in name and name not in (".", "..", MANIFEST)


class Listed(schema.TypedDict):
    """What a manifest says of a file."""

    bytes: Annotated[int, Interval(ge=0, lt=2**63)]
    sha256: schema.Sha256
    optional: schema.NotRequired[bool]


Files = dict[Annotated[str, schema.Needs(_is_name, "the name of a file in this directory")], Listed]


class _Body(schema.TypedDict):
    kind: Literal["log", "checkpoint"]
    format: int
    meta: dict
    files: Files


_DISTRIBUTION = {"funhouse": "funhouse-tom"}  # on the package index the short name is somebody else's


def versions(*packages: str) -> dict[str, str]:
    """The installed version of each package, "source" for one that is used without being installed."""
    return {name: _version(name) for name in packages}


def _version(package: str) -> str:
    try:
        return version(_DISTRIBUTION.get(package, package))
    except (PackageNotFoundError, ValueError):  # no such package, or no name of one
        return "source"


def entry(data: bytes) -> dict:
    """What a manifest says of a file that holds these bytes."""
    return {"bytes": len(data), "sha256": digest(data)}


@dataclass(frozen=True)
class Manifest:
    """What a finished directory says of itself; `files` maps names to lengths and SHA-256s."""

    directory: Path
    kind: str  # log or checkpoint
    meta: schema.Document
    files: dict[str, dict]

    def read(self, name: str) -> bytes:
        """A listed file's bytes. Raises FunhouseError naming the file where they are not the listed ones."""
        path = self.directory / name
        try:
            with explained("read", path):
                data = path.read_bytes()
        except FunhouseError as error:
            raise error if path.exists() else self.damage(name, "is missing") from None
        if len(data) != self.files[name]["bytes"]:
            raise self.damage(name, f"has {len(data)} bytes where {self.files[name]['bytes']} were written")
        if digest(data) != self.files[name]["sha256"]:
            raise self.damage(name, "is not what was written: its SHA-256 differs")
        return data

    def damage(self, name: str, what: str) -> FunhouseError:
        """The error that names a damaged file, to be raised."""
        return damaged(self.directory / name, what, self.kind)


def damaged(path: Path, what: str, kind: str) -> FunhouseError:
    """The error for a damaged file of a directory of this kind, to be raised."""
    return FunhouseError(f"{path.name} {what}", place=str(path), remedy=_remedy(kind))


def _remedy(kind: str) -> str:
    if kind == "log":
        return "repeat the tom run command that made this log: it writes anew what is damaged; or restore a copy"
    return "restore a copy, or train again with tom train"


def write_manifest(directory: Path, kind: str, meta: dict, files: dict[str, dict]) -> None:
    """Declares a directory finished; `files` as in Manifest, one with "optional": true may later be absent.

    Raises FunhouseError where it cannot be written.
    """
    body = {"kind": kind, "format": FORMAT, "meta": meta, "files": files}
    write_file(directory / MANIFEST, signed(body))
    sync_directory(directory)


def read_manifest(directory: str | Path, kind: str) -> Manifest:
    """The manifest of a finished directory, after checking it and the names and lengths of all that it lists.

    The contents of a file are checked when Manifest.read reads it. Raises FunhouseError that names the
    directory or file where there is no such directory, it is empty, unfinished or of another kind, or any
    file is damaged.
    """
    directory = Path(directory)
    present = _present(directory, kind)
    manifest = parse_manifest(directory, kind)
    for name in sorted(present - set(manifest.files) - NOTES):
        raise FunhouseError(
            f"{name} is not a part of this {kind}",
            place=str(directory / name),
            remedy="move the file elsewhere",
        )
    for name, listed in sorted(manifest.files.items()):
        _check_length(manifest, name, listed)
    return manifest


def _present(directory: Path, kind: str) -> set[str]:
    """The names in a directory besides the manifest. Raises FunhouseError where that is not there."""
    make = f"make a {kind} with {_MAKER[kind]}"
    if not directory.is_dir():
        missing = "is not a directory" if directory.exists() else "does not exist"
        raise FunhouseError(f"{directory} {missing}: there is no {kind}", remedy=f"check the path, or {make}")
    with explained("read", directory):
        names = {path.name for path in directory.iterdir()} - {LOCK}
    if UNFINISHED in names:
        noted = _noted(directory, kind)
        part = part_of(noted.meta)
        what = f"this {part or kind} is not finished: {len(noted.files)} files of it are, and they are whole"
        maker = f"{_MAKER[kind]} {part.option}" if part else _MAKER[kind]
        raise FunhouseError(what, place=str(directory), remedy=f"run the same {maker} command again")
    if MANIFEST not in names:
        state = f"has no {MANIFEST}" if names else "is empty"
        raise FunhouseError(f"{directory} {state}: it is not a {kind}", remedy=f"check the path, or {make}")
    return names - {MANIFEST}


def _noted(directory: Path, kind: str) -> Manifest:
    """What a journal notes. Raises FunhouseError that names the damage where it or one of them is damaged."""
    from worlds.log.journal import Journal

    noted = Manifest(directory, kind, *Journal(directory).read())
    for name, listed in noted.files.items():
        _check_length(noted, name, listed)
        noted.read(name)
    return noted


def parse_manifest(directory: Path, kind: str) -> Manifest:
    """The manifest, checked against its own SHA-256 but not against the directory. Raises FunhouseError."""
    path = directory / MANIFEST
    body = read_signed(path, f"restore a copy, or delete the directory and make it again with {_MAKER[kind]}")
    schema.read(_Body, body)
    if body["format"] != FORMAT or body["kind"] != kind:
        raise FunhouseError(
            f"{directory} holds a {body['kind']} of format {body['format']}, not a {kind} of format {FORMAT}",
            place=str(path),
            remedy=f"name a {kind}, made with {_MAKER[kind]}",
        )
    return Manifest(directory, kind, schema.Document(body["meta"], path, "meta."), body["files"])


def _check_length(manifest: Manifest, name: str, listed: dict) -> None:
    path = manifest.directory / name
    if not path.is_file():
        if listed.get("optional"):
            return
        raise manifest.damage(name, "is missing")
    if path.stat().st_size != listed["bytes"]:
        raise manifest.damage(name, f"has {path.stat().st_size} bytes where {listed['bytes']} were written")
