"""What a log or a checkpoint may have run: nothing that the user has not named too.

The promise: a data file never chooses code. A log and a checkpoint may name an environment, a visibility rule and
policies; whoever wrote the file wrote those names, and its checksums with them. Such a name is imported, or so much
as looked for, only where the user has given it too: on the command line (`tom run` is told what to play; every
command takes --trust), in a file of their own (funhouse/trust under $XDG_CONFIG_HOME or ~/.config, one name a line),
in FUNHOUSE_TRUST, or in Python (worlds.trust). The environments of worlds/arena/listed.py, with ordinary arguments,
need no trust. Everything else is refused before anything happens, with the words that would allow it. What is trusted
is trusted whole: it runs as the user, with the arguments that the file gives it.

A name is a module, `my_env`, or one function of it, `my_env:make`. A module is that exact one, not what lies below it
or beside it, and of what it holds only what it defines itself: not `my_env:system` because my_env imports that.
"""

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from worlds.errors import FunhouseError

VARIABLE = "FUNHOUSE_TRUST"  # names apart by commas or blanks; processes that this one starts inherit it
_NAME = re.compile(r"\w[\w-]*(?:[./]\w[\w-]*)*(?::[^\W\d]\w*)?")


class _Elsewhere:
    names: frozenset[str] | None = None  # what a user on another machine trusts, for whom this process works


_elsewhere = _Elsewhere()


def trust(*names: str) -> None:
    """Lets logs and checkpoints have these modules, or functions ("module:function"), run in this process and in
    those that it starts. Raises FunhouseError for what is no such name."""
    given = [_checked(name.removeprefix("pettingzoo:")) for name in names]
    os.environ[VARIABLE] = ",".join(dict.fromkeys([*_in_environment(), *given]))


@contextmanager
def trusting(*names: str) -> Iterator[None]:
    """The same, and what is trusted within it besides, until it is left."""
    before = os.environ.get(VARIABLE)
    try:
        trust(*names)
        yield
    finally:
        os.environ.pop(VARIABLE, None)
        if before is not None:
            os.environ[VARIABLE] = before


def trusted() -> list[str]:
    """All names that the user has given, here and in the file."""
    return sorted({*_in_environment(), *_in_file()})


@contextmanager
def trusting_alone(*names: str) -> Iterator[None]:
    """Within it these names are trusted and no others, whatever the environment and the file of this machine name."""
    before, _elsewhere.names = _elsewhere.names, frozenset(names)
    try:
        yield
    finally:
        _elsewhere.names = before


def is_named(name: str) -> bool:
    """Whether the user has given exactly this name."""
    name = name.replace("/", ".")
    if _elsewhere.names is not None:
        return name in _elsewhere.names
    return name in _in_environment() or name in _in_file()


def is_trusted(name: str) -> bool:
    """Whether the user has given this name or, of a function, its module's."""
    return is_named(name) or (":" in name and is_named(name.partition(":")[0]))


def require(names: Iterable[str], place: str | None = None, why: str = "") -> None:
    """Raises FunhouseError, with the words that would allow it, unless the user trusts all that a data file names.

    place: the file; why: what keeps a listed environment from being run unasked.
    """
    missing = [name for name in dict.fromkeys(names) if not is_trusted(_checked(name, place))]
    if missing:
        raise FunhouseError(
            f"code would be run that you have not named: {', '.join(missing)}{why}",
            place=place,
            remedy=f"where you trust it, say so: {flags(missing)} (in Python, worlds.trust{_call(missing)})",
        )


def check_names(names: Iterable[str], place: str | None = None) -> None:
    """Raises FunhouseError where what a data file names is no module and no function, trusted or not."""
    for name in names:
        _checked(name, place)


def is_class_name(name: str) -> bool:
    """Whether this names something in a module, MODULE:NAME; whether that is there is not looked for."""
    return ":" in name and "/" not in name and bool(_NAME.fullmatch(name)) and len(name) <= 1024


def flags(names: Iterable[str]) -> str:
    """The options of `tom` that trust these names, as they can be pasted."""
    return " ".join(f"--trust {shlex.quote(name)}" for name in dict.fromkeys(names))


def _call(names: list[str]) -> str:
    return f"({', '.join(repr(name) for name in names)})"


def _checked(name: str, place: str | None = None) -> str:
    """A name in the form in which it is kept. Raises FunhouseError where it names no module and no function."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise FunhouseError(
            f"{name!r} names neither a module nor a function of one",
            place=place,
            remedy="write a module's full name, such as my_env, or module:function",
        )
    return name.replace("/", ".")


def _in_environment() -> list[str]:
    return [name for name in re.split(r"[,\s]+", os.environ.get(VARIABLE, "")) if name]


def _in_file() -> set[str]:
    """What the user's own file names; nothing where there is none. Raises FunhouseError for a line that is no name."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    path = Path(home) / "funhouse" / "trust"
    if not path.is_absolute():  # a relative one would be the directory's, and perhaps the data's, not the user's
        return set()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FunhouseError(f"{path.name} is no text: {error}", place=str(path), remedy="write it anew") from error
    except OSError:
        return set()
    names = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    return {_checked(name.removeprefix("pettingzoo:"), f"{path}, line {number}") for number, name in names if name}
