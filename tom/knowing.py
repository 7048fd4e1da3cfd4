"""Which mind knows which world."""

import json
from functools import lru_cache
from typing import Any

from agents.registry import world_of
from tom.minds import SHIPPED, WISHES
from worlds import FunhouseError


def readable(settings: dict) -> bool:
    """Whether minds can be trained on logs of a run's settings."""
    from tom.tokens import reads

    return reads(settings)


def shipped_for(settings: dict, wish: bool = False) -> str | None:
    """The name of the mind of the package that knows the world of a run's settings, None where none does.

    Where there are mirrors, the mind that lived among them comes first; where an agent is alone and nothing regrows,
    the one that was trained there and is asked wishes; no other is asked any (wish: whether one is).
    """
    orchard = settings.get("orchard", {})
    names = [] if wish else [name for name in SHIPPED if name != WISHES]
    if orchard.get("mirrors"):
        names.reverse()
    if orchard.get("agents") == 1 and not orchard.get("regrow", True):
        names = [WISHES, *names]
    return next((name for name in names if _knows(name, settings)), None)


def unread(settings: dict) -> FunhouseError:
    """The error for a world that no mind of the package knows, or that none could be trained in, to be raised."""
    from tom import tokens

    if not tokens.reads(settings):
        return tokens.unread(settings)
    world = world_of(settings)
    what = (
        f"no mind that ships knows this world, {world.called(settings)} with {', '.join(world.space(settings).traits)}"
    )
    remedy = "train one and name it: tom train LOG --out RUN; or ask exactly: tom ask --exact, tom score --needs"
    return FunhouseError(what, remedy=remedy)


def _knows(name: str, settings: dict) -> bool:
    kind, run = _told(name)
    try:
        return _inputs(kind, settings).kind == _inputs(kind, run).kind
    except FunhouseError:
        return False


@lru_cache(maxsize=8)
def _told(name: str) -> tuple[int, dict]:
    told = json.loads((SHIPPED[name] / "checkpoint" / "config.json").read_bytes())
    return told["version"], told["run"]


def _inputs(version: int, settings: dict) -> Any:
    """How a mind of a version reads a world. Raises FunhouseError where it does not."""
    from tom.tokens import VERSION, reader_of

    if version == VERSION:
        return reader_of(settings)
    from tom.filter.inputs import inputs_of

    return inputs_of(settings)
