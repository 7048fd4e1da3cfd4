"""The orchard's rules on a bare field, agents and fruits put there by hand: ties, growth, walls, crowds."""

import numpy as np

from tests.worlds.test_orchard import codes_of, fruit_of
from worlds import Orchard, OrchardConfig
from worlds.orchard.rules import AGENT, FLOOR, FRUIT, VIEW_RADIUS, WALL

STAY, NORTH, SOUTH, WEST, EAST = range(5)


def placed(where: list[int], fruit: dict[int, int], episode: int, side: int = 5) -> Orchard:
    """An open world without walls, agents and fruits put where a test wants them."""
    config = OrchardConfig(height=side, width=side, map="open", kinds=2, fruits=1, agents=len(where))
    world = Orchard(config, 3, first_episode=episode)
    pad = VIEW_RADIUS
    stride = side + 2 * pad
    world.walls[0] = False
    world.grid[0], world.board[0] = WALL, 0
    codes_of(world)[:] = FLOOR
    for cell, kind in fruit.items():
        codes_of(world)[divmod(cell, side)] = FRUIT + kind
        world.board[0, kind, cell // 64] |= np.uint64(1 << cell % 64)
    world.cell[0] = where
    for cell in where:
        world.grid[0, (cell // side + pad) * stride + cell % side + pad] |= AGENT
    return world


def test_ties_are_broken_fairly():
    wins = np.zeros((3, 3))
    for episode in range(900):
        where = [[6, 8, 12], [6, 12, 8], [2, 6, 12]][episode % 3]  # an agent that comes, two that wait or come
        world = placed(where, {7: 0, 24: 1}, episode)
        aim = {6: EAST, 8: WEST, 12: NORTH, 2: SOUTH}
        world.step(np.array([[aim[cell] for cell in where]], np.int8))
        assert (world.eaten[0] == 0).sum() == 1
        assert (world.cell[0] == 7).all()
        wins[episode % 3, world.eaten[0].argmax()] += 1
    chi_square = ((wins - 100) ** 2 / 100).sum()
    assert chi_square < 22.5  # 6 degrees of freedom, one chance in a thousand


def test_an_eaten_fruit_grows_uniformly_on_free_cells():
    counts = np.zeros(25)
    for episode in range(2300):
        world = placed([11, 3], {12: 0, 24: 1}, episode)
        world.step(np.array([[EAST, STAY]], np.int8))
        assert world.eaten[0].tolist() == [0, -1]
        (grown,) = [r * 5 + c for (r, c), kind in fruit_of(world).items() if kind == 0]
        counts[grown] += 1
    taken = [12, 3, 24]
    assert (counts[taken] == 0).all()
    free = np.delete(counts, taken)
    assert ((free - free.mean()) ** 2 / free.mean()).sum() < 47  # 21 degrees of freedom, one chance in a thousand


def test_agents_do_not_block_but_walls_and_the_rim_do():
    world = placed([0, 1, 1], {20: 0, 24: 1}, 0)
    world.step(np.array([[EAST, WEST, NORTH]], np.int8))
    assert world.cell[0].tolist() == [1, 0, 1]
    codes_of(world)[1, 1] = WALL
    world.step(np.array([[SOUTH, NORTH, SOUTH]], np.int8))
    assert world.cell[0].tolist() == [1, 0, 1]


def test_an_agent_that_leaves_uncovers_the_floor_and_one_that_stays_keeps_the_other_covered():
    world = placed([7, 7], {20: 0, 24: 1}, 0)
    world.step(np.array([[EAST, STAY]], np.int8))
    assert codes_of(world)[1, 2:4].tolist() == [FLOOR + AGENT, FLOOR + AGENT]
    world.step(np.array([[EAST, SOUTH]], np.int8))
    assert codes_of(world)[1, 2:5].tolist() == [FLOOR, FLOOR, FLOOR + AGENT]
