"""The minds of many matches at once, as arrays: what each knows of whom it plays, kept up step by step.

The numbers are those of `agents.arena.reasoner`. A mind in a role holds the sum of the log chances of what it may
count of its target; a step costs one addition. Every row is worked out by itself, so that what is chosen in one match
does not depend on the matches beside it.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from worlds import dice

NO_AGENT = -1


class Minds(NamedTuple):
    """e matches, n agents, k members of a species (padded), t steps."""

    weight: np.ndarray  # (e, n, k) float64: how likely each member acts, where nothing is inferred
    score: np.ndarray  # (e, n, k) float64: else the log odds before, and the log chances of what is known of `who`
    who: np.ndarray  # (e, n) int64: whose type is inferred, or NO_AGENT
    place: np.ndarray  # (e, n) int64: the other place that must have perceived it, or one's own
    native: np.ndarray  # (e, n) bool: who acts as itself
    evidence: np.ndarray  # (e, t, n, k) float64: log chance of each native act under each member, else 0
    perceived: np.ndarray  # (e, t, n, n) bool


def make_minds(matches: int, agents: int, members: int, steps: int) -> Minds:
    """Minds that know nothing yet."""
    whole = (matches, agents)
    return Minds(
        np.zeros((*whole, members)),
        np.zeros((*whole, members)),
        np.full(whole, NO_AGENT),
        np.zeros(whole, np.int64),
        np.zeros(whole, bool),
        np.zeros((matches, steps, agents, members)),
        np.zeros((matches, steps, agents, agents), bool),
    )


@njit(cache=True, nogil=True)
def take_role(minds, match, agent, step, who, place, weight, native):
    """An agent begins a role: it infers the type of `who`, whose odds were `weight` (k,), recalling all before `step`;
    or `weight` says all."""
    minds.native[match, agent] = native
    minds.who[match, agent], minds.place[match, agent] = who, place
    minds.weight[match, agent, : len(weight)] = weight
    minds.score[match, agent, : len(weight)] = np.log(weight)
    if who != NO_AGENT:
        for s in range(step):
            _learn(minds, match, agent, s)


@njit(cache=True, nogil=True)
def learn(minds, matches, step):
    """All agents of some matches learn what they perceive, as `minds.perceived` has it, of the acts of a step."""
    for match in matches:
        for agent in range(minds.who.shape[1]):
            if minds.who[match, agent] != NO_AGENT:
                _learn(minds, match, agent, step)


@njit(cache=True, nogil=True)
def choose(minds, match, agent, step, key, chances, answer, action):
    """The actions of agents of one species: rows r, chances (k, r, a) of each member in the place of each row.

    Writes the exact answer (r, a) to the role of each, and the action (r,) that is drawn from it; notes what a native
    act tells.
    """
    members = chances.shape[0]
    weight = np.empty(members)
    for r in range(len(match)):
        e, i = match[r], agent[r]
        _weigh(minds, e, i, weight)
        for a in range(chances.shape[2]):
            answer[r, a] = 0.0
            for k in range(members):
                answer[r, a] += weight[k] * chances[k, r, a]
        action[r] = dice.action(key[r], step, i, answer[r])
        if minds.native[e, i]:
            for k in range(members):
                minds.evidence[e, step, i, k] = np.log(chances[k, r, action[r]])


@njit(cache=True, nogil=True)
def _weigh(minds, match, agent, weight):
    """How likely each member acts, into weight (k,)."""
    if minds.who[match, agent] == NO_AGENT:
        weight[:] = minds.weight[match, agent, : len(weight)]
        return
    best, total = -np.inf, 0.0
    for k in range(len(weight)):
        best = max(best, minds.score[match, agent, k])
    for k in range(len(weight)):
        weight[k] = np.exp(minds.score[match, agent, k] - best)
        total += weight[k]
    for k in range(len(weight)):
        weight[k] /= total


@njit(cache=True, nogil=True)
def _learn(minds, match, agent, step):
    """Adds what the acts of a step tell an agent of the one it plays."""
    who, place = minds.who[match, agent], minds.place[match, agent]
    if minds.perceived[match, step, agent, who] and minds.perceived[match, step, place, who]:
        for k in range(minds.score.shape[2]):
            minds.score[match, agent, k] += minds.evidence[match, step, who, k]
