"""Where agents stand, in the environments that tell: two numbers each, in the environment's own unit.

An environment is known by attributes that others may use for something else. So each must look like what it is taken
for, and what does not is no place to read from.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Finder = Callable[[Any, Sequence], np.ndarray]
REMEDY = "choose --visibility partial, or give the environment a method positions() -> {agent: (x, y)}"


class Unlike(Exception):
    """A method `positions()` means something else than where agents stand."""


def finder(env: Any) -> Finder | None:
    """What reads the positions of an environment, None where nothing tells them.

    An environment of one's own tells them with a method `positions()` that returns {agent: (x, y)}.
    """
    base = env.unwrapped
    return next((find for holds, find in _FINDERS if _looks_so(holds, base)), None)


def why_none(env: Any) -> str:
    """What keeps an environment without a finder from telling positions, where it seems to; else ""."""
    given = getattr(env.unwrapped, "positions", None)
    if given is None:
        return ""
    called = f"positions{_signature(given)}, with arguments," if callable(given) else f"positions, a {_kind(given)},"
    return f"its {called} is something else than a method positions()"


def _looks_so(holds: Callable[[Any], bool], base: Any) -> bool:
    try:
        return holds(base)
    except Exception:  # somebody's property, which means something else and fails
        return False


def _signature(call: Callable) -> inspect.Signature | str:
    try:
        return inspect.signature(call)
    except (TypeError, ValueError):  # of a compiled one
        return "(...)"


def _kind(value: Any) -> str:
    return type(value).__name__


def _tells(base: Any) -> bool:
    """Whether there is a method `positions` that needs no argument."""
    if not callable(tell := getattr(base, "positions", None)):
        return False
    if isinstance(signature := _signature(tell), str):
        return True
    needed = (one for one in signature.parameters.values() if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD))
    return all(one.default is not one.empty for one in needed)


def _told(env: Any, seats: Sequence) -> np.ndarray:
    told = env.unwrapped.positions()
    if not isinstance(told, Mapping):
        raise Unlike(f"positions() returned a {_kind(told)}, and not {{agent: (x, y)}}")
    if told and not any(agent in told for agent in seats):
        raise Unlike(f"positions() tells of {next(iter(told))!r}, which is no agent")
    places = np.array([told.get(agent, (np.nan, np.nan)) for agent in seats], np.float64)
    if places.shape != (len(seats), 2):
        raise Unlike(f"positions() returned {places.shape[1:]} numbers for an agent, and not (x, y)")
    return places


def _has_bodies(base: Any) -> bool:
    agents = list(base.world.agents) if hasattr(base, "scenario") else []
    return bool(agents) and all(len(agent.state.p_pos) == 2 for agent in agents)


def _mpe(env: Any, seats: Sequence) -> np.ndarray:
    """Metres, the field about 2 wide."""
    where = {agent.name: agent.state.p_pos for agent in env.unwrapped.world.agents}
    return np.array([where[agent] for agent in seats], np.float64)


def _pursuit(env: Any, seats: Sequence) -> np.ndarray:
    """Cells."""
    layer = env.unwrapped.env.pursuer_layer
    return np.array([layer.get_position(index) for index in range(len(seats))], np.float64)


def _zombies(env: Any, seats: Sequence) -> np.ndarray:
    """Pixels, of 1280 x 720."""
    base = env.unwrapped
    alive = [agent in base.agent_map and base.agent_map[agent].is_alive for agent in seats]
    nowhere = (np.nan, np.nan)
    where = [base.agent_map[agent].rect.center if here else nowhere for agent, here in zip(seats, alive, strict=True)]
    return np.array(where, np.float64)


def _magent(env: Any, seats: Sequence) -> np.ndarray:
    """Cells."""
    base = env.unwrapped
    where = np.full((len(seats), 2), np.nan)
    for handle in base.handles:
        where[base.env.get_agent_id(handle)] = base.env.get_pos(handle)
    return where


_FINDERS: list[tuple[Callable[[Any], bool], Finder]] = [
    (_tells, _told),
    (_has_bodies, _mpe),
    (lambda base: callable(base.env.pursuer_layer.get_position), _pursuit),
    (lambda base: isinstance(base.agent_map, Mapping) and hasattr(base, "zombie_list"), _zombies),
    (lambda base: hasattr(base, "handles") and callable(base.env.get_pos), _magent),
]
