"""An author's own package of a name that funhouse has too, beside their environment: refused, with the clash named.

In one process `agents` is one package, and here it is funhouse's. Code that means another one would find ours: at best
its import fails, at worst it goes on with something else than it was written for.
"""

import builtins
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from worlds.errors import FunhouseError

OURS = ("worlds", "agents", "analysis", "tom")
_TURN = threading.Lock()
_WATCHES: list[Callable] = []  # what `import` was when each watch that goes on began: Python's own first
_HOME = Path(__file__).resolve().parents[2]  # where ours lie


@contextmanager
def watched_imports() -> Iterator[None]:
    """Within it, whoever imports a package of our name and means one of their own is refused with FunhouseError."""
    with _TURN:
        _WATCHES.append(builtins.__import__)
        if len(_WATCHES) == 1:
            builtins.__import__ = partial(_watched, _WATCHES[0])
    try:
        yield
    finally:
        with _TURN:  # threads may leave in another order than they came in
            plain = _WATCHES.pop()
            if not _WATCHES:
                builtins.__import__ = plain


def _watched(
    plain: Callable, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
) -> Any:
    """What `import` does, called as Python calls it."""
    if not level and name.partition(".")[0] in OURS and not _is_ours(globals):
        refuse_namesake(name, globals)
    return plain(name, globals, locals, fromlist, level)


def refuse_namesake(name: str, scope: Mapping | None = None) -> None:
    """Raises FunhouseError where a module's name is one of ours and means another package, found where Python would
    look for it. scope: the globals of the module that imports it, None where a setting names it."""
    root = name.partition(".")[0]
    if root not in OURS or (theirs := _namesake(root, scope)) is None:
        return
    who = f"{scope.get('__name__')} imports '{name}'" if scope else f"'{name}' is named"
    raise FunhouseError(
        f"{who}, which means the package at {theirs}; but '{root}' is the name of a package of funhouse",
        place=str((scope or {}).get("__file__") or theirs),
        remedy=f"rename that package, to my_{root} for instance, and what imports it",
    )


def _is_ours(scope: Mapping | None) -> bool:
    """Whether the code that imports is funhouse's own."""
    page = (scope or {}).get("__file__")
    return page is not None and _are_ours(Path(page).resolve())


def _namesake(root: str, scope: Mapping | None) -> str | None:
    """Where another package or module of that name lies, None where only ours does."""
    page = (scope or {}).get("__file__")
    near = [str(Path(page).resolve().parent)] if page else []
    for place in (*near, os.getcwd(), *sys.path):
        found = PathFinder.find_spec(root, [place or os.getcwd()])
        if found is None:
            continue
        paths = [found.origin] if found.origin else list(found.submodule_search_locations or ())
        theirs = [path for path in paths if not _are_ours(Path(path).resolve())]
        if theirs and (found.origin or any(Path(theirs[0]).glob("*.py"))):
            return theirs[0]
    return None


def _are_ours(page: Path) -> bool:
    """Whether a page of a package is funhouse's, be it of another copy, which has all four beside one another."""
    here = any(page.is_relative_to(_HOME / root) for root in OURS)
    return here or all((page.parents[1] / root / "__init__.py").is_file() for root in OURS)
