"""A part of a log: the share of its shards that one machine of several writes, in a directory of its own.

Shards are dealt in turn, the first to part 1, the next to part 2 and so on: a shard stays with its part when the log
is extended. worlds/log/gathering.py reads the parts of a log that is put together.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from annotated_types import Interval

from worlds import schema
from worlds.errors import FunhouseError
from worlds.schema import shown

MOST = 1 << 34  # parts: of a shard of 64 episodes each
EXAMPLE = "1/4 to 4/4, one for each of four machines"


@dataclass(frozen=True)
class Part:
    """Part `number` of `of`, from 1. Raises FunhouseError where there is no such part."""

    number: Annotated[int, Interval(ge=1, le=MOST)]
    of: Annotated[int, Interval(ge=1, le=MOST)]

    def __post_init__(self):
        if not 1 <= self.number <= self.of:
            what = f"there is no part {self.number} of {self.of}"
            raise FunhouseError(what, remedy=f"parts are counted from 1: {EXAMPLE}")

    def __str__(self) -> str:
        return f"part {self.number} of {self.of}"

    @property
    def option(self) -> str:
        """How `tom run` is told of it."""
        return f"--part {self.number}/{self.of}"

    def to_dict(self) -> dict[str, int]:
        """What the part's manifest says of it."""
        return asdict(self)

    @classmethod
    def parsed(cls, text: str) -> "Part":
        """The part that a user calls K/N. Raises FunhouseError."""
        if not re.fullmatch(r"[0-9]{1,10}/[0-9]{1,10}", text):
            raise FunhouseError(f"--part {shown(text)[1:-1]} is not K/N", remedy=f"give it as {EXAMPLE}")
        return cls(*map(int, text.split("/")))


def part_of(meta: Mapping[str, Any]) -> Part | None:
    """Which part the directory of these settings holds; None for a whole log. Raises FunhouseError."""
    return schema.read(Part, meta["part"]) if "part" in meta else None


def called(part: Part | None) -> str:
    """What a directory holds, in words."""
    return "a whole log" if part is None else f"{part} of a log"


def shards_of(part: Part | None, episodes: int, shard_size: int) -> range:
    """The shards of a part, or of a whole log. Raises FunhouseError where there are more parts than shards."""
    count = -(-episodes // shard_size)
    if part is None or count < 1:
        return range(count)
    if part.of > count:
        shards = "1 shard" if count == 1 else f"{count} shards"
        what = f"{episodes} episodes are {shards} of {shard_size}, too few for {part.of} parts: some would be empty"
        raise FunhouseError(what, remedy=f"choose {count} parts at most, or more --episodes")
    return range(part.number - 1, count, part.of)


def span_of(shard: int, episodes: int, shard_size: int) -> range:
    """The indices of the episodes of a shard."""
    return range(shard * shard_size, min((shard + 1) * shard_size, episodes))


def episodes_of(part: Part | None, episodes: int, shard_size: int) -> int:
    """How many of a log's episodes are in a part. Raises FunhouseError as `shards_of` does."""
    if part is None:
        return episodes
    shards = shards_of(part, episodes, shard_size)
    many = -(-(shards.stop - shards.start) // shards.step)  # which len(shards) tells up to 2**63
    return shard_size * (many - 1) + len(span_of(shards[-1], episodes, shard_size)) if shards else 0
