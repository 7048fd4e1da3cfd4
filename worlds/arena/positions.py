"""Where agents stand, in the environments that tell: two numbers each, in the environment's own unit."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Finder = Callable[[Any, Sequence], np.ndarray]


def finder(env: Any) -> Finder | None:
    """What reads the positions of an environment, None where nothing tells them.

    An environment of one's own tells them with a method `positions()` that returns {agent: (x, y)}.
    """
    base = env.unwrapped
    if callable(getattr(base, "positions", None)):
        return _told
    for holds, find in _FINDERS:
        if holds(base):
            return find
    return None


def _told(env: Any, seats: Sequence) -> np.ndarray:
    told = env.unwrapped.positions()
    return np.array([told.get(agent, (np.nan, np.nan)) for agent in seats], np.float64)


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
    (lambda base: hasattr(base, "scenario") and hasattr(base, "world"), _mpe),
    (lambda base: hasattr(getattr(base, "env", None), "pursuer_layer"), _pursuit),
    (lambda base: hasattr(base, "agent_map") and hasattr(base, "zombie_list"), _zombies),
    (lambda base: hasattr(base, "handles") and hasattr(getattr(base, "env", None), "get_pos"), _magent),
]
