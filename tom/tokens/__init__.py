"""From an episode to tokens: a world a file, and what they share."""

from agents.registry import world_of
from tom.tokens.arena import ArenaReader
from tom.tokens.base import VERSION, Reader, Seen, check_alike, check_one_world
from tom.tokens.orchard import OrchardReader
from tom.tokens.wishing import WishingReader
from worlds import FunhouseError

__all__ = [
    "VERSION",
    "Reader",
    "Seen",
    "check_alike",
    "check_one_world",
    "reader_of",
    "reads",
    "unread",
    "wishing_reader",
]

_OF: dict[str, type[Reader]] = {"orchard": OrchardReader, "arena": ArenaReader}
_WISHING: dict[str, type[WishingReader]] = {"orchard": WishingReader}


def reads(run: dict) -> bool:
    """Whether minds read the world of a run at all."""
    return world_of(run).part in _OF


def reader_of(run: dict, wishes: bool = False) -> Reader:
    """How a run's world is read, from the settings in its log; wishes: by a mind that is asked wishes, too. Raises
    FunhouseError where no mind reads it."""
    if not reads(run):
        raise unread(run)
    if wishes:
        return wishing_reader(run)
    return _OF[world_of(run).part](run)  # type: ignore[call-arg]


def wishing_reader(run: dict) -> WishingReader:
    """How a run's world is read by a mind that is asked wishes. Raises FunhouseError for another world."""
    if world_of(run).part not in _WISHING:
        what = f"nobody wishes in the world '{world_of(run).called(run)}'"
        raise FunhouseError(what, remedy="wish in the orchard: tom run --agents 1 --no-regrow --out LOG")
    return _WISHING[world_of(run).part](run)


def unread(run: dict) -> FunhouseError:
    """The error for a world that no mind reads, to be raised."""
    remedy = "ask the exact reasoner: tom ask --exact without --mind, agents.exact; or write a tom.tokens.Reader"
    return FunhouseError(f"no mind reads the world '{world_of(run).called(run)}'", remedy=remedy)
