"""Without regrowth an eaten fruit is gone for good: in the batch, in the record, in what a population lives through."""

from dataclasses import replace

import numpy as np
import pytest

from agents.orchard.rollout import RunConfig, play
from agents.recording import record, verify
from worlds import FunhouseError, Orchard, OrchardConfig, open_log, replay

GONE = OrchardConfig(height=5, width=5, map="open", kinds=2, fruits=3, agents=2, steps=60, regrow=False)


def fruits_of(board: np.ndarray) -> np.ndarray:
    """How many fruits of each kind there are, (..., kinds)."""
    return np.bitwise_count(board).sum(-1).astype(int)


@pytest.mark.parametrize("moves", [4, 8])
def test_what_is_eaten_is_gone_in_the_batched_world_and_in_its_replay(moves):
    config = replace(GONE, moves=moves)
    world = Orchard(config, 4, batch=2)
    action = np.random.default_rng(0).integers(0, 1 + moves, (60, 2, 2)).astype(np.int8)
    left, boards = np.full((2, 2), 3), []
    for row in action:
        boards.append(world.board[1].copy())
        world.step(row)
        for b in range(2):
            left[b] -= np.bincount(world.eaten[b][world.eaten[b] >= 0], minlength=2)
        assert np.array_equal(fruits_of(world.board), left)
    assert left.sum() < 6
    worth = np.ones((2, 2), np.float32)
    _, board, reward = replay(config, world.walls[1], world.key[1], action[:, 1], worth)
    assert np.array_equal(board, boards)
    assert reward.sum() == 6 - left[1].sum()


def test_a_population_eats_its_orchard_empty_and_goes_on_and_its_log_verifies(tmp_path):
    run = RunConfig(GONE, seed=3)
    record(run, tmp_path / "log", 2)
    log = open_log(tmp_path / "log")
    assert log.config["orchard"]["regrow"] is False
    assert verify(tmp_path / "log")["verified"]
    for logged in log:
        count = fruits_of(logged.board)
        assert (np.diff(count, axis=0) <= 0).all()
        assert count[-1].sum() < count[0].sum() == 6
        assert np.array_equal(logged.board, play(run, logged.index).board)


def test_the_option_is_written_down_only_where_nothing_regrows():
    assert "regrow" not in OrchardConfig().to_dict()
    assert GONE.to_dict()["regrow"] is False
    assert OrchardConfig.from_dict(GONE.to_dict()) == GONE
    with pytest.raises(FunhouseError, match="regrow"):
        OrchardConfig(regrow=3)  # type: ignore[arg-type]
