"""Episodes in which agents act out their roles: the orchard and the exact reasoner in one compiled loop.

An episode is a function of the run's settings and its own index alone, so batches and threads change nothing.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial

import numpy as np
from numba import njit

from agents.agent_type import PolicyConfig, TypeSpace
from agents.answer import space_of
from agents.description_bank import bank_of
from agents.kernel import advance, answer, begin
from agents.lens import Events, compiled, ground_of
from agents.population import NOTHING, Population, PopulationConfig, check_run, draw_population
from agents.stage import Part, Stage, make_work, node_count, powers_of
from worlds import SPLITS, Agent, Episode, OrchardConfig, dice
from worlds.geometry import geometry_of
from worlds.maps import draw_map
from worlds.orchard import VIEW_RADIUS, reset_world, step_world


@dataclass(frozen=True)
class RunConfig:
    """Everything that a run's episodes depend on. Raises FunhouseError for a split that there is not."""

    orchard: OrchardConfig = field(default_factory=OrchardConfig)
    policy: PolicyConfig = field(default_factory=PolicyConfig)
    population: PopulationConfig = field(default_factory=PopulationConfig)
    seed: int = 0
    split: str = "train"

    def __post_init__(self):
        check_run(self.seed, self.split)

    @property
    def space(self) -> TypeSpace:
        """The types that agents may have."""
        return space_of(self.orchard, self.policy)

    @property
    def meta(self) -> dict:
        """What a log's manifest says of the run."""
        held_out = [self.space[int(k)].to_dict() for k in np.flatnonzero(self.space.held_out)]
        return {"world": "orchard", "config": self.to_dict(), "split": self.split, "held_out": held_out}

    def to_dict(self) -> dict:
        """Plain JSON values; the log's manifest holds them as "config"."""
        parts = {name: getattr(self, name).to_dict() for name in ("orchard", "policy", "population")}
        return {**parts, "seed": self.seed, "split": self.split}

    @classmethod
    def from_dict(cls, values: dict) -> "RunConfig":
        """The run from to_dict's values."""
        return cls(
            OrchardConfig.from_dict(values["orchard"]),
            PolicyConfig.from_dict(values["policy"]),
            PopulationConfig.from_dict(values["population"]),
            values["seed"],
            values["split"],
        )


@compiled
def _sample(key, step, agent, chance):
    """An action with the given chances (5,), by inversion of the running sum."""
    left = dice.uniform(dice.draw(key, step, agent, dice.ACTION))
    for a in range(4):
        left -= chance[a]
        if left < 0.0:
            return a
    return 4


@compiled
def _depth(roles, agent):
    """How many elements the chain of an agent has; roles (n, depth)."""
    depth = 0
    while depth < roles.shape[1] and roles[agent, depth] != NOTHING:
        depth += 1
    return depth


@compiled
def _perform(stage, part, step, begins, mixture, work, belief, out):
    """One agent's turn: the beliefs along its chain brought up to a step, and its chances there, out (5,)."""
    if begins:
        begin(part.chain, stage.ground.seen.shape[0], mixture, belief)
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
def _play(walls, key, fruits, stage, mixture, own, chain, phase_of, worth, reward, chance):
    """Plays one episode, writing its events, reward (t, n) and chance (t, n, 5); chain (p, n, depth)."""
    events, sights = stage.events, stage.ground.seen.shape[0]
    (steps, n), (kinds, words), (height, width) = events.action.shape, events.board.shape[1:], walls.shape
    grid = np.empty((height + 2 * VIEW_RADIUS) * (width + 2 * VIEW_RADIUS), np.uint8)
    cell, board, eaten = np.empty(n, np.int16), np.empty((kinds, words), np.uint64), np.empty(n, np.int8)
    work = make_work(stage.powers, sights, chain.shape[2])
    belief = np.empty((n, node_count(sights, chain.shape[2]), len(stage.powers.taste)))
    reset_world(walls, key, fruits, VIEW_RADIUS, grid, cell, board)
    for t in range(steps):
        _note(events, t, cell, board)
        begins, roles = t == 0 or phase_of[t - 1] != phase_of[t], chain[phase_of[t]]
        for i in range(n):
            part = Part(i, own[i], i, roles[i, : _depth(roles, i)])
            _perform(stage, part, t, begins, mixture, work, belief[i], chance[t, i])
            events.action[t, i] = _sample(key, t, i, chance[t, i])
        step_world(grid, cell, board, events.action[t], key, t, width, VIEW_RADIUS, eaten)
        for i in range(n):
            reward[t, i] = worth[i, eaten[i]] if eaten[i] >= 0 else 0.0


def _native(run: RunConfig, cast: Population) -> np.ndarray:
    """The chance (t, n) that an act is native, as far as a percept tells."""
    if run.orchard.roles == "hidden":
        return np.repeat(cast.native_share[:, None], run.orchard.agents, axis=1)
    return (cast.chain[cast.phase_of, :, 0] == -1).astype(np.float64)


def play(run: RunConfig, index: int) -> Episode:
    """One episode of a run."""
    return play_with_chances(run, index)[0]


def play_with_chances(run: RunConfig, index: int) -> tuple[Episode, np.ndarray]:
    """One episode, and the chances (t, n, 5) float64 from which its actions were drawn."""
    orchard, split = run.orchard, SPLITS.index(run.split)
    key = dice.key(run.seed, split, index)
    walls, space = draw_map(orchard, key, split), space_of(orchard, run.policy)
    cast = draw_population(orchard, run.population, space, key, run.split)
    steps, n, words = orchard.steps, orchard.agents, (walls.size + 63) // 64
    events = Events(
        np.empty((steps, n), np.int16),
        np.empty((steps, orchard.kinds, words), np.uint64),
        np.empty((steps, n), np.int8),
        _native(run, cast),
    )
    worth = space.table.weight[space.table.taste[cast.type_index]].astype(np.float32)
    reward, chance = np.empty((steps, n), np.float32), np.empty((steps, n, 5))
    stage = Stage(events, ground_of(geometry_of(walls, orchard.sights)), powers_of(space))
    roles = _mixture(space), cast.type_index, cast.chain.astype(np.int64), cast.phase_of
    _play(walls, np.uint64(key), orchard.fruits, stage, *roles, worth, reward, chance)
    return _record(index, key, run, walls, events, reward, cast), chance


@lru_cache(maxsize=16)
def _mixture(space: TypeSpace) -> np.ndarray:
    """(d, k) float64: the types that each description of a role stands for, equally likely."""
    mask = bank_of(space).mask
    return mask / mask.sum(1, keepdims=True)


def _record(index, key, run: RunConfig, walls, events: Events, reward, cast: Population) -> Episode:
    """The finished episode; the steps of one phase share their rows of roles and prompts."""
    agents = [
        Agent(name, cast.space[int(k)].to_dict(), text)
        for name, k, text in zip(cast.names, cast.type_index, cast.descriptions, strict=True)
    ]
    phases = range(len(cast.chain))
    role = [[cast.role(p, i) for i in range(len(agents))] for p in phases]
    prompt = [[cast.prompt(p, i) for i in range(len(agents))] for p in phases]
    return Episode(
        index=index,
        seed=key,
        split=run.split,
        run=run.to_dict(),
        walls=walls,
        cell=events.cell,
        board=events.board,
        action=events.action,
        reward=reward,
        role=[role[p] for p in cast.phase_of],
        prompt=[prompt[p] for p in cast.phase_of],
        agents=agents,
    )


def rollout(
    config: OrchardConfig,
    population: PopulationConfig,
    policy: PolicyConfig,
    seed: int,
    split: str,
    first: int,
    count: int,
    threads: int = 1,
) -> list[Episode]:
    """The episodes first, ..., first + count - 1 of a run, in that order, played on as many threads."""
    run = RunConfig(config, policy, population, seed, split)
    indices = range(first, first + count)
    if threads == 1:
        return [play(run, index) for index in indices]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(partial(play, run), indices))
