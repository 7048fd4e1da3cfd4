"""Finding somebody's environment by name, and making it; everything that can be missing is explained.

This is the one place where code is imported that a setting names, and so the place where trust is asked for: before
anything is imported, or looked for, since to look for a module imports the packages that it lies in.
"""

import contextlib
import difflib
import importlib
import json
import os
import sys
import warnings
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Any

from worlds.arena.foreign import FAILS, named, said, spelled
from worlds.arena.listed import is_ordinary, listed_module
from worlds.arena.name_clashes import refuse_namesake, watched_imports
from worlds.arena.own_process import HERE, Death, apart
from worlds.errors import FunhouseError
from worlds.trust import flags, is_named, require

# Before pygame is imported: it would greet on stdout, and look for a screen and for loudspeakers.
_QUIET = {"PYGAME_HIDE_SUPPORT_PROMPT": "hide", "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dsp"}
_MEND = "mend that module"
_EXTRA = "pip install 'funhouse-tom[arena]', or what the environment itself needs"


def code_of(spec: str, keywords: dict) -> tuple[str, ...]:
    """What must be trusted before this environment may be made; nothing for a listed one, plainly made."""
    return () if listed_module(spec) and is_ordinary(keywords) else (spec,)


def load(path: str) -> Callable:
    """A user's function from "module:function", looked for in the working directory too; its module is imported here
    once that has gone well in a process of its own.

    Raises FunhouseError where there is none, and before anything is imported where it is not trusted.
    """
    module = _module_of(path)
    if not HERE.apart and module not in sys.modules:
        try:
            apart(_try, module)
        except Death as death:
            raise FunhouseError(f"'{module}' cannot be imported: {death.what}", remedy=death.remedy or _MEND) from death
    return _loaded(path)


def _try(module: str) -> None:
    _module(module)


def _module_of(path: str) -> str:
    """The module that holds a function. Raises FunhouseError where it is none, or not trusted."""
    module, _, name = path.partition(":")
    if not module or not name:
        raise FunhouseError(f"there is no function '{path}'", remedy="write module:function, such as rules:near")
    require([path])
    return module


def _loaded(path: str) -> Callable:
    """As `load`, at once."""
    module = _module_of(path)
    found = _function(path)
    if not is_named(path) and getattr(found, "__module__", None) != module:
        raise FunhouseError(
            f"{module} is trusted, but its {path.partition(':')[2]} comes from "
            f"{getattr(found, '__module__', None) or 'elsewhere'}",
            remedy=f"where you trust that function too, name it: {flags([path])}",
        )
    return found


@lru_cache(maxsize=256)
def _function(path: str) -> Callable:
    module, _, name = path.partition(":")
    found = getattr(_module(module), name, None)
    if not callable(found):
        raise FunhouseError(f"there is no function '{path}'", remedy="write module:function, such as rules:near")
    return found


def _module(name: str) -> Any:
    """A module that the user trusts. Raises FunhouseError where it cannot be imported."""
    _look_here()
    refuse_namesake(name)
    return _importing(name, _import, name)


def _import(name: str) -> Any:
    return importlib.import_module(name)


def _importing(name: str, call: Callable, *arguments: Any) -> Any:
    """call(*arguments), which imports a module of that name or one that lies on the way. Raises FunhouseError."""
    try:
        with watched_imports():
            return named(f"importing '{name}'", None, call, *arguments)
    except FunhouseError:
        raise
    except ImportError as error:
        raise FunhouseError(f"cannot import '{name}': {spelled(error, str)}", remedy=_EXTRA) from error
    except FAILS as error:
        raise FunhouseError(f"importing '{name}' failed: {said(error)}", remedy=_MEND) from error


def _look_here() -> None:
    """What a user names may lie in the working directory; what nobody names is never looked for there."""
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def make(spec: str, keywords: dict) -> Any:
    """A PettingZoo environment, Parallel where it has that interface and AEC where not.

    spec: a module's path (mpe2.simple_tag_v3), with or without the package that stands before it
    (classic.connect_four_v3), module:function, or an id of PettingZoo's registry (sisl/pursuit_v5).
    Raises FunhouseError where it cannot be found, imported or made, and before any of that where it is not trusted.
    """
    require(code_of(spec, keywords), why=" with such arguments" if listed_module(spec) else "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the environment's own making, about nothing that the user did
        maker = maker_of(spec)
        try:
            with watched_imports():
                return named("its constructor", spec, partial(maker, **keywords))
        except FunhouseError:
            raise
        except FAILS as error:
            raise FunhouseError(
                f"cannot make {spec} with {json.dumps(keywords)}: {said(error)}",
                remedy=f"check its constructor's arguments, or {_EXTRA}",
            ) from error


def maker_of(spec: str) -> Callable:
    """What makes the environment, imported; to be trusted before. Raises FunhouseError."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _loaded(spec) if ":" in spec else _found(spec)


@lru_cache(maxsize=64)
def _found(spec: str) -> Callable:
    module = _listed(spec)
    if module is None:
        if (registered := _registered(spec)) is not None:
            return registered
        module = _module(_path(spec))
    for name in ("parallel_env", "env", "raw_env"):
        if callable(maker := getattr(module, name, None)):
            return maker
    raise FunhouseError(
        f"the module {spec} makes no PettingZoo environment",
        remedy="name a module that has parallel_env or env, or write module:function",
    )


def _listed(spec: str) -> Any:
    """The module of a listed environment, None for another. Raises FunhouseError where it is not installed."""
    if (path := listed_module(spec)) is None:
        return None
    return _importing(path, _import, path)


def _registered(spec: str) -> Callable | None:
    """The maker of an id of PettingZoo's registry, None where it has no such id."""
    import pettingzoo
    from pettingzoo.env_registry.exceptions import PettingZooRegistryError

    for kind in ("parallel", "aec"):
        with contextlib.suppress(PettingZooRegistryError, ValueError):
            pettingzoo.spec(kind, spec)
            return partial(pettingzoo.make, kind, spec)
    return None


def _path(spec: str) -> str:
    """The module's full path: what stands before it may be left out. Raises FunhouseError with near names."""
    refuse_namesake(spec.replace("/", "."))
    for path in (spec.replace("/", "."), f"pettingzoo.{spec.replace('/', '.')}"):
        if _exists(path):
            return path
    import pettingzoo

    known = sorted({*pettingzoo.parallel_registry, *pettingzoo.aec_registry})
    near = difflib.get_close_matches(spec.replace(".", "/").removeprefix("pettingzoo/"), known, n=3, cutoff=0.3)
    say = f"try {' or '.join(near)}; " if near else ""
    raise FunhouseError(f"there is no environment '{spec}'", remedy=f"{say}if its package is missing: {_EXTRA}")


def _exists(path: str) -> bool:
    """Whether there is such a module; to look for it imports the packages that it lies in. Raises FunhouseError."""
    _look_here()
    return _importing(path, _finds, path)


def _finds(path: str) -> bool:
    try:
        return find_spec(path) is not None
    except (ImportError, ValueError, AttributeError):
        return False
