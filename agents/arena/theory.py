"""The definition in anybody's environment: what "behave as Bo pretending to be Ada" means, plain and slow.

It is the definition of `agents.theory` where senses are whole or nothing: somebody perceives an agent-step (what the
other was shown, what it might do, what it did) entirely or not at all, by a rule of visibility that everybody knows.
A type is a member of a finite bank of policies and has no senses of its own; whoever stands in a place perceives what
that place reveals. `agents.arena.reasoner` gives the same numbers fast; where the two differ, this file is right.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np

from worlds.arena.episode import ArenaEpisode

NOBODY = None  # the name of an agent known by its description only: equal to no agent's name


class Seen(NamedTuple):
    """What a percept holds of one agent that acts at a step."""

    observation: np.ndarray
    mask: np.ndarray
    role: tuple[str, ...]  # () is "as itself"
    action: int | None  # None while the step is not over


class Actor(NamedTuple):
    """Who is imagined to act: its name or NOBODY, from whose place it perceives, and its member's index."""

    name: str | None
    place: str
    type: int


class Policies(Protocol):
    """What the definition needs of a bank."""

    species: np.ndarray  # (k,) int

    def act(self, member: int, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """π of a member for m observations, (m, actions)."""
        ...


Percept = dict[str, Seen]
History = list[Percept]  # one percept per step, the last one a scene without actions
Chain = tuple[str | np.ndarray, ...]  # names, and the (k,) bool of the members that a description fits


class Theory:
    """The definition, for one bank, the agents' species by name, and the rule of visibility (t, n, n) bool."""

    def __init__(self, bank: Policies, species: Mapping[str, int], perceived: np.ndarray):
        self.bank, self.species, self.perceived = bank, species, perceived
        self.place = {name: i for i, name in enumerate(species)}

    def perceive(self, history: History, body: str) -> History:
        """Each percept as it would be from the place of `body`: what the rule does not show there is left out."""
        return [
            {name: seen for name, seen in percept.items() if self.perceived[s, self.place[body], self.place[name]]}
            for s, percept in enumerate(history)
        ]

    def policy(self, type: int, history: History, body: str) -> np.ndarray:
        """π of a member in the last scene of a history, (actions,), on what is shown to `body`."""
        seen = history[-1][body]
        return self.bank.act(type, seen.observation[None], seen.mask[None])[0]

    def prior(self, species: int) -> np.ndarray:
        """(k,): uniform over the members of a species."""
        fits = np.asarray(self.bank.species) == species
        return fits / fits.sum()

    def posterior(self, history: History, who: str) -> np.ndarray:
        """What a history tells of the type of `who`, (k,): each native act in it weighs π of that act."""
        belief = self.prior(self.species[who])
        for s, percept in enumerate(history):
            if who not in percept or percept[who].action is None or percept[who].role != ():
                continue  # not perceived, not over, or an act in a role: no evidence
            for k in map(int, np.flatnonzero(belief)):
                belief[k] *= self.policy(k, history[: s + 1], who)[percept[who].action]
            belief = belief / belief.sum()
        return belief

    def enact(self, scene: History, knowledge: History, body: str, actor: Actor, chain: Chain) -> np.ndarray:
        """What an actor does in `body` when it acts as `chain`, (actions,).

        scene: what is perceived from `body`; knowledge: what the actor has perceived, from its own place.
        """
        seen = self.perceive(scene, body)
        if not chain:
            return self.policy(actor.type, seen, body)
        target, rest = chain[0], chain[1:]
        if isinstance(target, str) and target == actor.name:
            return self.enact(scene, knowledge, body, actor, rest)
        name: str | None
        if isinstance(target, str):
            name, place, belief = target, target, self.posterior(knowledge, target)
        else:  # such an agent, imagined in the actor's place: only a policy that the body can follow
            fits = target * self.prior(self.species[body])
            name, place, belief = NOBODY, actor.place, fits / fits.sum()
        lensed = self.perceive(knowledge, place)
        return sum(belief[k] * self.enact(seen, lensed, body, Actor(name, place, int(k)), rest)
                   for k in np.flatnonzero(belief))  # fmt: skip

    def behave(self, history: History, me: str, type: int, chain: Chain) -> np.ndarray:
        """ "Behave as chain", asked of `me`: (actions,). An agent in that role samples its action from it."""
        return self.enact(history, history, me, Actor(me, me, type), chain)

    def predict(self, history: History, target: str, chain: Chain) -> np.ndarray:
        """ "Predict target pretending to be chain", as one who perceived `history` reasons it: (actions,)."""
        belief, lensed = self.posterior(history, target), self.perceive(history, target)
        return sum(belief[k] * self.enact(lensed, lensed, target, Actor(target, target, int(k)), chain)
                   for k in np.flatnonzero(belief))  # fmt: skip


def history_of(episode: ArenaEpisode, agent: int, step: int) -> History:
    """H of an agent up to a step, the scene of that step included and its actions not: step + 1 percepts."""
    return [_percept(episode, agent, s, over=s < step) for s in range(step + 1)]


def _percept(episode: ArenaEpisode, agent: int, step: int, over: bool) -> Percept:
    return {
        episode.names[other]: Seen(
            episode.observation[other][step],
            episode.mask[other][step],
            tuple(episode.role[step][other]),
            int(episode.action[step, other]) if over else None,
        )
        for other in np.flatnonzero(episode.acts[step] & episode.perceived[step, agent])
    }
