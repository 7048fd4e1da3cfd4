"""Agents who follow any policy that is given, in plain Python, and episodes in which some of them live among others
that act as themselves.

The episode is the one that the run's own agents would have had, same map, fruits, names and types, but for the stranger
and all that follows from what it does. It is a record like any other: `worlds.replay` makes the same world from its
actions, and every act is drawn from the episode's key. Strangers that a run itself has are drawn in
agents/orchard/drawing_strangers.py, and play among the others in compiled code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numba import njit

from agents.orchard.families import FEATURES, MOVES, STAY, AsType, Linear, Planner, Policy, Stranger, WallFollower
from agents.orchard.kernel import answer
from agents.orchard.kernel_inputs import Part, make_work
from agents.orchard.live_episode import Match, sample
from agents.orchard.run import RunConfig
from agents.orchard.scene import Scene, scene_of
from agents.registry import reasoner_of, type_space
from worlds import KINDS, Episode, FunhouseError

FLOOR = 0.05  # the share of a decided policy that is spread evenly over all actions, as it is of a type's

native = Stranger("noisy", (AsType(),), 0.0)  # no stranger at all: the type's own policy
astar = Stranger("planner", (Planner(np.ones(len(KINDS), bool), False, False),), FLOOR)
wall_follower = Stranger("wall-follower", (WallFollower(False),), FLOOR)
uniform = Stranger("linear", (Linear(1.0, np.zeros(FEATURES), np.zeros(MOVES)),), 1.0)
noisy = Stranger("noisy", (AsType(),), 0.5)
OUTSIDE: Mapping[str, Policy] = {"astar": astar, "wall-follower": wall_follower, "random": uniform, "noisy": noisy}


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
    every, through = match.stage.powers.every, [int(match.stage.powers.sense[own])]
    return scene_of(match.geometry, every, through, events.cell[step], events.board[step], agent, last, copied)


def would(episode: Episode, policy: Policy, who: int, agent: int, steps: Sequence[int]) -> np.ndarray:
    """What the policy of `who` would do in an agent's body, on what both would perceive there: (steps, a) float64."""
    space = type_space(episode)
    types = [space.index(episode.agents[one].type) for one in (who, agent)]
    through = [int(space.table.senses[one]) for one in types]
    rows = []
    for step in steps:
        copied = reasoner_of(space).natives(episode, agent, step)[types[0]]
        last = int(episode.action[step - 1, agent]) if step else STAY
        place = episode.cell[step], episode.board[step], agent
        rows.append(policy(scene_of(episode.geometry, space.senses, through, *place, last, copied)))
    return np.array(rows).reshape(-1, episode.actions)


@njit(cache=True, nogil=True)
def _native(stage, own, agent, step, chance):
    """Writes what an agent of a type does at a step as itself, chance (actions,)."""
    work = make_work(stage, 1)
    belief = np.empty((1, len(stage.powers.taste)))
    answer(stage, Part(agent, own, agent, np.empty(0, np.int64)), step, work, belief, chance)
