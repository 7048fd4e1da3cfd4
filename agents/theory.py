"""The definition in the orchard: what a percept is, what senses let through, and what a type does.

agents/definition.py has what is the same in every world: the posterior, `enact`, and the two questions.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agents import policy
from agents.agent_type import FEELS, TypeSpace
from agents.definition import Act, Definition
from worlds.episode import Episode
from worlds.geometry import NO_WAY, Geometry, has

HIDDEN = None  # the role of an agent in a world that announces no roles


class Seen(NamedTuple):
    """What a percept holds of one agent."""

    cell: int
    role: tuple[str, ...] | None  # () is "as itself"
    action: int | None  # None while the step is not over
    marked: bool | None = None  # None: nobody can tell; so it is of oneself, unless one feels


class Percept(NamedTuple):
    """What somebody perceives at one step."""

    cells: dict[int, int]  # the kind of the fruit on each cell in sight, -1 where there is none
    agents: dict[str, Seen]


History = list[Percept]  # one percept per step, the last one a scene without actions


class Theory(Definition):
    """The definition, for one map, one space of types and the stated share (t,) of native agents."""

    def __init__(self, ground: Geometry, space: TypeSpace, native_share: Sequence[float]):
        self.ground, self.space, self.native_share = ground, space, native_share
        self.types = range(len(space))

    def senses(self, type: int) -> int:
        """The part of a type that limits perception: its sight, and whether it feels a mark on itself."""
        return int(self.space.table.senses[type])

    def view(self, cell: int, senses: int) -> set[int]:
        """The cells in sight from a cell."""
        board = self.ground.visible[senses % FEELS, cell]
        return {c for c in range(len(self.ground.distance)) if has(board, c)}

    def perceive(self, history: History, body: str, senses: int) -> History:
        """Each percept as `senses`, standing where `body` stood, would have it; empty if body is not in it."""

        def through(percept):
            if body not in percept.agents:
                return Percept({}, {})
            view = self.view(percept.agents[body].cell, senses)
            cells = {c: kind for c, kind in percept.cells.items() if c in view}
            agents = {name: seen for name, seen in percept.agents.items() if seen.cell in view}
            if senses < FEELS:
                agents[body] = agents[body]._replace(marked=None)
            return Percept(cells, agents)

        return [through(percept) for percept in history]

    def reaches(self, cell: int, other: int) -> bool:
        """Whether one can walk from a cell to another: what stands behind glass neither pulls nor pushes."""
        return bool(self.ground.distance[cell, other] != NO_WAY)

    def policy(self, type: int, history: History, body: str) -> np.ndarray:
        """π of a type in the last scene of a history, (actions,), on what it can perceive of it from `body`."""
        me = policy.traits(self.space, type)
        recent = self.perceive(history[-me.window :], body, self.senses(type))
        latest = {cell: kind for percept in recent for cell, kind in percept.cells.items()}  # later ones win
        now = recent[-1].agents
        at = now[body].cell
        near = {cell: kind for cell, kind in latest.items() if self.reaches(at, cell)}
        fruit = {kind: [cell for cell in near if near[cell] == kind] for kind in set(near.values()) - {-1}}
        others = [seen.cell for name, seen in now.items() if name != body and self.reaches(at, seen.cell)]
        return policy.act(self.space, type, fruit, others, at, self.ground, bool(now[body].marked))

    def prior(self, body: str) -> np.ndarray:
        """(k,): uniform over all types."""
        return np.full(len(self.types), 1 / len(self.types))

    def act(self, history: History, step: int, who: str) -> Act | None:
        """An act of `who`; c is the share of the cells in sight of `who` that the percept holds."""
        percept = history[step]
        if who not in percept.agents or (action := percept.agents[who].action) is None:
            return None
        cell, role, *_ = percept.agents[who]
        native = self.native_share[step] if role is HIDDEN else float(role == ())
        views = [self.view(cell, self.senses(k)) for k in self.types]
        cover = np.array([len(view & percept.cells.keys()) / len(view) for view in views])
        return Act(action, native, cover)


def history_of(episode: Episode, agent: int, step: int, senses: int) -> History:
    """H of an agent up to a step, the scene of that step included and its actions not: step + 1 percepts."""
    return [_percept(episode, agent, s, senses, over=s < step) for s in range(step + 1)]


def _percept(episode: Episode, agent: int, step: int, senses: int, over: bool) -> Percept:
    view = episode.geometry.visible[senses % FEELS, episode.cell[step, agent]]
    fruit, announced = episode.fruit[step].ravel(), episode.config.roles == "announced"
    marks = episode.config.marks > 0
    agents = {}
    for other, name in enumerate(episode.names):
        cell = int(episode.cell[step, other])
        if has(view, cell):
            role = tuple(episode.role[step][other]) if announced else HIDDEN
            known = marks and (other != agent or senses >= FEELS)
            marked = bool(episode.mark[step, other]) if known else None
            agents[name] = Seen(cell, role, int(episode.action[step, other]) if over else None, marked)
    return Percept({c: int(kind) for c, kind in enumerate(fruit) if has(view, c)}, agents)
