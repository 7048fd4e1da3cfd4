"""In which settings two logs differ: that of a directory, and one that is asked for or lies elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path

from worlds.errors import FunhouseError
from worlds.log.journal import Journal
from worlds.log.manifest import MANIFEST, UNFINISHED, parse_manifest

FOUND = ("dropped",)  # in a manifest, what was found while the episodes were played
Difference = tuple[str, object, object]  # the dotted field, the value there and here


def settings(meta: dict) -> dict:
    """Of what a manifest says, the settings that make the episodes."""
    return {name: value for name, value in meta.items() if name not in ("episodes", "part", "versions", *FOUND)}


def differences(there: dict, asked: dict, prefix: str = "") -> Iterator[Difference]:
    """The leaves in which two nested dicts differ."""
    for name in sorted({*there, *asked}):
        one, other = there.get(name), asked.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differences(one, other, f"{prefix}{name}.")
        elif one != other:
            yield f"{prefix}{name}", one, other


def apart(directory: str | Path, meta: dict) -> list[Difference]:
    """The settings in which what a directory holds differs from `meta`.

    There are none where nothing is there yet, or a journal is damaged: the writer says of it what it can. Raises
    FunhouseError where a manifest cannot be read.
    """
    home = Path(directory)
    if (home / UNFINISHED).exists():
        try:
            told = Journal(home).read()[0]
        except FunhouseError:
            return []
    elif (home / MANIFEST).exists():
        told = parse_manifest(home, "log").meta
    else:
        return []
    return [*differences(settings(told), settings(json.loads(json.dumps(meta))))]
