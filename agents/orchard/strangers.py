"""Agents from outside the type space, and episodes in which one of them lives among agents that act as themselves.

A policy is a pure function of what it perceives now, so it can also be asked what it would do in somebody else's body.
The episode is the one that the run's own agents would have had, same map, fruits, names and types, but for the stranger
and all that follows from what it does. It is a record like any other: `worlds.replay` makes the same world from its
actions, and every act is drawn from the episode's key.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numba import njit

from agents.orchard.kernel import answer
from agents.orchard.kernel_inputs import Part, make_work
from agents.orchard.live_episode import Match, sample
from agents.orchard.run import RunConfig
from agents.registry import reasoner_of, type_space
from agents.traits.sight import sight_of
from worlds import Episode, FunhouseError
from worlds.orchard.geometry import Geometry, has

FLOOR = 0.05  # the share of a decided policy that is spread evenly over all actions, as it is of a type's
NOISE = 0.5  # the same share of a noisy copy
STAY, NORTH, SOUTH, WEST, EAST = range(5)  # worlds.ACTIONS
_RIGHT = {NORTH: EAST, EAST: SOUTH, SOUTH: WEST, WEST: NORTH}


class Scene(NamedTuple):
    """What a policy acts on: what is perceived at one step from one body."""

    cell: int
    fruit: dict[int, list[int]]  # the cells in sight of each kind
    others: list[int]  # the cells of the other agents in sight
    last: int  # what the body did the step before, STAY at first
    native: np.ndarray  # (actions,) what the type that the stranger bears would do here
    ground: Geometry


Policy = Callable[[Scene], np.ndarray]  # (actions,) float64 over the world's actions


def native(scene: Scene) -> np.ndarray:
    """No stranger at all: the type's own policy."""
    return scene.native


def astar(scene: Scene) -> np.ndarray:
    """The first step of a shortest path to the nearest fruit in sight, of whatever kind; ties are shared.

    A* (Hart, Nilsson & Raphael 1968) with the map's walking distances for a heuristic: it never leaves the path.
    """
    goals = [cell for cells in scene.fruit.values() for cell in cells]
    if not goals:
        return uniform(scene)
    left = scene.ground.distance[np.ix_(scene.ground.neighbor[scene.cell], goals)].min(axis=1)
    return decided(left == left.min(), len(scene.native))


def wall_follower(scene: Scene) -> np.ndarray:
    """Keeps its right hand on a wall; where there is none beside it or behind it on the right, it walks straight on.

    It heads where it last went, north before it ever did.
    """
    neighbor, ahead = scene.ground.neighbor, scene.last or NORTH
    right = _RIGHT[ahead]
    back, left = _RIGHT[right], _RIGHT[_RIGHT[right]]

    def free(cell: int, way: int) -> bool:
        return int(neighbor[cell, way]) != cell

    beside = int(neighbor[scene.cell, back])
    held = not free(scene.cell, right) or not free(scene.cell, back) or not free(beside, right)
    order = (right, ahead, left, back) if held else (ahead, left, back, right)
    ways = [way for way in order if free(scene.cell, way)]
    return decided(np.arange(5) == (ways[0] if ways else STAY), len(scene.native))


def uniform(scene: Scene) -> np.ndarray:
    """Any action, whatever it perceives."""
    return np.full(len(scene.native), 1 / len(scene.native))


def noisy(scene: Scene) -> np.ndarray:
    """A copy of a type that does anything at all in half of its acts."""
    return (1 - NOISE) * scene.native + NOISE / len(scene.native)


OUTSIDE: Mapping[str, Policy] = {"astar": astar, "wall-follower": wall_follower, "random": uniform, "noisy": noisy}


def decided(chosen: np.ndarray, actions: int = 5) -> np.ndarray:
    """The chosen ones (5,) bool of worlds.ACTIONS, equally likely, with the floor: (actions,) float64."""
    return np.pad((1 - FLOOR) * chosen / chosen.sum(), (0, actions - len(chosen))) + FLOOR / actions


def meet(run: RunConfig, index: int, policies: Mapping[int, Policy], words: str = "a stranger") -> Episode:
    """An episode of the run in which some agents, by index, follow policies and everyone else its own type.

    `words` describe those who do. Raises FunhouseError where the run would have anybody play a role.
    """
    if run.population.switch < run.orchard.steps:
        raise FunhouseError(
            f"roles change after {run.population.switch} of {run.orchard.steps} steps",
            remedy="strangers live among agents that act as themselves: choose switch = steps",
        )
    match = Match(run, index)
    for _ in range(run.orchard.steps):
        decide(match, policies)
        match.play(1)
    return introduced(match.episode(), policies, words)


def decide(match: Match, policies: Mapping[int, Policy]) -> None:
    """Has those who follow policies, by index, choose what they do at the step of a match that is to be played next."""
    t, who = match.step, np.array(sorted(policies), np.int64)
    for agent in who.tolist():
        match.chance[t, agent] = policies[agent](_scene_now(match, t, agent))
    drawn = np.empty(len(who), np.int8)
    sample(np.full(len(who), match.key, np.uint64), t, who, match.chance[t, who], drawn)
    match.given[t, who] = drawn


def introduced(episode: Episode, policies: Mapping[int, Policy], words: str = "a stranger") -> Episode:
    """An episode in which those who followed policies are described by these words."""
    agents = [replace(one, description=words) if i in policies else one for i, one in enumerate(episode.agents)]
    return replace(episode, agents=agents)


def _scene_now(match: Match, step: int, agent: int) -> Scene:
    """What an agent of a match perceives at the step that is to be played next."""
    own, events, copied = int(match.cast.type_index[agent]), match.events, np.empty(match.chance.shape[2])
    _native(match.stage, own, agent, step, copied)
    last = int(events.action[step - 1, agent]) if step else STAY
    sight = [int(match.stage.powers.sight[own])]
    return scene_of(match.geometry, events.cell[step], events.board[step], agent, sight, last, copied)


def would(episode: Episode, policy: Policy, who: int, agent: int, steps: Sequence[int]) -> np.ndarray:
    """What the policy of `who` would do in an agent's body, on what both would perceive there: (steps, a) float64."""
    space = type_space(episode)
    type_of_who = space.index(episode.agents[who].type)
    sights = [sight_of(episode.agents[one].type) for one in (who, agent)]
    rows = []
    for step in steps:
        copied = reasoner_of(space).natives(episode, agent, step)[type_of_who]
        last = int(episode.action[step - 1, agent]) if step else STAY
        scene = scene_of(episode.geometry, episode.cell[step], episode.board[step], agent, sights, last, copied)
        rows.append(policy(scene))
    return np.array(rows).reshape(-1, episode.actions)


def scene_of(
    ground: Geometry,
    cell: np.ndarray,
    board: np.ndarray,
    body: int,
    sights: Sequence[int],
    last: int,
    copied: np.ndarray,
) -> Scene:
    """What all of `sights` (indices into the senses) show from a body; cell (n,), board (kinds, words) uint64."""
    at = int(cell[body])
    view = np.bitwise_and.reduce([ground.visible[sight, at] for sight in sights])
    fruit = {kind: cells for kind in range(len(board)) if (cells := cells_of(board[kind] & view))}
    others = [int(c) for i, c in enumerate(cell) if i != body and has(view, c)]
    return Scene(at, fruit, others, last, copied, ground)


def cells_of(board: np.ndarray) -> list[int]:
    """The cells that a bitboard (words,) uint64 holds, in order."""
    return np.flatnonzero(np.unpackbits(board.astype("<u8").view(np.uint8), bitorder="little")).tolist()


@njit(cache=True, nogil=True)
def _native(stage, own, agent, step, chance):
    """Writes what an agent of a type does at a step as itself, chance (actions,)."""
    work = make_work(stage, 1)
    belief = np.empty((1, len(stage.powers.taste)))
    answer(stage, Part(agent, own, agent, np.empty(0, np.int64)), step, work, belief, chance)
