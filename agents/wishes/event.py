"""What a step brings an agent, as far as wishes are about it."""

from __future__ import annotations

from typing import NamedTuple

PLACES = (
    "north-west", "north", "north-east",
    "west", "middle", "east",
    "south-west", "south", "south-east",
)  # fmt: skip
# Which way each move of the orchard leads, by its number: None for staying; the last four are the diagonal ones.
WAYS = (None, "north", "south", "west", "east", "north-west", "north-east", "south-west", "south-east")


class Event(NamedTuple):
    """What a step brought an agent: the kind of the fruit that it ate, None if it ate none, and where it then was; and
    what styles of moving and company ask for."""

    kind: str | None
    place: str
    way: str | None = None  # which way it went, one of WAYS; None where it did not leave its cell
    by_wall: bool = False  # whether a wall or the rim was then north, south, west or east of it
    by_fruit: bool = False  # whether a fruit of before the step lay where it then was, or one step from there
    by_others: bool = False  # whether another agent was then within one row and one column
    harm: bool = False  # whether it ate what another was after: docs/wishes.md says whose
