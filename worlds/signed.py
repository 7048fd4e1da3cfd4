"""JSON documents that hold the SHA-256 of themselves: not one bit of one can change unnoticed."""

import json
from pathlib import Path
from typing import Any

from worlds import schema
from worlds.atomic_files import digest, explained
from worlds.errors import FunhouseError

LARGEST = 1 << 30  # bytes of a document
MARK = "sha256"


def canonical(values: Any) -> bytes:
    """JSON in the one form that has a checksum: sorted keys, two spaces, ASCII, a newline at the end."""
    return (json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def signed(values: dict) -> bytes:
    """A document's bytes, with the SHA-256 of what it says without that entry."""
    return canonical({**values, MARK: digest(canonical(values))})


def read_signed(path: Path, remedy: str) -> schema.Document:
    """What a signed document says, without its SHA-256. Raises FunhouseError, with this remedy, where it is damaged."""
    data = read_bytes(path)
    try:
        body = schema.parsed(data)
        whole = isinstance(body, dict) and data == canonical(body) and body.pop(MARK, None) == digest(canonical(body))
    except ValueError:
        whole = False
    if not whole:
        raise FunhouseError(f"{path.name} is damaged: its SHA-256 differs", place=str(path), remedy=remedy)
    return schema.Document(body, path)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that tells of a directory. Raises FunhouseError where it is no plain file, or too large."""
    with explained("read", path):
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise FunhouseError(
                f"{path.name} is no file of at most {LARGEST >> 20} MiB", place=str(path), remedy="restore a copy"
            )
        return path.read_bytes()
