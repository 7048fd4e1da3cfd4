"""Where an environment says what its agents may do: in an entry "action_mask", beside an observation or in the infos.

It is found wherever it lies: in a Dict space, under whatever name the observation has beside it; in observations whose
space says nothing of it; in the infos of all agents or of some. Of whom nothing is said, that agent may do anything.
Where an observation and an info say different things, neither is believed; and what is said anywhere else, in a method
or under another name, is refused by name.
"""

import contextlib
from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from worlds.arena.observations import Unfit, short
from worlds.errors import FunhouseError

MASK = "action_mask"
# Under these names, in any way of writing, others put masks, and they are not read: what they say would be lost in
# silence.
_TELLING = {"actionmask", "actionmasks", "actionsmask"} | {
    f"{kind}{what}"
    for kind in ("legal", "valid", "avail", "available", "allowed", "feasible", "permitted", "invalid", "illegal")
    for what in ("mask", "masks", "action", "actions", "move", "moves", "actionmask", "actionmasks", "actionsmask")
}
_OTHER_NAMES = {"mask", "masks"} | _TELLING
_MOST_LAYERS = 32  # wrappers around an environment
REMEDY = f"call it '{MASK}', as many zeros and ones as there are actions, beside the observation or in the infos"


def without_mask(space: spaces.Space) -> tuple[spaces.Space, str | None, bool]:
    """A space without its mask; the key where its one other entry lies, or None; whether it has a mask at all.

    Raises FunhouseError where a mask lies deeper, or nothing beside it.
    """
    if not isinstance(space, spaces.Dict) or MASK not in space.spaces:
        if _within(space):
            raise FunhouseError(f"an action mask lies deep within the observation space {space}", remedy=REMEDY)
        return space, None, False
    rest = {key: part for key, part in space.spaces.items() if key != MASK}
    if not rest or any(map(_within, rest.values())):
        where = "with nothing beside it" if not rest else "with another one deeper within it"
        raise FunhouseError(f"an observation space {space} holds an action mask {where}", remedy=REMEDY)
    if len(rest) == 1:
        ((key, part),) = rest.items()
        return part, key, True
    return spaces.Dict(rest), None, True


def _within(space: spaces.Space) -> bool:
    if isinstance(space, spaces.Dict):
        return MASK in space.spaces or any(map(_within, space.spaces.values()))
    return isinstance(space, spaces.Tuple) and any(map(_within, space.spaces))


def shows_mask(shown: Any) -> bool:
    """Whether a mask lies beside an observation."""
    return isinstance(shown, Mapping) and MASK in shown


def tells_mask(info: Any) -> bool:
    """Whether an info holds a mask."""
    return isinstance(info, Mapping) and MASK in info


def like_a_mask(told: Any, actions: int) -> str | None:
    """The name under which an observation or an info holds what looks like a mask of so many actions, or like a list
    of what is legal, but is not called so, or lies deeper; None where there is none."""
    if not isinstance(told, Mapping) or MASK in told:
        return None
    for name, value in told.items():
        plain = _plainly(name)
        if plain in _OTHER_NAMES and (_numbers_actions(value, actions) or (plain in _TELLING and _says_words(value))):
            return str(name)
        if isinstance(value, Mapping):
            within = MASK if MASK in value else like_a_mask(value, actions)
            if within is not None:
                return f"{name}.{within}"
    return None


def mask_for_all(infos: Any, agents: Container) -> str | None:
    """The name under which infos hold a mask beside the agents, and not in an agent's own info; None if none does."""
    for name, value in infos.items() if isinstance(infos, Mapping) else ():
        if name not in agents and _plainly(name) in _TELLING:
            return str(name)
        if name not in agents and (within := mask_for_all(value, ())) is not None:
            return f"{name}.{within}"
    return None


def mask_method(env: Any) -> str | None:
    """The name of an environment's method, or dict by agent, that seems to tell masks; None where it has none."""
    layers = [env]  # wrappers pass some names on, and some not
    while (inner := getattr(layers[-1], "env", None)) is not None and len(layers) < _MOST_LAYERS:
        layers.append(inner)
    for one in (*layers, getattr(env, "unwrapped", env)):
        for name in dir(one):
            if not name.startswith("_") and _plainly(name).removeprefix("get") in _TELLING:
                with contextlib.suppress(Exception, SystemExit):
                    if callable(found := getattr(one, name)) or isinstance(found, Mapping):
                        return name
    return None


def mask_in_tuple(space: spaces.Space, actions: int) -> str | None:
    """Where a Tuple in an observation space has a part of as many zeros and ones as there are actions; None if none."""
    if not isinstance(space, (spaces.Tuple, spaces.Dict)):
        return None
    parts = space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)
    for name, part in parts:
        if isinstance(space, spaces.Tuple) and actions > 1 and _zeros_and_ones(part) == (actions,):
            return str(name)
        if (within := mask_in_tuple(part, actions)) is not None:
            return f"{name}.{within}"
    return None


def _zeros_and_ones(space: spaces.Space) -> tuple[int, ...] | None:
    """The shape of a space that holds zeros and ones alone; None for another."""
    if isinstance(space, spaces.MultiBinary):
        return tuple(space.shape)
    if isinstance(space, spaces.MultiDiscrete):
        return tuple(space.shape) if (space.nvec == 2).all() and (space.start == 0).all() else None
    if not isinstance(space, spaces.Box) or space.dtype.kind not in "iub":
        return None
    return tuple(space.shape) if (space.low == 0).all() and (space.high == 1).all() else None


def _plainly(name: Any) -> str:
    """A name in small letters alone: Action_Mask, action-mask and actionMask are one."""
    return "".join(filter(str.isalpha, str(name).lower()))


def _numbers_actions(value: Any, actions: int) -> bool:
    if not isinstance(value, (Sequence, np.ndarray, set, frozenset, range)) or isinstance(value, (str, bytes)):
        return False
    array = np.array(list(value)) if len(value) else np.zeros(0)
    if array.ndim != 1:
        return False
    if array.dtype.kind == "f":  # as a mask, and not as numbers of actions
        return len(array) == actions and bool(np.isin(array, (0, 1)).all())
    return array.dtype.kind in "iub" and bool(((array >= 0) & (array < max(actions, 2))).all())


def _says_words(value: Any) -> bool:
    """Whether it is a list of actions by their names."""
    return isinstance(value, (Sequence, set, frozenset)) and bool(value) and all(isinstance(one, str) for one in value)


def agreed(told: Sequence, actions: int) -> np.ndarray | None:
    """What all masks that an agent is told say, as (actions,) bool, all False where it may not act now.

    None where nothing is told. Raises Unfit where one is no mask, or where they differ: one of them is wrong, perhaps
    of another step, and neither all of both nor what both allow would be known to be legal.
    """
    legal: list[np.ndarray] = []
    for mask in told:
        if (one := legal_of(mask, actions)) is None:
            raise Unfit(f"no mask of {actions} zeros and ones: {short(mask)}", REMEDY)
        legal.append(one)
    if len(legal) > 1 and not np.array_equal(legal[0], legal[1]):
        say = " and its info ".join(f"allows {_allowed(one)}" for one in legal)
        raise Unfit(f"two masks: its observation {say}", "give one of them, or the same in both places")
    return legal[0] if legal else None


def _allowed(legal: np.ndarray) -> str:
    return short(np.flatnonzero(legal).tolist())


def legal_of(told: Any, actions: int) -> np.ndarray | None:
    """A mask as (actions,) bool, all False where the agent may not act now; None where it is no mask."""
    if isinstance(told, np.ma.MaskedArray) and np.ma.is_masked(told):
        return None
    try:
        given = np.asarray(told)
    except ValueError:  # lists of different lengths
        return None
    if given.shape != (actions,) or given.dtype.kind not in "biuf":
        return None
    legal = given.astype(bool)
    return legal if (legal == given).all() else None
