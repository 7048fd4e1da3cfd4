"""Where an environment says what its agents may do: in an entry "action_mask", beside an observation or in the infos.

It is found wherever it lies: in a Dict space, under whatever name the observation has beside it; in observations whose
space says nothing of it; in the infos of all agents or of some. Of whom nothing is said, that agent may do anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from worlds.errors import FunhouseError

MASK = "action_mask"
# Under these names others put masks, and they are not read: what they say would be lost in silence.
_OTHER_NAMES = {"mask", "masks", "actions_mask", "action_masks"} | {
    f"{kind}_{what}"
    for kind in ("legal", "valid", "avail", "available", "allowed", "invalid", "illegal")
    for what in ("mask", "masks", "action", "actions", "move", "moves", "action_mask", "actions_mask")
}
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
    of what is legal, but is not called so; None where there is none."""
    if not isinstance(told, Mapping) or MASK in told:
        return None
    for name, value in told.items():
        if str(name).lower() in _OTHER_NAMES and _numbers_actions(value, actions):
            return str(name)
    return None


def _numbers_actions(value: Any, actions: int) -> bool:
    if not isinstance(value, (Sequence, np.ndarray, set, frozenset, range)) or isinstance(value, (str, bytes)):
        return False
    array = np.array(list(value)) if len(value) else np.zeros(0)
    return array.ndim == 1 and array.dtype.kind in "iub" and bool(((array >= 0) & (array < max(actions, 2))).all())


def legal_of(told: Any, actions: int) -> np.ndarray | None:
    """A mask as (actions,) bool, all False where the agent may not act now; None where it is no mask."""
    given = np.asarray(told)
    if given.shape != (actions,) or given.dtype.kind not in "biuf":
        return None
    legal = given.astype(bool)
    return legal if (legal == given).all() else None
