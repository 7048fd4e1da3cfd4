"""The definition in the orchard: what a percept is, what senses let through, and what a type does.

agents/definition.py has what is the same in every world: the posterior, `enact`, and the two questions.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agents.definition import Act, Definition
from agents.orchard import policy
from agents.orchard.senses import EVERY, Senses
from agents.orchard.types import TypeSpace
from worlds.orchard.episode import Episode
from worlds.orchard.geometry import NO_WAY, Geometry, has

UNTOLD = None  # the role of an agent in a world that announces no roles


class Seen(NamedTuple):
    """What a percept holds of one agent."""

    cell: int
    role: tuple[str, ...] | None  # () is "as itself"
    action: int | None  # None while the step is not over
    marked: bool | None = None  # None: nobody can tell; so it is of oneself, unless one feels


class Percept(NamedTuple):
    """What somebody perceives at one step."""

    cells: dict[int, int]  # the kind of the fruit on each cell in sight, -1 where none is seen
    agents: dict[str, Seen]
    kinds: int = EVERY  # the kinds that it can hold, as bits: what somebody is blind to looks like bare ground


History = list[Percept]  # one percept per step, the last one a scene without actions


class Theory(Definition):
    """The definition, for one map, one space of types, and the stated share (t,) of native agents.

    believed: the odds (k,) of the types that agents believe in, by default of all.
    """

    def __init__(
        self, ground: Geometry, space: TypeSpace, native_share: Sequence[float], believed: np.ndarray | None = None
    ):
        self.ground, self.space, self.native_share = ground, space, native_share
        self.types = range(len(space))
        self.believed = space.believed(False) if believed is None else believed
        self._played = space.played_among(self.believed)

    def senses(self, type: int) -> int:
        """The part of a type that limits perception, a number of agents.orchard.senses."""
        return int(self.space.table.senses[type])

    def view(self, cell: int, senses: int) -> set[int]:
        """The cells in sight from a cell."""
        board = self.ground.visible[self.space.senses.sight[senses], cell]
        return {c for c in range(len(self.ground.distance)) if has(board, c)}

    def perceive(self, history: History, body: str, senses: int) -> History:
        """Each percept as `senses`, standing where `body` stood, would have it; empty if body is not in it."""
        shown, feels = self.space.senses.shown(senses), bool(self.space.senses.feels[senses])

        def through(percept):
            if body not in percept.agents:
                return Percept({}, {})
            view = self.view(percept.agents[body].cell, senses)
            cells = {c: seen_as(kind, shown) for c, kind in percept.cells.items() if c in view}
            agents = {name: seen for name, seen in percept.agents.items() if seen.cell in view}
            if not feels:
                agents[body] = agents[body]._replace(marked=None)
            return Percept(cells, agents, percept.kinds & shown)

        return [through(percept) for percept in history]

    def reaches(self, cell: int, other: int) -> bool:
        """Whether one can walk from a cell to another: what stands behind glass neither pulls nor pushes."""
        return bool(self.ground.distance[cell, other] != NO_WAY)

    def policy(self, type: int, history: History, body: str) -> np.ndarray:
        """π of a type in the last scene of a history, (actions,), on what it can perceive of it from `body`."""
        return self._acts(type, self.senses(type), history, body)

    def unlensed(self, type: int, history: History, body: str) -> np.ndarray:
        """π of a type that has the widest senses which any type has."""
        return self._acts(type, self.space.senses.widest, history, body)

    def _acts(self, type: int, senses: int, history: History, body: str) -> np.ndarray:
        me = policy.traits(self.space, type)
        recent = self.perceive(history[-me.window :], body, senses)
        latest = {cell: kind for percept in recent for cell, kind in percept.cells.items()}  # later ones win
        now = recent[-1].agents
        at = now[body].cell
        near = {cell: kind for cell, kind in latest.items() if self.reaches(at, cell)}
        fruit = {kind: [cell for cell in near if near[cell] == kind] for kind in set(near.values()) - {-1}}
        others = [seen.cell for name, seen in now.items() if name != body and self.reaches(at, seen.cell)]
        return policy.act(self.space, type, fruit, others, at, self.ground, bool(now[body].marked))

    def prior(self, body: str) -> np.ndarray:
        """(k,): by the odds of the types that are believed in."""
        return self.believed / self.believed.sum()

    def act(self, history: History, step: int, who: str) -> Act | None:
        """An act of `who`; c is the share of the cells in sight of `who` that the percept holds, times that of what a
        type heeds among the kinds that it sees which the percept can hold."""
        percept = history[step]
        if who not in percept.agents or (action := percept.agents[who].action) is None:
            return None
        cell, role, *_ = percept.agents[who]
        native = self.native_share[step] if role is UNTOLD else float(role == ())
        views = [self.view(cell, self.senses(k)) for k in self.types]
        held = np.array([len(view & percept.cells.keys()) / len(view) for view in views])
        return Act(action, native, held * np.array([self._heeded(k, percept.kinds) for k in self.types]))

    def _heeded(self, type: int, kinds: int) -> float:
        """Of what a type heeds in fruits that it sees, the share that is in some kinds, as bits; 1 if it heeds none."""
        seen = int(self.space.senses.kinds[self.senses(type)])
        interest = self.space.interest[self.space.table.taste[type]]
        return float(interest[seen & kinds] / interest[seen]) if interest[seen] > 0 else 1.0

    def played(self, type: int, believed: int) -> int:
        """As its manner has it."""
        return int(self._played[type, believed])


def seen_as(kind: int, kinds: int) -> int:
    """What a fruit of a kind, -1 for none, is seen as by whom sees these kinds, as bits."""
    return kind if kind >= 0 and kinds >> kind & 1 else -1


def history_of(space: TypeSpace, episode: Episode, agent: int, step: int, senses: int) -> History:
    """H of an agent up to a step, the scene of that step included and its actions not: step + 1 percepts."""
    return [_percept(space.senses, episode, agent, s, senses, over=s < step) for s in range(step + 1)]


def _percept(every: Senses, episode: Episode, agent: int, step: int, senses: int, over: bool) -> Percept:
    sight, feels, kinds = every.sight[senses], every.feels[senses], every.shown(senses)
    view = episode.geometry.visible[sight, episode.cell[step, agent]]
    fruit, announced = episode.fruit[step].ravel(), episode.config.roles == "announced"
    marks = episode.config.marks > 0
    agents = {}
    for other, name in enumerate(episode.names):
        cell = int(episode.cell[step, other])
        if has(view, cell):
            role = tuple(episode.role[step][other]) if announced else UNTOLD
            known = marks and (other != agent or bool(feels))
            marked = bool(episode.mark[step, other]) if known else None
            agents[name] = Seen(cell, role, int(episode.action[step, other]) if over else None, marked)
    cells = {c: seen_as(int(kind), kinds) for c, kind in enumerate(fruit) if has(view, c)}
    return Percept(cells, agents, kinds)
