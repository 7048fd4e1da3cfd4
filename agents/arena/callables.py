"""A user's own policies: `module:function`, called as policy(observation, action_mask, generator) -> probabilities.

A member must be a pure function of what it is given, because its answers are evidence. The generator is made anew
from the bank's seed for every call, so a policy may use it and stays one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from worlds import FunhouseError
from worlds.arena import Species
from worlds.arena.foreign import FAILS, named, said

Policy = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
_SIGNATURE = "policy(observation, action_mask, generator) -> probabilities"


def ask(policy: Policy, name: str, species: Species, seed: int, observation: np.ndarray, mask: np.ndarray):
    """(m, actions) float64: a user's probabilities for m observations, checked and scaled to sum to one.

    The policy gets an observation in the species' dtype and a mask (actions,) of bool, both copies. Raises
    FunhouseError, with the policy's name, where it raises or returns no distribution over what is legal.
    """
    answers = np.zeros(mask.shape)
    for row in np.flatnonzero(mask.any(1)):
        seen = observation[row].astype(species.dtype)
        try:
            generator = np.random.default_rng(seed)
            answer = named(f"the policy {name}", _given(species), policy, seen, mask[row].copy(), generator)
        except FunhouseError:
            raise
        except FAILS as failure:
            what = f"the policy {name} raised {said(failure)}"
            raise FunhouseError(what, place=_given(species), remedy=f"repair it: {_SIGNATURE}") from failure
        answers[row] = _checked(answer, name, species, mask[row])
    return answers


def _checked(answer: object, name: str, species: Species, mask: np.ndarray) -> np.ndarray:
    """The answer as (actions,) float64 with sum one. Raises FunhouseError."""

    def refuse(what: str, remedy: str) -> FunhouseError:
        return FunhouseError(f"the policy {name} returned {what}", place=_given(species), remedy=remedy)

    try:
        chance = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        raise refuse(f"{answer!r}", f"return {species.actions} numbers, one for each action") from None
    if chance.shape != (species.actions,):
        raise refuse(f"an array of shape {chance.shape}", f"return ({species.actions},), one number for each action")
    if not np.isfinite(chance).all() or (chance < 0).any():
        raise refuse(f"{chance.tolist()}", "return finite numbers that are not negative")
    if (chance[~mask] > 0).any():
        action = int(np.flatnonzero((chance > 0) & ~mask)[0])
        raise refuse(f"{chance[action]:.3g} for the illegal action {action}", "give 0 where the mask is False")
    if abs(chance.sum() - 1.0) > 1e-3:
        raise refuse(f"numbers that sum to {chance.sum():.6g}", "return probabilities, which sum to 1")
    return chance / chance.sum()


def _given(species: Species) -> str:
    return f"given an observation of shape {species.shape} and a mask of {species.actions} actions"
