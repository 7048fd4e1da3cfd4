"""The journal of a directory that is still being written: its settings, then a line for each finished part.

A part counts only if its files match the SHA-256 in its line, so a kill at any moment leaves either the part
or no part; and every line has a SHA-256 of itself. The manifest replaces the journal at the end.
"""

import json
from pathlib import Path

from worlds import schema
from worlds.atomic_files import append_line, digest, explained, sync_directory, write_file
from worlds.errors import FunhouseError
from worlds.log.manifest import UNFINISHED, Files
from worlds.signed import MARK, read_bytes

CLOSE = 8  # bytes in which a damaged line may differ from what it was: of other settings, the SHA-256 differs in more


class Journal:
    """`unfinished.jsonl` of one directory; `files` below maps a file's name to its manifest entry."""

    def __init__(self, directory: Path):
        self.path = directory / UNFINISHED

    def open(self, meta: dict, files: dict[str, dict]) -> None:
        """Begins the journal anew, with what is finished already. Raises FunhouseError where it cannot."""
        write_file(self.path, b"".join(_line(**told) + b"\n" for told in ({"meta": meta}, {"files": files})))
        sync_directory(self.path.parent)

    def add(self, files: dict[str, dict]) -> None:
        """Notes a finished part. Raises FunhouseError where it cannot; the part then does not count."""
        append_line(self.path, _line(files=files))

    def read(self, due: dict | None = None) -> tuple[schema.Document, dict[str, dict]]:
        """The settings and the files noted. A last line torn by a kill is left out: its part does not count.

        due: the settings that it must have, if they are known: where the line of its settings is damaged in a few bytes
        and was theirs, these are returned. Raises FunhouseError where a line is damaged otherwise.
        """
        text, _, torn = read_bytes(self.path).rpartition(b"\n")
        header, *lines = text.split(b"\n")
        files: dict[str, dict] = {}
        for number, line in enumerate(lines, 2):
            noted = _told(line, "files") if line else {}
            if noted is None:
                kept = "what other lines tell of is kept"
                raise self._damage(
                    f"line {number}", f"delete line {number}: what it told of is then made anew, and {kept}"
                )
            files |= noted
        if _told(torn[:-1], "files") is not None:  # a whole line, and then something that is not its end
            raise self._damage("its last line", "delete its last line: what it told of is then made anew")
        schema.read(Files, schema.Document(files, self.path))
        meta = _told(header, "meta")
        if meta is None and due is not None and _close(header, _line(meta=due)):
            meta = due
        if meta is None:
            same = f"repeat exactly the command that began it, which goes on from the {len(files)} finished files"
            raise self._damage("line 1, its settings", f"{same}; or choose another directory")
        return schema.Document(meta, self.path, "meta."), files

    def _damage(self, where: str, remedy: str) -> FunhouseError:
        return FunhouseError(f"{self.path.name} is damaged in {where}", place=str(self.path), remedy=remedy)

    def close(self) -> None:
        """Removes the journal: what it noted is finished. Raises FunhouseError where it cannot be removed."""
        with explained("remove", self.path):
            self.path.unlink()
        sync_directory(self.path.parent)


def _line(**told: dict) -> bytes:
    """One line: what it tells, by its name, and the SHA-256 of that."""
    ((name, values),) = told.items()
    return _json({name: values, MARK: digest(_json(values))})


def _told(line: bytes, name: str) -> dict | None:
    """What a line tells under a name; None where it is not as it was written."""
    try:
        told = schema.parsed(line)
    except ValueError:
        return None
    if not isinstance(told, dict) or not isinstance(values := told.get(name), dict):
        return None
    return values if _line(**{name: values}) == line else None


def _close(line: bytes, due: bytes) -> bool:
    return len(line) == len(due) and sum(a != b for a, b in zip(line, due, strict=True)) <= CLOSE


def _json(values: dict) -> bytes:
    return json.dumps(values, sort_keys=True).encode()
