"""Finding somebody's environment by name, and making it; everything that can be missing is explained."""

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

from worlds.errors import FunhouseError

# Before pygame is imported: it would greet on stdout, and look for a screen and for loudspeakers.
_QUIET = {"PYGAME_HIDE_SUPPORT_PROMPT": "hide", "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dsp"}
_EXTRA = "pip install 'funhouse-tom[arena]', or what the environment itself needs"


def load(path: str) -> Callable:
    """A user's function from "module:function", looked for in the working directory too. Raises FunhouseError."""
    module, _, name = path.partition(":")
    found = getattr(_module(module), name, None) if module and name else None
    if not callable(found):
        raise FunhouseError(f"there is no function '{path}'", remedy="write module:function, such as rules:near")
    return found


def _module(name: str) -> Any:
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise FunhouseError(f"cannot import '{name}': {error}", remedy=_EXTRA) from error
    except Exception as error:
        raise FunhouseError(f"importing '{name}' failed: {error!r}", remedy="mend that module") from error


def make(spec: str, keywords: dict) -> Any:
    """A PettingZoo environment, Parallel where it has that interface and AEC where not.

    spec: a module's path (mpe2.simple_tag_v3), with or without the package that stands before it
    (classic.connect_four_v3), module:function, or an id of PettingZoo's registry (sisl/pursuit_v5).
    Raises FunhouseError where it cannot be found, imported or made.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the environment's own making, about nothing that the user did
        maker = _maker(spec)
        try:
            return maker(**keywords)
        except Exception as error:
            raise FunhouseError(
                f"cannot make {spec} with {json.dumps(keywords)}: {error}",
                remedy=f"check its constructor's arguments, or {_EXTRA}",
            ) from error


@lru_cache(maxsize=64)
def _maker(spec: str) -> Callable:
    if ":" in spec:
        return load(spec)
    registered = _registered(spec)
    if registered is not None:
        return registered
    module = _module(_path(spec))
    for name in ("parallel_env", "env", "raw_env"):
        if callable(maker := getattr(module, name, None)):
            return maker
    raise FunhouseError(
        f"the module {spec} makes no PettingZoo environment",
        remedy="name a module that has parallel_env or env, or write module:function",
    )


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
    for path in (spec.replace("/", "."), f"pettingzoo.{spec.replace('/', '.')}"):
        if _exists(path):
            return path
    import pettingzoo

    known = sorted({*pettingzoo.parallel_registry, *pettingzoo.aec_registry})
    near = difflib.get_close_matches(spec.replace(".", "/").removeprefix("pettingzoo/"), known, n=3, cutoff=0.3)
    say = f"try {' or '.join(near)}; " if near else ""
    raise FunhouseError(f"there is no environment '{spec}'", remedy=f"{say}if its package is missing: {_EXTRA}")


def _exists(path: str) -> bool:
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return find_spec(path) is not None
    except (ImportError, ValueError, AttributeError):
        return False
