"""The definition in anybody's environment: what a percept is, what a place lets through, and what a type does.

agents/definition.py has what is the same in every world. Here senses are whole or nothing: somebody perceives an
agent-step (what the other was shown, what it might do, what it did) entirely or not at all, by a rule of visibility
that everybody knows. A type is a member of a finite bank of policies and has no senses of its own; whoever stands in a
place perceives what that place reveals.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np

from agents.definition import Act, Definition
from worlds.arena.episode import ArenaEpisode


class Seen(NamedTuple):
    """What a percept holds of one agent that acts at a step."""

    observation: np.ndarray
    mask: np.ndarray
    role: tuple[str, ...]  # () is "as itself"
    action: int | None  # None while the step is not over


class Policies(Protocol):
    """What the definition needs of a bank."""

    species: np.ndarray  # (k,) int

    def act(self, member: int, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """π of a member for m observations, (m, actions)."""
        ...


Percept = dict[str, Seen]
History = list[Percept]  # one percept per step, the last one a scene without actions


class Theory(Definition):
    """The definition, for one bank, the agents' species by name, and the rule of visibility (t, n, n) bool.

    believed: (k,), above 0 for the members that agents believe in; by default all.
    """

    def __init__(
        self, bank: Policies, species: Mapping[str, int], perceived: np.ndarray, believed: np.ndarray | None = None
    ):
        self.bank, self.species, self.perceived = bank, species, perceived
        self.believed = np.ones(len(bank.species)) if believed is None else believed
        self.place = {name: i for i, name in enumerate(species)}

    def senses(self, type: int) -> None:
        """No member has senses of its own."""

    def perceive(self, history: History, body: str, senses: None = None) -> History:
        """Each percept as it would be from the place of `body`: what the rule does not show there is left out."""
        return [
            {name: seen for name, seen in percept.items() if self.perceived[s, self.place[body], self.place[name]]}
            for s, percept in enumerate(history)
        ]

    def policy(self, type: int, history: History, body: str) -> np.ndarray:
        """π of a member in the last scene of a history, (actions,), on what is shown to `body`."""
        seen = history[-1][body]
        return self.bank.act(type, seen.observation[None], seen.mask[None])[0]

    def prior(self, body: str) -> np.ndarray:
        """(k,): uniform over the members of the species of a body that are believed in."""
        fits = self.able(body) & (self.believed > 0)
        return fits / fits.sum()

    def able(self, body: str) -> np.ndarray:
        """(k,) bool: the members of the species of a body."""
        return np.asarray(self.bank.species) == self.species[body]

    def described(self, fits: np.ndarray, body: str) -> np.ndarray:
        """As the definition has it; members of another species cannot act in the body, whoever is believed in."""
        return super().described(fits & self.able(body), body)

    def act(self, history: History, step: int, who: str) -> Act | None:
        """An act of `who`, whose observation is held whole: c = 1."""
        seen = history[step].get(who)
        if seen is None or seen.action is None:
            return None
        return Act(seen.action, float(seen.role == ()), np.ones(len(self.bank.species)))


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
