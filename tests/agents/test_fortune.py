"""What chance does between a choice and what comes of it: slips, hollow fruits and the compass, in world and log."""

from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from agents.orchard.drawing_strangers import StrangersConfig
from agents.orchard.live_episode import Match
from agents.orchard.presets import preset
from agents.orchard.rollout import RunConfig, play
from agents.orchard.wishes_in_log import check_alone
from agents.recording import record, verify
from worlds import FunhouseError, Orchard, OrchardConfig, dice, open_log, replay
from worlds.orchard.fortune import TURNED, way_of

OPEN = OrchardConfig(height=9, width=9, map="open", kinds=2, fruits=3, agents=3, steps=40, moves=8)
ALL = replace(OPEN, slip=0.3, luck=0.4, compass=True)
DELTA = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
EAST, NORTHEAST, STAY = 4, 6, 0


def steps_of(config: OrchardConfig, action: int, episodes: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Where agents who do one thing go: the index of each first step that no wall stopped, and its world."""
    world = Orchard(config, 7, batch=episodes)
    before = world.cell.astype(int)
    world.step(np.full(before.shape, action, np.int8))
    after = world.cell.astype(int)
    row, column = after // 9 - before // 9, after % 9 - before % 9
    went = np.array([[DELTA.index(d) for d in zip(*both, strict=True)] for both in zip(row, column, strict=True)])
    free = np.array([
        [all(0 <= x + d < 9 and not wall[x + d, y + e] for d, e in DELTA if 0 <= y + e < 9) and 0 < y < 8
         for x, y in zip(cell // 9, cell % 9, strict=True)]
        for wall, cell in zip(world.walls, before, strict=True)
    ])  # fmt: skip
    which = np.repeat(np.arange(episodes)[:, None], before.shape[1], axis=1)
    return went[free], which[free]


def test_a_slip_is_uniform_over_all_actions_and_comes_as_often_as_is_said():
    went, _ = steps_of(replace(OPEN, slip=0.5), EAST)
    share = np.bincount(went, minlength=9) / len(went)
    expected = np.where(np.arange(9) == EAST, 0.5 + 0.5 / 9, 0.5 / 9)
    assert len(went) > 200
    assert (abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / len(went))).all()
    assert {STAY, EAST} <= set(steps_of(replace(OPEN, slip=0.5), STAY)[0].tolist())


def test_the_compass_turns_every_move_of_an_episode_by_the_same_eighths_and_all_eight_ways_come():
    config = replace(OPEN, compass=True)
    keys = Orchard(config, 7, batch=300).key
    ways = np.array([way_of(config, key) for key in keys])
    assert (np.bincount(ways, minlength=8) > 15).all()
    for action in (STAY, EAST, NORTHEAST):
        went, which = steps_of(config, action)
        assert np.array_equal(went, TURNED[ways[which], action])
    assert TURNED[1, 1] == NORTHEAST
    assert TURNED[2, 1] == EAST
    assert {tuple(sorted(row)) for row in TURNED.tolist()} == {tuple(range(9))}


def test_a_hollow_fruit_is_eaten_and_worth_nothing_as_often_as_is_said():
    world, plain = (Orchard(config, 3, batch=60) for config in (replace(OPEN, luck=0.4), OPEN))
    eaten = hollow = 0
    for action in np.random.default_rng(0).integers(0, 9, (40, 60, 3)).astype(np.int8):
        world.step(action)
        plain.step(action)
        assert np.array_equal(world.cell, plain.cell) and np.array_equal(world.eaten, plain.eaten)  # noqa: PT018
        assert not (world.fate.hollow & (world.eaten < 0)).any()
        eaten, hollow = eaten + (world.eaten >= 0).sum(), hollow + world.fate.hollow.sum()
    assert abs(hollow / eaten - 0.4) < 4 * np.sqrt(0.24 / eaten)


def test_the_batched_world_and_the_replay_agree():
    world, action = Orchard(ALL, 5, batch=2), np.random.default_rng(1).integers(0, 9, (40, 2, 3)).astype(np.int8)
    cells, got = [], []
    for row in action:
        cells.append(world.cell[1].copy())
        world.step(row)
        got.append((world.eaten[1] >= 0) & ~world.fate.hollow[1])
    cell, _, reward = replay(ALL, world.walls[1], world.key[1], action[:, 1], np.ones((3, 2), np.float32))
    assert np.array_equal(cell, cells)
    assert np.array_equal(reward, got)


@pytest.mark.parametrize("strangers", [None, StrangersConfig(0.5)])
def test_a_log_holds_the_choices_the_compass_and_the_hollow_fruits_and_verifies(tmp_path, strangers):
    _, policy, population = preset("blind", split="train")
    run = RunConfig(ALL, replace(policy, traits=("taste", "blindness")), population, 3, strangers=strangers)
    record(run, tmp_path / "log", 3)
    assert verify(tmp_path / "log")["verified"]
    log = open_log(tmp_path / "log")
    compass = pq.read_table(tmp_path / "log" / "episodes-00000.parquet")["compass"].to_pylist()
    for logged, way in zip(log, compass, strict=True):
        lived = play(run, logged.index)
        assert logged.compass == way == way_of(ALL, logged.seed)
        for field in ("cell", "board", "action", "reward", "hollow"):
            assert np.array_equal(getattr(logged, field), getattr(lived, field))
        assert not logged.reward[logged.hollow].any()
    assert any(logged.hollow.any() for logged in log)


def test_actions_that_are_given_as_copies_of_a_mind_have_theirs_slip_too():
    run = RunConfig(replace(ALL, steps=12), preset("blind")[1])
    match = Match(run, 0)
    match.given[:] = EAST
    match.play(12)
    episode = match.episode()
    assert (episode.action == EAST).all()
    cell, *_ = replay(run.orchard, episode.walls, episode.seed, episode.action, np.ones((3, 2), np.float32))
    assert np.array_equal(episode.cell, cell)
    assert len(set(np.diff(cell[:, 0]).tolist())) > 2


def test_streams_of_chance_are_apart_and_the_old_ones_are_as_they_were():
    assert (dice.MAP, dice.TIE, dice.REGROW, dice.ACTION, dice.MARK, dice.STRANGER) == (0, 3, 4, 5, 14, 15)
    assert (dice.SLIP, dice.SLIPPED, dice.LUCK, dice.COMPASS) == (16, 17, 18, 19)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"slip": 1.0}, "slip.*below 1"),
        ({"slip": -0.1}, "slip.*at least 0"),
        ({"luck": float("nan")}, "luck"),
        ({"luck": 1.0}, "luck.*below 1"),
        ({"compass": True}, "compass.*moves = 8"),
        ({"slip": 0.1, "marks": 0.1}, "slip.*marks or mirrors"),
        ({"luck": 0.1, "mirrors": True, "map": "....|\n" * 5}, "luck.*mirrors"),
    ],
)
def test_settings_that_make_no_world_are_refused_by_name(settings, said):
    with pytest.raises(FunhouseError, match="(?s)" + said):
        OrchardConfig(**settings)


def test_the_options_are_written_down_only_where_they_are_used():
    assert not {"slip", "luck", "compass"} & set(OrchardConfig().to_dict())
    assert OrchardConfig.from_dict(ALL.to_dict()) == ALL


@pytest.mark.parametrize("option", [{"slip": 0.2}, {"compass": True}])
def test_no_exact_answer_to_a_wish_is_claimed_where_moves_are_not_sure(option):
    alone = replace(OPEN, agents=1, regrow=False)
    policy = preset("blind")[1]
    check_alone(play(RunConfig(alone, policy), 0))
    with pytest.raises(FunhouseError, match="moves are not sure"):
        check_alone(play(RunConfig(replace(alone, **option), policy), 0))
