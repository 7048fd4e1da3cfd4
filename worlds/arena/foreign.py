"""Calls into other people's code: no longer than there is patience, and whatever is raised there is an error of theirs.

Of what it raises, `Exception` and `SystemExit` come as they are (FAILS). What else there is, an exception of its own
that derives from BaseException, or a KeyboardInterrupt although nobody has interrupted, comes as Strange.
"""

from collections.abc import Callable
from typing import Any

from worlds.arena.own_process import HERE
from worlds.arena.time_limit import MORE, TookTooLong, can_watch, doing, watched
from worlds.errors import FunhouseError

FAILS = (Exception, SystemExit)
_MOST = 2000  # characters that are told of one error


class Strange(Exception):
    """Stands for what was raised and is no Exception; its text is what `said` says of that."""


def foreign(call: Callable, *arguments: Any) -> Any:
    """call(*arguments). Raises FAILS as they are, Strange, and TookTooLong where it is not back in time."""
    return errors_of(watched, call, *arguments) if can_watch() else errors_of(call, *arguments)


def errors_of(call: Callable, *arguments: Any) -> Any:
    """The same without a limit of time."""
    try:
        return call(*arguments)
    except (*FAILS, TookTooLong):
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not HERE.apart:
            raise  # a process of its own has no terminal, and its signals raise nothing; here somebody may mean it
        raise Strange(said(error)) from error


def named(what: str, place: str | None, call: Callable, *arguments: Any) -> Any:
    """As `foreign`, but FunhouseError, which says what never ends."""
    try:
        with doing(what):
            return foreign(call, *arguments)
    except TookTooLong as late:
        raise never_ends(what, place, late) from late


def never_ends(what: str, place: str | None, late: object) -> FunhouseError:
    """The error that says what is not waited for any longer."""
    return FunhouseError(f"{what} never ends: {late}", place=place, remedy=MORE)


def said(error: BaseException) -> str:
    """An error's type and text, which is their code too, and may be long, fail, or never end."""
    if isinstance(error, Strange):
        return str(error)
    kind, text = type(error).__name__, spelled(error, str)
    return f"{kind}: {text}" if text else kind


def spelled(value: Any, spell: Callable[[Any], str] = repr) -> str:
    """A value of theirs in words, cut where there are too many."""
    try:
        text = str(foreign(spell, value))
    except (*FAILS, TookTooLong):
        return "(it cannot be told)"
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
