"""The definition: what "behave as Bo pretending to be Ada" means, in plain and slow Python, for every world.

Two operators and one posterior, at any depth. `perceive` is the lens: what one has perceived, seen through another's
senses from another's place; nesting is the composition of such lenses. What a percept holds, what senses let through
and what a type does is a world's own: agents/orchard/theory.py says it of the orchard, agents/arena/theory.py of
anybody's environment. The compiled kernel and the bank's reasoner give the same numbers and the tests hold them equal;
where they ever differ, these files are right.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

UNNAMED = None  # the name of an agent known by its description only: equal to no agent's name

Percept = Any  # what somebody perceives at one step, as its world has it
History = Sequence[Percept]  # one percept per step, the last one a scene without actions
Chain = tuple[str | np.ndarray, ...]  # names, and the (k,) bool of the types that a description fits


class Actor(NamedTuple):
    """Who is imagined to act: its name or UNNAMED, from whose place it perceives, and its type's index."""

    name: str | None
    place: str
    type: int


class Act(NamedTuple):
    """What a percept holds of somebody's act."""

    action: int
    native: float  # the chance that it was done as oneself, as far as a percept tells; 0: no evidence of a type
    cover: np.ndarray  # (k,) the share of what each type would have perceived there that the percept holds: c


class Definition(ABC):
    """The definition, for a world that says the five things below; k types."""

    @abstractmethod
    def senses(self, type: int) -> Any:
        """The part of a type that limits perception."""

    @abstractmethod
    def perceive(self, history: Any, body: str, senses: Any) -> Any:
        """Each percept as `senses`, standing where `body` stood, would have it; empty if `body` is not in it.

        Monotone, idempotent, and it composes.
        """

    @abstractmethod
    def policy(self, type: int, history: Any, body: str) -> np.ndarray:
        """π of a type in the last scene of a history, (actions,), on what it can perceive of it from `body`."""

    @abstractmethod
    def prior(self, body: str) -> np.ndarray:
        """(k,): what is known of whoever stands in a body before anything is perceived of it."""

    @abstractmethod
    def act(self, history: Any, step: int, who: str) -> Act | None:
        """What the percept of a step holds of an act of `who`, None where it holds none that is over."""

    def unlensed(self, type: int, history: Any, body: str) -> np.ndarray:
        """As `policy`, on all that a history shows from `body`, whatever the type's senses: what one takes a type to do
        who does not heed its senses. Where types have none, that is the policy."""
        return self.policy(type, history, body)

    def played(self, type: int, believed: int) -> int:
        """As which type an actor of a type acts when it takes somebody who is named for the second: its manner."""
        return believed

    def posterior(self, history: History, who: str) -> np.ndarray:
        """What a history tells of the type of `who`, (k,): each native act in it weighs c·π + (1−c)·m.

        m is the mean of π over all types: what I cannot see of what it could see weakens the evidence.
        """
        belief = self.prior(who)
        for s in range(len(history)):
            belief = self.weighed(belief, history[: s + 1], who)
        return belief

    def weighed(self, belief: np.ndarray, history: History, who: str) -> np.ndarray:
        """A belief after the act of `who` in the last percept of a history, where that holds one."""
        act = self.act(history, len(history) - 1, who)
        if act is None or act.native == 0:
            return belief
        prior = self.prior(who)
        pi = np.zeros(len(prior))
        possible = np.flatnonzero(prior)
        pi[possible] = [self.policy(int(k), history, who)[act.action] for k in possible]
        m = prior @ pi
        belief = belief * (act.native * (act.cover * pi + (1 - act.cover) * m) + (1 - act.native) * m)
        return belief / belief.sum()

    def described(self, fits: np.ndarray, body: str) -> np.ndarray:
        """(k,): which type is meant where a description fits these, (k,) bool: of those that the body may have."""
        possible = fits * self.prior(body)
        if not possible.any():  # nobody believes in such an agent, and it can be imagined all the same
            possible = fits * 1.0
        return possible / possible.sum()

    def enact(self, scene: History, knowledge: History, body: str, actor: Actor, chain: Chain) -> np.ndarray:
        """What an actor does in `body` when it acts as `chain`, (actions,).

        scene: what is perceived from `body`; knowledge: what the actor has perceived, from its own place.
        """
        seen = self.perceive(scene, body, self.senses(actor.type))
        if not chain:
            return self.policy(actor.type, seen, body)
        target, rest = chain[0], chain[1:]
        if isinstance(target, str) and target == actor.name:
            return self.enact(scene, knowledge, body, actor, rest)
        name: str | None
        if isinstance(target, str):
            name, place, belief = target, target, self.posterior(knowledge, target)
        else:  # such an agent, imagined in the actor's place
            name, place, belief = UNNAMED, actor.place, self.described(target, body)

        def act(k: int) -> np.ndarray:
            k = k if name is UNNAMED else self.played(actor.type, k)
            lensed = self.perceive(knowledge, place, self.senses(k))
            return self.enact(seen, lensed, body, Actor(name, place, k), rest)

        return self._mean(belief, act)

    def behave(self, history: History, me: str, type: int, chain: Chain) -> np.ndarray:
        """ "Behave as chain", asked of `me`: (actions,). An agent in that role samples its action from it."""
        return self.enact(history, history, me, Actor(me, me, type), chain)

    def predict(self, history: History, target: str, chain: Chain) -> np.ndarray:
        """ "Predict target pretending to be chain", as one who perceived `history` reasons it: (actions,)."""

        def act(k: int) -> np.ndarray:
            lensed = self.perceive(history, target, self.senses(k))
            return self.enact(lensed, lensed, target, Actor(target, target, k), chain)

        return self._mean(self.posterior(history, target), act)

    @staticmethod
    def _mean(belief: np.ndarray, answer) -> np.ndarray:
        """Σ_θ belief[θ] · answer(θ), over the types that are believed in at all."""
        return sum(belief[k] * answer(int(k)) for k in np.flatnonzero(belief))


class Ending(Definition):
    """A world's definition, where each type "does" nothing but be itself: what it answers is how likely the chain ends
    in each type, (k,), the one whose policy acts."""

    def __init__(self, whole: Definition):
        self.whole = whole

    def senses(self, type: int) -> Any:
        return self.whole.senses(type)

    def perceive(self, history: Any, body: str, senses: Any) -> Any:
        return self.whole.perceive(history, body, senses)

    def policy(self, type: int, history: Any, body: str) -> np.ndarray:
        return np.eye(len(self.prior(body)))[type]

    def prior(self, body: str) -> np.ndarray:
        return self.whole.prior(body)

    def act(self, history: Any, step: int, who: str) -> Act | None:
        return self.whole.act(history, step, who)

    def played(self, type: int, believed: int) -> int:
        return self.whole.played(type, believed)

    def posterior(self, history: History, who: str) -> np.ndarray:
        return self.whole.posterior(history, who)

    def described(self, fits: np.ndarray, body: str) -> np.ndarray:
        return self.whole.described(fits, body)
