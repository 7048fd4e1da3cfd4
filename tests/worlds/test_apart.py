"""Maps that are apart: their splits lie three cells from one another, however maps are turned, and are drawn alike."""

import hashlib
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from worlds import SPLITS, FunhouseError, OrchardConfig, check_disjoint, dice, map_distance, open_log
from worlds.orchard.apart import APART, fewest_cells, split_apart, turned
from worlds.orchard.maps import MAP_KINDS, draw_map, map_text

SMALL = OrchardConfig(height=7, width=9, map="open", fruits=2, agents=3, steps=10, apart=True)
SIZES = st.tuples(st.integers(1, 7), st.integers(1, 7))
WALLS = SIZES.flatmap(lambda size: arrays.arrays(bool, size))


def drawn(kind: str, split: int, episodes: int, size: int = 8, **settings) -> np.ndarray:
    config = OrchardConfig(map=kind, height=size, width=size, apart=True, **settings)
    return np.array([draw_map(config, dice.key(0, split, e), split) for e in range(episodes)])


def turns(walls: np.ndarray) -> list[np.ndarray]:
    """All eight, by turning and reflecting."""
    return [np.rot90(side, k) for side in (walls, walls.T) for k in range(4)]


@pytest.mark.parametrize("shape", [(3, 3), (3, 4), (4, 4)])
def test_no_two_changes_lead_from_a_map_of_one_split_to_one_of_another(shape):
    """Of every board there is; with the next test, so it is however either map is turned."""
    cells = shape[0] * shape[1]
    codes = np.arange(1 << cells)
    splits = np.array([split_apart((code >> np.arange(cells) & 1).reshape(shape).astype(bool)) for code in codes])
    assert set(splits) == {-1, 0, 1, 2}
    for few in (1, 2):
        for changed in combinations(range(cells), few):
            other = splits[codes ^ sum(1 << cell for cell in changed)]
            assert not ((splits != other) & (splits >= 0) & (other >= 0)).any()


@given(WALLS)
def test_turning_a_map_leaves_it_in_its_split(walls):
    assert {split_apart(one) for one in turns(walls)} == {split_apart(walls)}


@given(WALLS)
def test_a_map_is_turned_into_all_it_can_be(walls):
    lying = [one for one in turns(walls) if one.shape[0] <= one.shape[1]]
    found = turned(walls[None])[0]
    assert {one.tobytes() for one in found} == {one.tobytes() for one in lying}
    assert len(found) == (8 if walls.shape[0] == walls.shape[1] else 4)


@given(SIZES.flatmap(lambda size: st.tuples(*2 * [arrays.arrays(bool, st.just((3, *size)))])), st.booleans())
def test_fewest_cells_are_those_of_the_closest_pair(both, stand):
    maps, others = both
    others = others.transpose(0, 2, 1) if stand else others
    pairs = product(maps, others)
    cells = min((a != one).sum() for a, b in pairs for one in turns(b) if one.shape == a.shape)
    found = fewest_cells(maps, others)
    assert found is not None
    one, other = maps[found[1]], others[found[2]]
    assert found[0] == cells == min((one != o).sum() for o in turns(other) if o.shape == one.shape)


def test_maps_of_other_sizes_have_no_distance():
    assert fewest_cells(np.zeros((2, 3, 4), bool), np.zeros((2, 3, 5), bool)) is None
    assert fewest_cells(np.zeros((2, 3, 4), bool), np.zeros((0, 3, 4), bool)) is None


@pytest.mark.parametrize("kind", [*MAP_KINDS, "mixed"])
def test_drawn_maps_of_different_splits_are_apart_and_have_about_as_many_walls(kind):
    maps = [drawn(kind, split, 400) for split in range(len(SPLITS))]
    for split, some in enumerate(maps):
        assert {split_apart(walls) for walls in some} == {split}
        assert len({walls.tobytes() for walls in some}) > 50
    assert min(fewest_cells(*two)[0] for two in combinations(maps, 2)) >= APART  # type: ignore[index]
    walls = [some.sum((1, 2)).mean() for some in maps]
    assert max(walls) - min(walls) < (0.6 if kind != "mixed" else 3)


def test_each_split_has_every_kind_of_map_as_often():
    for split in range(len(SPLITS)):
        mazes = drawn("mixed", split, 300).mean((1, 2)) > 0.3
        assert mazes.mean() == pytest.approx(1 / 3, abs=0.09)


def test_mixed_maps_are_of_the_kinds_that_have_room():
    assert drawn("mixed", 2, 40, fruits=15).mean((1, 2)).max() < 0.3  # no maze has room for so many


def test_a_split_without_such_a_map_is_refused_by_name():
    with pytest.raises(FunhouseError, match="no map 'rooms' of 3 x 3 in the test split"):
        drawn("rooms", 2, 1, 3, kinds=1, fruits=1, agents=1)


def test_maps_that_need_not_be_apart_are_those_of_before():
    told = hashlib.sha256()
    for kind, split, episode in product((*MAP_KINDS, "mixed"), range(3), range(20)):
        walls = draw_map(OrchardConfig(map=kind), dice.key(0, split, episode), split)
        told.update(map_text(walls).encode())
    assert told.hexdigest() == "74cc459e2720978eebe8750722b94ae93c30c3c942b4bcc7a8a3949e654b29c2"


def test_apart_is_written_down_only_where_it_is_on():
    assert "apart" not in OrchardConfig().to_dict()
    assert OrchardConfig.from_dict(SMALL.to_dict()) == SMALL


@pytest.fixture
def logs(tmp_path, write, episode):
    """logs(world, change): a training log of eight episodes, and a test log whose second map is what `change` makes
    of the third training map."""

    def logs(world, change):
        def closer(index, split, seed, world):
            one = episode(index, split, seed, world)
            walls = change(episode(2, "train", 0, world).walls)
            return replace(one, walls=walls) if index == 1 else one

        write(tmp_path / "train", 8, "train", 0, world)
        write(tmp_path / "test", 3, "test", 0, world, closer)
        return [open_log(tmp_path / split) for split in ("train", "test")]

    return logs


def in_two_cells(walls: np.ndarray) -> np.ndarray:
    changed = walls[::-1, ::-1].copy()
    changed[0, :2] ^= True
    return changed


def test_a_test_map_two_cells_from_a_training_map_turned_is_refused(logs, tmp_path):
    similar = logs(SMALL, in_two_cells)
    with pytest.raises(FunhouseError, match="differ in 2 cells, turned or reflected, and not in 3") as caught:
        check_disjoint(similar)
    assert f"{tmp_path / 'train'} episode 2, {tmp_path / 'test'} episode 1" in str(caught.value)
    assert map_distance(similar) == 2


def test_logs_that_say_nothing_of_maps_apart_may_hold_similar_ones(logs):
    similar = logs(replace(SMALL, apart=False), in_two_cells)
    check_disjoint(similar)
    assert map_distance(similar) == 2


def test_logs_apart_pass_and_tell_how_far(tmp_path, write):
    for split in SPLITS:
        write(tmp_path / split, 8, split, 0, SMALL)
    logs = [open_log(tmp_path / split) for split in SPLITS]
    check_disjoint(logs)
    assert map_distance(logs) >= APART
    assert map_distance(logs[:1]) is None


def test_maps_that_the_user_drew_have_no_distance(tmp_path, write):
    (tmp_path / "map.txt").write_text("#.....\n" * 5)
    world = OrchardConfig(map=str(tmp_path / "map.txt"), fruits=1, agents=2, steps=3, apart=True)
    for split in ("train", "test"):
        write(tmp_path / split, 2, split, 0, world)
    logs = [open_log(tmp_path / split) for split in ("train", "test")]
    check_disjoint(logs)
    assert map_distance(logs) is None
