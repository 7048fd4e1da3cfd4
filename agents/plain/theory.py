"""The definition in a world of one's own: what a place lets through, and what a type does; answers are kept."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from agents.definition import Act, Definition
from agents.plain.places import HIDDEN, Percept, Seen, told_of
from agents.plain.run import PlainSpace
from worlds.plain.episode import PlainEpisode

History = tuple[Percept, ...]
Known = dict[tuple[History, str], np.ndarray]
MOST = 1 << 14  # answers of each kind that are kept
MOST_PERCEPTS = 1 << 22  # in the histories of what is known that is kept


class Theory(Definition):
    """The definition, for one space of types; seen_alone: agents believe in those alone that training sees."""

    def __init__(self, space: PlainSpace, seen_alone: bool = False):
        self.space, self.rules, self.seen_alone = space, space.rules, seen_alone
        self.believed = space.believed(seen_alone)
        self._kept = _kept(space)

    def senses(self, type: int) -> int:
        """The type itself: any trait may be a sense."""
        return type

    def perceive(self, history: Sequence[Percept], body: str, senses: int) -> History:
        """Each percept as far as it is seen from the place of `body`; empty where that is not known."""
        return tuple(self._kept.lensed(percept, body, senses) for percept in history)

    def policy(self, type: int, history: Sequence[Percept], body: str) -> np.ndarray:
        """π of a type in the last scene of a history, (actions,), on what it can perceive of it from `body`."""
        return self._kept.policy(type, self.perceive(history, body, type), body)

    def unlensed(self, type: int, history: Sequence[Percept], body: str) -> np.ndarray:
        """π of a type on all that a history holds."""
        return self._kept.policy(type, tuple(history), body)

    def prior(self, body: str) -> np.ndarray:
        """(k,): uniform over the types that are believed in."""
        return self.believed / self.believed.sum()

    def act(self, history: Sequence[Percept], step: int, who: str) -> Act | None:
        """An act of `who`; c is the share of the places seen by each type that the percept holds."""
        seen = history[step].seen(who)
        if seen is None or seen.action is None:
            return None
        view, held = self.space.view[:, seen.place], np.array(history[step].content) != HIDDEN
        return Act(seen.action, float(seen.role == ()), (view & held).sum(1) / view.sum(1))

    def posterior(self, history: Sequence[Percept], who: str) -> np.ndarray:
        """As the definition has it; what was known a step before is kept."""
        history, known = tuple(history), self._kept.known[self.seen_alone]
        start = next((s for s in range(len(history), 0, -1) if (history[:s], who) in known), 0)
        belief = known[history[:start], who] if start else self.prior(who)
        for stop in range(start + 1, len(history) + 1):
            belief = self.weighed(belief, history[:stop], who)
            known[history[:stop], who] = belief
        if len(known) * len(history) > MOST_PERCEPTS:
            known.clear()
        return belief


class _Kept:
    """What was worked out for a space of types: it is the same in every episode."""

    def __init__(self, space: PlainSpace):
        self.space, self.rules = space, space.rules
        self.known: tuple[Known, Known] = ({}, {})  # by those who believe in all types, and in seen ones alone
        self.lensed = lru_cache(MOST)(self._lensed)
        self.policy = lru_cache(MOST)(self._policy)

    def _lensed(self, percept: Percept, body: str, type: int) -> Percept:
        if (here := percept.seen(body)) is None:
            return Percept((HIDDEN,) * len(percept.content), ())
        view = self.space.view[type, here.place].tolist()
        content = tuple(one if shown else HIDDEN for one, shown in zip(percept.content, view, strict=True))
        return Percept(content, tuple((name, seen) for name, seen in percept.agents if view[seen.place]))

    def _policy(self, type: int, history: History, body: str) -> np.ndarray:
        with told_of(self.rules, "policy"):
            chance = np.asarray(self.rules.policy(self.space[type], history, body), np.float64)
            if chance.shape != (len(self.rules.actions),) or not ((chance >= 0).all() and abs(chance.sum() - 1) < 1e-9):
                raise ValueError(f"{chance.tolist()} are no chances of {', '.join(self.rules.actions)}")
        return chance


@lru_cache(maxsize=4)
def _kept(space: PlainSpace) -> _Kept:
    return _Kept(space)


def history_of(space: PlainSpace, episode: PlainEpisode, agent: int, step: int) -> History:
    """H of an agent up to a step, the scene of that step included and its actions not: step + 1 percepts."""
    name, own = episode.names[agent], space.index(episode.agents[agent].type)
    scenes = tuple(_scene(episode, s, over=s < step) for s in range(step + 1))
    return Theory(space).perceive(scenes, name, own)


def _scene(episode: PlainEpisode, step: int, over: bool) -> Percept:
    """Everything that is there at a step."""
    rows = zip(
        episode.names, episode.place[step].tolist(), episode.role[step], episode.action[step].tolist(), strict=True
    )
    agents = tuple((name, Seen(place, tuple(role), action if over else None)) for name, place, role, action in rows)
    return Percept(tuple(episode.content[step].tolist()), agents)
