"""The definition: what "behave as Bo pretending to be Ada" means, in plain and slow Python.

Two operators and one posterior, at any depth. `perceive` is the mirror: what one has perceived, seen through
another's senses from another's place; nesting is the composition of such mirrors. The compiled kernel gives
the same numbers and the tests hold the two equal; where they ever differ, this file is right.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agents import policy
from agents.agent_type import FEELS, TypeSpace
from worlds.episode import Episode
from worlds.geometry import NO_WAY, Geometry, has

NOBODY = None  # the name of an agent known by its description only: equal to no agent's name
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


class Actor(NamedTuple):
    """Who is imagined to act: its name or NOBODY, from whose place it perceives, and its type's index."""

    name: str | None
    place: str
    type: int


History = list[Percept]  # one percept per step, the last one a scene without actions
Chain = tuple[str | np.ndarray, ...]  # names, and the (k,) bool of the types that a description fits


class Theory:
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

    def posterior(self, history: History, who: str) -> np.ndarray:
        """What a history tells of the type of `who`, (k,): each native act in it weighs c·π + (1−c)·m.

        c is the share of the cells in sight of `who` that the history holds, m the mean of π over all types:
        what I cannot see of what it could see weakens the evidence.
        """
        belief = np.full(len(self.types), 1 / len(self.types))
        for s, percept in enumerate(history):
            if who not in percept.agents or percept.agents[who].action is None:
                continue
            cell, role, action, _ = percept.agents[who]
            native = self.native_share[s] if role is HIDDEN else float(role == ())
            pi = np.array([self.policy(k, history[: s + 1], who)[action] for k in self.types])
            views = [self.view(cell, self.senses(k)) for k in self.types]
            c = np.array([len(view & percept.cells.keys()) / len(view) for view in views])
            m = pi.mean()
            belief = belief * (native * (c * pi + (1 - c) * m) + (1 - native) * m)
            belief = belief / belief.sum()
        return belief

    def belief(self, knowledge: History, who: str) -> np.ndarray:
        """The posterior; the ignorant shortcut has the prior in its place."""
        return self.posterior(knowledge, who)

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
            name, place, belief = target, target, self.belief(knowledge, target)
        else:  # such an agent, imagined in the actor's place
            name, place, belief = NOBODY, actor.place, target / target.sum()
        answer = np.zeros(len(self.space.orchard.action_names))
        for k in map(int, np.flatnonzero(belief)):
            lensed = self.perceive(knowledge, place, self.senses(k))
            answer += belief[k] * self.enact(seen, lensed, body, Actor(name, place, k), rest)
        return answer

    def behave(self, history: History, me: str, type: int, chain: Chain) -> np.ndarray:
        """ "Behave as chain", asked of `me`: (actions,). An agent in that role samples its action from it."""
        return self.enact(history, history, me, Actor(me, me, type), chain)

    def predict(self, history: History, target: str, chain: Chain) -> np.ndarray:
        """ "Predict target pretending to be chain", as one who perceived `history` reasons it: (actions,)."""
        belief, answer = self.belief(history, target), np.zeros(len(self.space.orchard.action_names))
        for k in self.types:
            lensed = self.perceive(history, target, self.senses(k))
            answer += belief[k] * self.enact(lensed, lensed, target, Actor(target, target, k), chain)
        return answer


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
