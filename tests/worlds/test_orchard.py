"""The orchard's rules, against a slow world written from the rules alone that shares no kernel with them."""

from collections import Counter
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.test_geometry import slow_sight
from worlds import FunhouseError, Orchard, OrchardConfig, dice, replay
from worlds.orchard.rules import AGENT, FLOOR, FRUIT, UNSEEN, VIEW_RADIUS, WALL, write_views

CONFIGS = st.builds(
    OrchardConfig,
    height=st.integers(8, 12),
    width=st.integers(8, 12),
    map=st.sampled_from(["open", "rooms", "maze", "mixed"]),
    kinds=st.integers(1, 4),
    fruits=st.integers(1, 2),
    agents=st.integers(1, 8),
)
DELTA = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]


class SlowWorld:
    """One world in dictionaries: fruit {cell: kind}, cells (row, column), dice thrown as the rules say."""

    def __init__(self, walls, key, fruit, at):
        self.walls, self.key, self.fruit, self.at, self.time = walls, key, dict(fruit), list(at), 0
        self.clear = cache(partial(slow_sight, walls))

    def passable(self, row, column):
        height, width = self.walls.shape
        return 0 <= row < height and 0 <= column < width and not self.walls[row, column]

    def step(self, action):
        """Who ate what, kinds or -1."""
        moved = [(r + DELTA[a][0], c + DELTA[a][1]) for (r, c), a in zip(self.at, action, strict=True)]
        self.at = [new if self.passable(*new) else old for old, new in zip(self.at, moved, strict=True)]
        eaten = [-1] * len(self.at)
        for cell in set(self.at) & set(self.fruit):
            here = [i for i, at in enumerate(self.at) if at == cell]
            number = cell[0] * self.walls.shape[1] + cell[1]
            thrown = dice.pick(self.key, self.time, number, dice.TIE, len(here)) if len(here) > 1 else 0
            eaten[here[thrown]] = self.fruit.pop(cell)
        for i, kind in enumerate(eaten):
            if kind >= 0:
                self.fruit[self.free_cell(i)] = kind
        self.time += 1
        return eaten

    def free_cell(self, agent):
        attempt = 0
        while True:
            slot = agent * 256 + attempt
            cell = divmod(dice.pick(self.key, self.time + 1, slot, dice.REGROW, self.walls.size), self.walls.shape[1])
            if self.passable(*cell) and cell not in self.fruit and cell not in self.at:
                return cell
            attempt += 1

    def view(self, agent):
        """The 7 x 7 codes around an agent, by the definition of a view."""
        codes = np.full((7, 7), WALL)
        row, column = self.at[agent]
        for r in range(7):
            for c in range(7):
                cell = row + r - VIEW_RADIUS, column + c - VIEW_RADIUS
                if self.passable(*cell):
                    code = FLOOR if cell not in self.fruit else FRUIT + self.fruit[cell]
                    shown = self.clear((row, column), cell)
                    codes[r, c] = code + AGENT * (cell in self.at) if shown else UNSEEN
        return codes


def fruit_of(world: Orchard, b: int = 0) -> dict[tuple[int, int], int]:
    """Fruits from a world's bitboards."""
    width = world.config.width
    bits = [(k, c) for k, row in enumerate(world.board[b]) for c in range(world.walls[b].size) if _has(row, c)]
    assert len({c for _, c in bits}) == len(bits), "two fruits in one cell"
    return {divmod(c, width): kind for kind, c in bits}


def _has(row, cell):
    return int(row[cell // 64]) >> (cell % 64) & 1


def codes_of(world: Orchard, b: int = 0) -> np.ndarray:
    """A world's grid without its border, (h, w)."""
    height, width = world.config.shape
    pad = VIEW_RADIUS
    return world.grid[b].reshape(height + 2 * pad, width + 2 * pad)[pad:-pad, pad:-pad]


def random_actions(config: OrchardConfig, steps: int, batch: int, seed: int = 0) -> np.ndarray:
    """Actions (t, b, n) int8."""
    return np.random.default_rng(seed).integers(0, 5, (steps, batch, config.agents)).astype(np.int8)


@settings(max_examples=25)
@given(CONFIGS, st.integers(0, 2**40))
def test_the_kernel_equals_the_slow_world(config, seed):
    world = Orchard(config, seed)
    at = [divmod(int(c), config.width) for c in world.cell[0]]
    slow = SlowWorld(world.walls[0], world.key[0], fruit_of(world), at)
    for action in random_actions(config, 40, 1, seed):
        world.step(action)
        assert world.eaten[0].tolist() == slow.step(action[0])
        assert [divmod(int(c), config.width) for c in world.cell[0]] == slow.at
        assert fruit_of(world) == slow.fruit
        np.testing.assert_array_equal(world.view[0], [slow.view(i) for i in range(config.agents)])


@settings(max_examples=30)
@given(CONFIGS, st.integers(0, 2**40))
def test_fruits_are_conserved_and_grid_and_boards_agree(config, seed):
    world = Orchard(config, seed, batch=3)
    for action in random_actions(config, 30, 3, seed):
        world.step(action)
        for b in range(3):
            fruit = fruit_of(world, b)
            assert Counter(fruit.values()) == dict.fromkeys(range(config.kinds), config.fruits)
            expected = np.where(world.walls[b], WALL, FLOOR)
            for cell, kind in fruit.items():
                assert not world.walls[b][cell]
                expected[cell] = FRUIT + kind
            expected.ravel()[np.unique(world.cell[b])] += AGENT
            np.testing.assert_array_equal(codes_of(world, b), expected)


@pytest.mark.parametrize("kind", ["open", "rooms", "maze", "mixed"])
def test_a_batch_of_worlds_equals_batches_of_one(kind):
    config = OrchardConfig(map=kind, agents=5, fruits=3)
    batch = Orchard(config, 7, batch=6, first_episode=4)
    singles = [Orchard(config, 7, first_episode=4 + b) for b in range(6)]
    for action in random_actions(config, 60, 6):
        batch.step(action)
        for b, single in enumerate(singles):
            single.step(action[b : b + 1])
            for name in ("grid", "cell", "board", "eaten", "view", "step_count"):
                np.testing.assert_array_equal(getattr(batch, name)[b], getattr(single, name)[0])


def test_reset_begins_again():
    config = OrchardConfig()
    world, actions = Orchard(config, 1, batch=4), random_actions(config, 30, 4)

    def play():
        seen = []
        for action in actions:
            world.step(action)
            seen.append((world.grid.copy(), world.view.copy(), world.eaten.copy()))
        return seen

    first = play()
    world.reset()
    for one, two in zip(first, play(), strict=True):
        for a, b in zip(one, two, strict=True):
            np.testing.assert_array_equal(a, b)


@settings(max_examples=20)
@given(CONFIGS, st.integers(0, 2**40))
def test_replay_gives_the_episode_back(config, seed):
    world, actions = Orchard(config, seed), random_actions(config, 30, 1, seed)
    value = np.random.default_rng(seed).normal(size=(config.agents, config.kinds)).astype(np.float32)
    cell, board, reward = replay(config, world.walls[0], world.key[0], actions[:, 0], value)
    assert (cell.dtype, board.dtype, reward.dtype) == (np.int16, np.uint64, np.float32)
    for t, action in enumerate(actions):
        np.testing.assert_array_equal(cell[t], world.cell[0])
        np.testing.assert_array_equal(board[t], world.board[0])
        world.step(action)
        got = [value[i, kind] if kind >= 0 else 0 for i, kind in enumerate(world.eaten[0])]
        np.testing.assert_array_equal(reward[t], np.array(got, np.float32))


def test_the_seed_the_split_and_the_episode_all_matter():
    config = OrchardConfig(map="open")
    worlds = [
        Orchard(config, 0),
        Orchard(config, 1),
        Orchard(config, 0, "test"),
        Orchard(config, 0, first_episode=1),
    ]
    grids = [world.grid.tobytes() for world in worlds]
    assert len(set(grids)) == 4
    assert Orchard(config, 0).grid.tobytes() == grids[0]


def test_what_is_out_of_sight_changes_no_view():
    config = OrchardConfig(map="rooms", agents=4)
    changed = 0
    for episode in range(40):
        world = Orchard(config, 2, first_episode=episode)
        before, view = codes_of(world).copy(), world.view[0].copy()
        row, column = divmod(int(world.cell[0, 0]), config.width)
        near = [(r, c) for r in range(row - 3, row + 4) for c in range(column - 3, column + 4)]
        unseen = [v for v, cell in enumerate(near) if view[0].ravel()[v] == UNSEEN]
        for v in unseen:
            codes_of(world)[near[v]] = FRUIT + (int(before[near[v]]) + 1) % 3
            changed += 1
        _look(world)
        np.testing.assert_array_equal(world.view[0, 0], view[0])
    assert changed > 100


def _look(world: Orchard) -> None:
    """Writes the views of a world that a test has changed."""
    write_views(world.grid[0], world.mask[0], world.cell[0], world.config.width, VIEW_RADIUS, world.view[0])


@pytest.mark.parametrize(("split", "seed"), [("exam", 0), ("train", -1), ("train", 2**63)])
def test_a_split_or_a_seed_that_there_is_not_is_refused(split, seed):
    with pytest.raises(FunhouseError, match="no split"):
        Orchard(OrchardConfig(), seed, split)


def test_actions_of_another_shape_are_refused():
    world = Orchard(OrchardConfig(agents=3), 0, batch=2)
    with pytest.raises(FunhouseError, match=r"shape \(3, 2\)"):
        world.step(np.zeros((3, 2), np.int8))
