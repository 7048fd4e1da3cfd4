"""style: one is asked to move in some way, at the first step, and acts on it to the end of the episode.

Of what it then does a statistic is taken, which the word is about but does not name a number of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.wishes.event import Event
from analysis.just_ask.asking import Lone


@dataclass(frozen=True)
class Design(Lone):
    """What is asked."""

    episodes: int = 24


def places(told: Sequence[Event]) -> float:
    """Places entered, a step."""
    return len({one.place for one in told}) / len(told)


def stays(told: Sequence[Event]) -> float:
    """The share of steps that left the agent on its cell."""
    return sum(one.way is None for one in told) / len(told)


def turns(told: Sequence[Event]) -> float:
    """The share of steps that went another way than the move before."""
    ways = [one.way for one in told if one.way]
    return sum(one != before for before, one in pairwise(ways)) / len(told)


def near_fruit(told: Sequence[Event]) -> float:
    """The share of steps that ended on a fruit or beside one."""
    return sum(one.by_fruit for one in told) / len(told)


# The axes: what is asked for, and the statistic of it.
AXES: dict[str, Callable[[Sequence[Event]], float]] = {
    "explore much": places, "move like a snail": stays, "move like a moth": turns, "move like a bee": near_fruit,
}  # fmt: skip
NEXT = dict(zip(AXES, [*list(AXES)[1:], *list(AXES)[:1]], strict=True))  # the word of the next axis
