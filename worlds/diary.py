"""The diary of a directory that is still being written: its settings, then a line for each finished part.

A part counts only if its files match the SHA-256 in its line, so a kill at any moment leaves either the part
or no part. The manifest replaces the diary at the end.
"""

import json
from pathlib import Path

from worlds import schema
from worlds.durable import append_line, digest, explained, sync_directory, write_file
from worlds.errors import FunhouseError
from worlds.manifest import UNFINISHED, Files, read_bytes


class Diary:
    """`unfinished.jsonl` of one directory; `files` below maps a file's name to its manifest entry."""

    def __init__(self, directory: Path):
        self.path = directory / UNFINISHED

    def open(self, meta: dict, files: dict[str, dict]) -> None:
        """Begins the diary anew, with what is finished already. Raises FunhouseError where it cannot."""
        header = {"meta": meta, "sha256": digest(_line(meta))}
        write_file(self.path, b"".join(_line(values) + b"\n" for values in (header, files)))
        sync_directory(self.path.parent)

    def add(self, files: dict[str, dict]) -> None:
        """Notes a finished part. Raises FunhouseError where it cannot; the part then does not count."""
        append_line(self.path, _line(files))

    def read(self) -> tuple[schema.Document, dict[str, dict]]:
        """The settings and the files noted. A line torn by a kill is left out: its part does not count.

        Raises FunhouseError where the settings are damaged.
        """
        header, *lines = read_bytes(self.path).split(b"\n")
        told = _parsed(header)
        meta = told.get("meta")
        if not isinstance(meta, dict) or told.get("sha256") != digest(_line(meta)):
            raise FunhouseError(
                f"{self.path.name} is damaged",
                place=str(self.path),
                remedy="delete the directory and start again",
            )
        files = {name: listed for line in lines for name, listed in _parsed(line).items()}
        schema.read(Files, schema.Document(files, self.path))
        return schema.Document(meta, self.path, "meta."), files

    def close(self) -> None:
        """Removes the diary: what it noted is finished. Raises FunhouseError where it cannot be removed."""
        with explained("remove", self.path):
            self.path.unlink()
        sync_directory(self.path.parent)


def _line(values: dict) -> bytes:
    return json.dumps(values, sort_keys=True).encode()


def _parsed(line: bytes) -> dict:
    try:
        values = schema.parsed(line)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
