"""The spaces that an environment tells, and that it tells the same ones all along: it is read by those of its first
look, and an action or an observation of others would be taken for something else in silence."""

import contextlib
import copy
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces

from worlds.arena.foreign import spelled
from worlds.errors import FunhouseError

if TYPE_CHECKING:
    from worlds.arena.environment import Environment

Pair = tuple[spaces.Space, spaces.Space]  # of observations, of actions
NAMES = ("observation_space", "action_space")


def spaces_of(environment: "Environment", agent: Any) -> Pair:
    """An agent's observation space and action space. Raises FunhouseError where one is none."""
    seen, done = (_space(environment, name, agent) for name in NAMES)
    return seen, done


def kept(pair: Pair) -> Pair:
    """The same, whatever becomes of the environment's own."""
    try:
        return copy.deepcopy(pair)
    except Exception:  # somebody's own kind of space
        return pair


def check_spaces(environment: "Environment") -> None:
    """Raises FunhouseError where somebody's spaces are others now than when the environment was first looked at."""
    for agent, pair in zip(environment.seats, environment.known.spaces, strict=True):
        now: tuple = ()
        with contextlib.suppress(FunhouseError):  # where there are none any more, nobody is misled
            now = spaces_of(environment, agent)
        for name, one, was in zip(NAMES, now, pair, strict=False):
            if not environment.guard(_same, one, was):
                what = f"its {name}({spelled(agent)}) is {spelled(one)} now, and was {spelled(was)} at first"
                raise environment.refusal(what, f"let {name}(agent) return the same space at every call")


def _space(environment: "Environment", name: str, agent: Any) -> spaces.Space:
    remedy = f"write a method {name}(agent) that returns a space of gymnasium's"
    what = f"its {name}({spelled(agent)})"
    space = environment.told(what, remedy, _ask, environment.env, name, agent)
    if not isinstance(space, spaces.Space):
        raise environment.refusal(f"{what} is {spelled(space)}", remedy)
    return space


def _ask(env: Any, name: str, agent: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(env, name)(agent)


def _same(one: spaces.Space, other: spaces.Space) -> bool:
    """Whether two spaces are equal; of Boxes at a fraction of the time that they take themselves."""
    if type(one) is type(other) is spaces.Box and one.dtype == other.dtype:
        return np.array_equal(one.low, other.low) and np.array_equal(one.high, other.high)
    return bool(one == other)
