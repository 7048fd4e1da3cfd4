"""The orchards of probes: which world they are, and what a probe of beliefs changes in an episode.

Episodes are edited and not played on: every act is as it was, so all that an edit changes is what somebody perceived.
Axes: t steps, n agents, c cells.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from agents.answer import Question
from agents.language.prompt import say
from agents.orchard import policy
from agents.orchard.presets import preset
from agents.orchard.run import MindsConfig, RunConfig
from agents.orchard.types import TypeSpace
from agents.population import PopulationConfig
from agents.registry import type_space
from analysis.questions.perception import Perception
from worlds import Episode

WORLD = "near-far"  # of every probe, by its name: some see near and some far, some remember and some do not
NO_FRUIT = -1  # the kind on a cell without a fruit


def run_of(
    seed: int, split: str, population: PopulationConfig, *, minds: MindsConfig | None = None,
    sights: tuple[int | None, int | None] = (None, None), **orchard: Any,
) -> RunConfig:  # fmt: skip
    """A run of the world of probes, some settings of its orchard replaced. Raises FunhouseError as that does."""
    return RunConfig(*preset(WORLD, orchard, sights)[:2], population, seed, split, minds)


def types_of(episode: Episode) -> TypeSpace:
    """Every type of an episode's orchard."""
    space = type_space(episode)
    assert isinstance(space, TypeSpace)
    return space


def asking(episode: Episode, agent: int, step: int, stance: str, *chain: int) -> Question:
    """What an agent is asked at a step, about a chain of others; all by index."""
    names = episode.names
    return Question(names[agent], step, say(stance, tuple(names[who] for who in chain), me=names[agent]))


def during(episode: Episode, steps: slice) -> Episode:
    """Some steps of an episode."""
    names = ("cell", "board", "action", "reward", "role", "prompt", "mark")
    return replace(episode, **{name: getattr(episode, name)[steps] for name in names}, probability=None)


def until(episode: Episode, step: int) -> Episode:
    """An episode that ends with a step: whoever is asked at it knows nothing later."""
    return during(episode, slice(step + 1))


def changed(episode: Episode, cell: int, kind: int, steps: slice | np.ndarray) -> Episode:
    """An episode in which a cell holds a kind, or NO_FRUIT, at some steps: a slice or (t,) bool."""
    board = episode.board.copy()
    word, bit = cell >> 6, np.uint64(1) << np.uint64(cell & 63)
    board[steps, :, word] &= ~bit
    if kind != NO_FRUIT:
        board[steps, kind, word] |= bit
    return replace(episode, board=board)


def in_role(episode: Episode, steps: slice) -> Episode:
    """An episode in which everybody is announced in a role at some steps: what was done then tells nothing of types."""
    role = [list(row) for row in episode.role]
    played = [(episode.names[who - 1],) for who in range(len(episode.agents))]
    role[steps] = [list(played) for _ in role[steps]]
    return replace(episode, role=role)


def views(episode: Episode) -> np.ndarray:
    """(t, n, c) bool: the cells in sight of each agent at each step."""
    board = episode.geometry.visible[Perception(episode).sight, episode.cell.astype(np.int64)]  # t n words
    return unpacked(board, episode.walls.size)


def unpacked(board: np.ndarray, cells: int) -> np.ndarray:
    """(..., c) bool: which cells bitboards (..., words) uint64 hold."""
    cell = np.arange(cells)
    return ((board[..., cell >> 6] >> (cell & 63).astype(np.uint64)) & np.uint64(1)).astype(bool)


def latest(fruit: np.ndarray, view: np.ndarray, step: int, window: int) -> np.ndarray:
    """(c,) int8: the kind on each cell when it was last in view within so many steps, now included; else NO_FRUIT.

    fruit (t, c) int8, view (t, c) bool.
    """
    known = np.full(fruit.shape[1], NO_FRUIT, np.int8)
    for s in range(max(step - window + 1, 0), step + 1):
        known[view[s]] = fruit[s, view[s]]
    return known


def acts(episode: Episode, type_index: int, step: int, body: int, known: np.ndarray, view: np.ndarray) -> np.ndarray:
    """What a type does in a body that knows these fruits, known (c,) int8, and sees these cells, view (c,) bool: (5,).

    Nothing else limits it: neither the type's senses nor its memory.
    """
    fruit = {kind: np.flatnonzero(known == kind).tolist() for kind in np.unique(known[known >= 0]).tolist()}
    cell = episode.cell[step].astype(int)
    others = [int(place) for who, place in enumerate(cell) if who != body and view[place]]
    return policy.act(types_of(episode), type_index, fruit, others, int(cell[body]), episode.geometry)


class Looks:
    """An episode and what everybody saw in it, to be searched with dice of its own."""

    def __init__(self, episode: Episode, stream: int):
        self.episode, self.space = episode, types_of(episode)
        self.perception, self.view = Perception(episode), views(episode)
        self.fruit = episode.fruit.reshape(episode.steps, -1)  # t c
        self.generator = np.random.default_rng([int(episode.seed), stream])


def window_of(space: TypeSpace, type_index: int) -> int:
    """How many steps a type remembers, now included."""
    return int(space.table.window[space.table.memory[type_index]])
