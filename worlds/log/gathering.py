"""The parts of one log, read from their directories and held against one another before they are put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from worlds.errors import FunhouseError
from worlds.log.differences import differences, settings
from worlds.log.manifest import Manifest
from worlds.log.parts import Part, part_of
from worlds.log.reader import read_log_manifest
from worlds.schema import shown

_TOLD = 8  # missing parts that a message names
_ONE_BANK = (
    "each machine measured the bank of policies for itself, and not alike: run a little log first and give its bank to "
    "every part, tom run … --bank LOG"
)


@dataclass(frozen=True)
class Done:
    """A part that was done, as its manifest tells of it."""

    part: Part
    manifest: Manifest

    @property
    def directory(self) -> Path:
        """Where it lies."""
        return self.manifest.directory

    @property
    def told(self) -> dict:
        """What is the same in all parts of a log that the same code made."""
        meta = self.manifest.meta
        return settings(meta) | {name: meta.get(name) for name in ("episodes", "versions")}

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises FunhouseError where they are not those that were written."""
        try:
            return self.manifest.read(name)
        except FunhouseError as error:
            again = f"repeat the command that made {self.part}: tom run … {self.part.option} --out {self.directory}"
            raise FunhouseError(error.what, place=error.place, remedy=again) from None


@dataclass(frozen=True)
class Gathered:
    """All the parts of one log by their numbers, each as often as it was done."""

    parts: dict[int, list[Done]]

    @property
    def meta(self) -> dict:
        """What the manifest of any of them says."""
        return self.parts[1][0].manifest.meta

    @property
    def files(self) -> dict[str, dict]:
        """What the log's manifest will say of each file."""
        return {name: listed for one, *_ in self.parts.values() for name, listed in one.manifest.files.items()}

    def read(self, shard: int, name: str) -> bytes:
        """The bytes of a file of a shard. Raises FunhouseError for damage."""
        return self.parts[shard % len(self.parts) + 1][0].read(name)


def gather(directories: Sequence[str | Path]) -> Gathered:
    """The parts in these directories, every byte of them checked.

    Raises FunhouseError that names the directory which holds no part, one that is not finished, one of another run or
    made with other versions, or one that was done otherwise elsewhere; the parts that are missing; and what is damaged.
    """
    if not directories:
        raise FunhouseError("there is nothing to merge", remedy="name the parts: tom merge PART [PART ...] --out LOG")
    found = [_done(Path(directory)) for directory in directories]
    parts: dict[int, list[Done]] = {}
    for one in found:
        _compare(found[0], one)
        twins = parts.setdefault(one.part.number, [])
        if twins:
            _check_twin(twins[0], one)
        twins.append(one)
    _check_complete(set(parts), found[0].part.of)
    for one in found:
        for name in sorted(one.manifest.files):
            one.read(name)
    return Gathered(dict(sorted(parts.items())))


def _done(directory: Path) -> Done:
    """The finished part in a directory. Raises FunhouseError."""
    if not directory.exists():
        what = f"{directory} does not exist: there is no part of a log"
        raise FunhouseError(what, remedy=f"check the path, or make the part: tom run … --part K/N --out {directory}")
    manifest = read_log_manifest(directory)
    if (part := part_of(manifest.meta)) is None:
        what = f"{directory} holds a whole log, not a part of one"
        raise FunhouseError(what, place=str(directory), remedy="leave it out; tom run --part K/N makes parts")
    return Done(part, manifest)


def _compare(first: Done, one: Done) -> None:
    """Raises FunhouseError naming the first thing in which a part is not of the log that the first part is of."""
    place = f"{one.directory}, beside {first.directory}"
    if one.part.of != first.part.of:
        what = f"{one.directory} holds {one.part}, and {first.directory} {first.part}"
        raise FunhouseError(what, place=place, remedy="name the parts of one log, which has as many parts for all")
    for field, there, here in differences(first.told, one.told):
        name = field.removeprefix("config.")
        what = f"{one.part} has {name} = {shown(here)}, and {first.part} has {shown(there)}"
        raise FunhouseError(what, place=place, remedy=_remedy(field, first, one))


def _remedy(field: str, first: Done, one: Done) -> str:
    if field == "config.bank.statistics":
        return _ONE_BANK
    if field == "episodes":
        fewer, more = sorted((first, one), key=lambda done: done.told["episodes"])
        again = f"--episodes {more.told['episodes']} {fewer.part.option} --out {fewer.directory}"
        return f"repeat the command that made {fewer.part} with more: tom run … {again}"
    had = f"{field.partition('.')[2]} of the same version" if field.startswith("versions") else "the same settings"
    return f"make one of the two again with {had}, in an empty directory: tom run … {one.part.option} --out DIR"


def _check_twin(one: Done, other: Done) -> None:
    """Raises FunhouseError where a part was done twice, and not alike."""
    for name, listed in sorted(one.manifest.files.items()):
        if other.manifest.files[name] != listed:
            raise FunhouseError(
                f"{one.part} was done twice, and {name} is not the same",
                place=f"{one.directory}, {other.directory}",
                remedy="name one of the two directories",
            )


def _check_complete(there: set[int], of: int) -> None:
    """Raises FunhouseError naming the parts that are missing."""
    if len(there) == of:
        return
    missing = [*islice((number for number in range(1, of + 1) if number not in there), _TOLD)]
    many = of - len(there)
    more = f" and {many - _TOLD} more" if many > _TOLD else ""
    parts, are, each = ("part", "is", "it") if many == 1 else ("parts", "are", "each")
    raise FunhouseError(
        f"{parts} {', '.join(map(str, missing))}{more} of {of} {are} missing",
        remedy=f"make {each} with the command of the others: tom run … {Part(missing[0], of).option} --out DIR, in a "
        "directory of its own",
    )
