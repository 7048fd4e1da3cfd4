"""One episode as it is played: the orchard and the exact reasoner in one compiled loop, from step to step.

Agents are scripted, and act by exact reasoning; or their actions are given, step by step: by a mind, or a log.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from agents.language.description_bank import bank_of, meant
from agents.orchard.drawing_strangers import NOBODY, settled, strangers_of, words_for
from agents.orchard.kernel import advance, answer, begin
from agents.orchard.kernel_inputs import Part, Stage, make_work, node_count, powers_of
from agents.orchard.lens import Events, compiled, ground_of
from agents.orchard.run import RunConfig, settings_of
from agents.orchard.strange_kernel import Codes, act_as_stranger, coded
from agents.orchard.strange_ways import make_room
from agents.orchard.types import TypeSpace
from agents.population import NO_ELEMENT, Population, draw_population
from worlds import SPLITS, Agent, Episode, dice
from worlds.orchard.fortune import Fortune, carry_out, fortune_of, pay
from worlds.orchard.geometry import geometry_of
from worlds.orchard.maps import draw_map
from worlds.orchard.marks import mark_agents
from worlds.orchard.mirror import closed
from worlds.orchard.rules import VIEW_RADIUS, reset_world, step_world

SCRIPTED = -1  # in `given`: the agent acts by itself


class State(NamedTuple):
    """What an episode stands at, written in place."""

    grid: np.ndarray  # as worlds.orchard.rules has it
    cell: np.ndarray  # (n,) int16
    board: np.ndarray  # (kinds, words) uint64
    belief: np.ndarray  # (n, nodes, k) float64: each scripted agent's beliefs along its chain
    reward: np.ndarray  # (t, n) float32
    hollow: np.ndarray  # (t, n) bool: who ate a fruit that was worth nothing
    chance: np.ndarray  # (t, n, actions) float64


class Parts(NamedTuple):
    """Who the agents are and which roles they have; p phases."""

    mixture: np.ndarray  # (d, k) float64: the types that each description of a role stands for
    own: np.ndarray  # (n,) int64: types
    chain: np.ndarray  # (p, n, depth) int64
    phase_of: np.ndarray  # (t,) int64
    stranger: np.ndarray  # (p, n) int64: whose policy, a stranger's, each agent follows; NOBODY: it acts by its type
    codes: Codes  # of the strangers
    worth: np.ndarray  # (n, kinds) float32: what each kind of fruit is worth to each agent
    marks: float  # the chance of becoming marked
    fortune: Fortune  # what chance does to moves and fruits


@compiled
def _sample(key, step, agent, chance):
    """An action with the given chances (actions,), by inversion of the running sum; dice.action, called from the loop
    of an episode, makes it 3% slower."""
    left = dice.uniform(dice.draw(key, step, agent, dice.ACTION))
    for a in range(len(chance) - 1):
        left -= chance[a]
        if left < 0.0:
            return a
    return len(chance) - 1


@njit(cache=True, nogil=True)
def sample(key, step, agent, chance, out):
    """Actions at a step of agents of several episodes: key (r,) uint64, agent (r,), chance (r, a) -> out (r,) int8."""
    for r in range(len(agent)):
        out[r] = _sample(key[r], step, agent[r], chance[r])


@njit(cache=True, nogil=True)
def draws_of(key, step, agent):
    """The numbers in [0, 1) that decide those actions, (r,) float64."""
    out = np.empty(len(agent))
    for r in range(len(agent)):
        out[r] = dice.uniform(dice.draw(key[r], step, agent[r], dice.ACTION))
    return out


@compiled
def _depth(roles, agent):
    """How many elements the chain of an agent has; roles (n, depth)."""
    depth = 0
    while depth < roles.shape[1] and roles[agent, depth] != NO_ELEMENT:
        depth += 1
    return depth


@compiled
def _perform(stage, part, step, begins, mixture, work, belief, out):
    """One agent's turn: the beliefs along its chain brought up to a step, and its chances there, out (actions,)."""
    if begins:
        begin(part.chain, stage.powers, mixture, belief)
    if len(part.chain) > 0:
        for s in range(0 if begins else step - 1, step):
            advance(stage, part, s, work, belief)
    answer(stage, part, step, work, belief, out)


@compiled
def _note(events, step, cell, board):
    """Writes down what there is before the acts of a step."""
    for i in range(len(cell)):
        events.cell[step, i] = cell[i]
    for kind in range(board.shape[0]):
        for word in range(board.shape[1]):
            events.board[step, kind, word] = board[kind, word]


@njit(cache=True, nogil=True)
def _open(walls, key, fruits, events, state):
    """Lays out the world, and notes the first scene."""
    reset_world(walls, key, fruits, VIEW_RADIUS, state.grid, state.cell, state.board)
    _note(events, 0, state.cell, state.board)


@njit(cache=True, nogil=True)
def _play(key, width, stage, parts, given, first, stop, state):
    """Plays the steps from `first`, whose scene is noted, to `stop`, and notes the scene there; given (t, n) int8."""
    events, cell, board, eaten = stage.events, state.cell, state.board, np.empty(len(state.cell), np.int8)
    (steps, n), moves = events.action.shape, stage.ground.neighbor.shape[1] - 1
    fortune, done = parts.fortune, np.empty(n, np.int8)
    work, room = make_work(stage, parts.chain.shape[2]), make_room(moves + 1, state.chance.shape[2])
    for t in range(first, stop):
        phase = parts.phase_of[t]
        begins, roles = t == 0 or parts.phase_of[t - 1] != phase, parts.chain[phase]
        for i in range(n):
            if given[t, i] >= 0:
                events.action[t, i] = given[t, i]
                continue
            who = parts.stranger[phase, i]
            if who == NOBODY:
                part = Part(i, parts.own[i], i, roles[i, : _depth(roles, i)])
                _perform(stage, part, t, begins, parts.mixture, work, state.belief[i], state.chance[t, i])
            else:
                act_as_stranger(stage, parts.codes, who, i, parts.own, t, work, room, state.chance[t, i])
            events.action[t, i] = _sample(key, t, i, state.chance[t, i])
        carry_out(events.action[t], key, t, fortune, done)
        step_world(state.grid, cell, board, done, key, t, width, VIEW_RADIUS, eaten, moves, fortune.regrow)
        pay(parts.worth, eaten, key, t, fortune.luck, state.hollow[t], state.reward[t])
        if t + 1 < steps:
            _note(events, t + 1, cell, board)
            if parts.marks > 0.0:
                mark_agents(events.mark[t], events.action[t], key, t, parts.marks, events.mark[t + 1])


class Match:
    """One episode of a run while it is played. `step` is the next to be played; its scene is there.

    `given` (t, n) int8 holds actions that are not the reasoner's, else SCRIPTED; who writes them there writes their
    chances into `chance` (t, n, actions) float64. An episode may also begin as one of the run does and go on otherwise,
    which then no seed replays: `deal` makes who takes part, and in which roles, of those that are drawn; all that
    chance decides after the start is drawn from the key `later`.
    """

    def __init__(
        self, run: RunConfig, index: int, deal: Callable[[Population], Population] | None = None, later: Any = None
    ):
        orchard, split = run.orchard, SPLITS.index(run.split)
        self.run, self.index, self.step = run, index, 0
        self.key = dice.key(run.seed, split, index)
        self.walls, space = draw_map(orchard, self.key, split), run.space
        drawn = draw_population(orchard, run.population, space, self.key, run.split)
        self.cast, self.strangers = deal(drawn) if deal else drawn, strangers_of(run, self.key)
        followed = settled(self.cast.chain, self.strangers, self.key)
        self._later = np.uint64(self.key if later is None else later)
        self.geometry = geometry_of(self.walls, orchard.sights, orchard.glass, orchard.moves)
        self.events = _empty_events(run, self.cast, self.walls.size)
        seen_alone = run.population.believes_seen(run.split)
        self.stage = Stage(self.events, ground_of(self.geometry), powers_of(space, seen_alone))
        self.given = np.full(self.events.action.shape, SCRIPTED, np.int8)
        chain = self.cast.chain.astype(np.int64)
        worth = space.table.weight[space.table.taste[self.cast.type_index]].astype(np.float32)
        worth[list(self.strangers)] = 0.0
        codes, mixture = coded(self.strangers, orchard.agents), _mixture(space, seen_alone)
        own, phase_of, fortune = self.cast.type_index, self.cast.phase_of, fortune_of(orchard, self.key)
        self._parts = Parts(mixture, own, chain, phase_of, followed, codes, worth, orchard.marks, fortune)
        self._state = _state(self.stage, self.walls.shape, chain.shape[2], len(orchard.action_names))
        self.chance = self._state.chance
        _open(closed(self.walls, orchard.glass), np.uint64(self.key), orchard.fruits, self.events, self._state)

    def play(self, steps: int) -> None:
        """Plays so many steps more, with the actions of `given` where there are any."""
        stop, width = min(self.step + steps, len(self.given)), self.walls.shape[1]
        _play(self._later, width, self.stage, self._parts, self.given, self.step, stop, self._state)
        self.step = stop

    def episode(self) -> Episode:
        """The finished episode; the steps of one phase share their rows of roles and prompts."""
        cast, minds = self.cast, self.run.minds
        agents = [self._agent(i) for i in range(len(cast.names))]
        role, prompt = cast.roles, cast.prompts
        return Episode(
            index=self.index, seed=self.key, split=self.run.split, run=settings_of(self.run), walls=self.walls,
            cell=self.events.cell, board=self.events.board, action=self.events.action, reward=self._state.reward,
            role=[role[p] for p in cast.phase_of], prompt=[prompt[p] for p in cast.phase_of], agents=agents,
            probability=self._taken() if minds else None, mark=self.events.mark,
            hollow=self._state.hollow if self.run.orchard.luck else None,
        )  # fmt: skip

    def _taken(self) -> np.ndarray:
        """(t, n) float32: how likely each act was."""
        action = self.events.action[..., None].astype(np.int64)
        return np.take_along_axis(self.chance, action, 2)[..., 0].astype(np.float32)

    def _agent(self, i: int) -> Agent:
        """Who an agent is. The words for a stranger tell of its senses alone, for that is all it has of its type."""
        cast, minds = self.cast, self.run.minds
        k, mind = int(cast.type_index[i]), minds.checkpoint if minds and i < minds.copies else ""
        own = cast.space[k]
        if i in self.strangers:
            return Agent(cast.names[i], own.to_dict(), words_for(own), mind, self.strangers[i].family)
        return Agent(cast.names[i], own.to_dict(), cast.space.descriptions[k], mind)


def _empty_events(run: RunConfig, cast: Population, cells: int) -> Events:
    """Room for what will happen, and the chance that each act is native, as far as a percept tells."""
    orchard = run.orchard
    shape = orchard.steps, orchard.agents
    native = (cast.chain[cast.phase_of, :, 0] == NO_ELEMENT).astype(np.float64)
    if orchard.roles == "hidden":
        native = np.repeat(cast.native_share[:, None], orchard.agents, axis=1)
    board = np.empty((orchard.steps, orchard.kinds, (cells + 63) // 64), np.uint64)
    return Events(np.empty(shape, np.int16), board, np.empty(shape, np.int8), native, np.zeros(shape, np.bool_))


def _state(stage: Stage, shape: tuple[int, int], depth: int, actions: int) -> State:
    """Room for the state of an episode in a map of that shape, with chains of at most that depth."""
    (steps, n), (kinds, words) = stage.events.action.shape, stage.events.board.shape[1:]
    nodes = node_count(stage.powers.senses, depth)
    return State(
        grid=np.empty((shape[0] + 2 * VIEW_RADIUS) * (shape[1] + 2 * VIEW_RADIUS), np.uint8),
        cell=np.empty(n, np.int16),
        board=np.empty((kinds, words), np.uint64),
        belief=np.empty((n, nodes, len(stage.powers.taste))),
        reward=np.empty((steps, n), np.float32),
        hollow=np.zeros((steps, n), np.bool_),
        chance=np.empty((steps, n, actions)),
    )


@lru_cache(maxsize=16)
def _mixture(space: TypeSpace, seen_alone: bool) -> np.ndarray:
    """(d, k) float64: the types that each description of a role stands for, equally likely."""
    return meant(bank_of(space).mask, space.believed(seen_alone))
