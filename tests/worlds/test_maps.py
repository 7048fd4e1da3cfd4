"""Maps: connected, roomy enough, different in kind, drawn by the key alone, not shared between splits."""

import os
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from worlds import SPLITS, FunhouseError, OrchardConfig, dice, replay
from worlds.orchard.map_rows import read_map
from worlds.orchard.maps import MAP_KINDS, draw_map, is_connected, map_split, map_text, parse_map

SHAPES = [(11, 11), (9, 14), (17, 13)]


def drawn(kind: str, split: int, episode: int, shape=(11, 11), seed: int = 0) -> np.ndarray:
    """One episode's map."""
    config = OrchardConfig(map=kind, height=shape[0], width=shape[1])
    return draw_map(config, dice.key(seed, split, episode), split)


def pieces(walls: np.ndarray) -> int:
    """Into how many pieces the floor falls, by merging labels until nothing changes."""
    label = np.where(walls, 0, np.arange(1, walls.size + 1).reshape(walls.shape))
    while True:
        around = np.pad(label, 1)
        moved = [around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]]
        merged = np.where(walls, 0, np.maximum(label, np.max(moved, axis=0)))
        if (merged == label).all():
            return len(np.unique(label[~walls]))
        label = merged


@pytest.mark.parametrize("kind", [*MAP_KINDS, "mixed"])
@pytest.mark.parametrize("shape", SHAPES)
def test_maps_are_connected_and_have_room(kind, shape):
    room = OrchardConfig(map=kind, height=shape[0], width=shape[1]).room
    for episode in range(25):
        walls = drawn(kind, 0, episode, shape)
        assert walls.shape == shape
        assert walls.dtype == bool
        assert pieces(walls) == 1
        assert (~walls).sum() >= room


@given(arrays.arrays(bool, (5, 6), elements=st.integers(0, 2).map(lambda n: n == 0), fill=st.nothing()))
def test_is_connected_counts_pieces(walls):
    assert is_connected(walls) == (pieces(walls) == 1)


@pytest.mark.parametrize("kind", [*MAP_KINDS, "mixed"])
def test_splits_share_no_map(kind):
    shapes = [(11, 11), (5, 5)] if kind == "maze" else [(11, 11)]
    for shape in shapes:
        config = OrchardConfig(map=kind, height=shape[0], width=shape[1], kinds=1, fruits=1, agents=2)
        texts = [{map_text(draw_map(config, dice.key(3, split, e), split)) for e in range(150)} for split in range(3)]
        assert not texts[0] & texts[1]
        assert not texts[0] & texts[2]
        assert not texts[1] & texts[2]


def test_a_maps_split_is_a_function_of_the_map():
    for split in range(len(SPLITS)):
        assert {map_split(drawn("rooms", split, e)) for e in range(20)} == {split}
    shares = np.bincount([map_split(np.random.default_rng(e).random((11, 11)) < 0.3) for e in range(2000)])
    np.testing.assert_allclose(shares / 2000, [0.8, 0.1, 0.1], atol=0.03)


@pytest.mark.parametrize("kind", [*MAP_KINDS, "mixed"])
def test_a_map_is_a_function_of_its_key(kind):
    texts = [map_text(drawn(kind, 0, e)) for e in range(40)]
    assert texts == [map_text(drawn(kind, 0, e)) for e in range(40)]
    assert len(set(texts)) >= 35


def cross(walls: np.ndarray) -> bool:
    """Whether all walls stand in one row and one column, as do those between the rooms of a map of 11 x 11."""
    rest = [np.delete(np.delete(walls, r, 0), c, 1) for r in range(len(walls)) for c in range(len(walls.T))]
    return not all(part.any() for part in rest)


def looks_like(walls: np.ndarray) -> str:
    """The kind of a map, by its looks."""
    return "maze" if walls.mean() > 0.3 else "rooms" if cross(walls) and walls.sum() > 3 else "open"


def test_kinds_differ_and_mixed_holds_them_all():
    for kind in MAP_KINDS:
        assert {looks_like(drawn(kind, 0, e)) for e in range(30)} == {kind}
    looks = [looks_like(drawn("mixed", 0, e)) for e in range(90)]
    assert all(15 <= looks.count(kind) <= 45 for kind in MAP_KINDS)


def lines_between(length: int) -> list[tuple[int, ...]]:
    """Where the walls between rooms may stand: none, one that leaves two cells on each side, or some five apart."""
    inner = range(4, length - 3)
    several = [c for k in (2, 3, 4) for c in combinations(inner, k) if all(b - a >= 5 for a, b in pairwise(c))]
    return [(), *((at,) for at in range(2, length - 2)), *several]


def stretches(line: np.ndarray, crossings: tuple[int, ...]) -> list[np.ndarray]:
    """The parts of a wall between the walls that cross it."""
    return [np.delete(part, 0) if k else part for k, part in enumerate(np.split(line, crossings))]


def is_rooms(walls: np.ndarray, rows: tuple[int, ...], columns: tuple[int, ...]) -> bool:
    """Whether walls stand in those lines only and close no stretch between two rooms, nor open a crossing."""
    outside = np.delete(np.delete(walls, rows, 0), columns, 1)
    parts = [part for r in rows for part in stretches(walls[r], columns)]
    parts += [part for c in columns for part in stretches(walls[:, c], rows)]
    return not outside.any() and walls[np.ix_(rows, columns)].all() and not any(part.all() for part in parts)


@pytest.mark.parametrize("shape", [(8, 8), *SHAPES])
def test_rooms_have_straight_walls_and_a_door_in_each_stretch(shape):
    choices = list(product(*map(lines_between, shape)))
    for episode in range(25):
        walls = drawn("rooms", 0, episode, shape)
        assert walls.any()
        assert any(is_rooms(walls, *lines) for lines in choices if any(lines)), map_text(walls)
    assert not any(is_rooms(drawn("maze", 0, 0, shape), *lines) for lines in choices)


def test_a_stretch_without_a_door_makes_no_rooms():
    walls = np.zeros((8, 9), bool)
    walls[4, 1:] = walls[1:, 5] = True
    walls[6, 5] = False
    assert not is_rooms(walls, (4,), (5,))  # closed east of the crossing
    walls[4, 7] = False
    assert is_rooms(walls, (4,), (5,))
    assert not is_rooms(walls, (4,), ())


def test_a_wall_between_rooms_lies_open_for_a_door_and_a_third_of_the_rest():
    walls = np.array([drawn("rooms", 0, e, (5, 17)) for e in range(200)])  # columns of one stretch of five cells
    standing = walls.any(1)
    opened = (~walls).sum(1)[standing]
    assert (opened >= 1).all()
    assert abs(opened.mean() - (1 + 4 / 3)) < 0.15


def test_mazes_have_narrow_ways():
    walls = drawn("maze", 0, 1)
    squares = ~(walls[:-1, :-1] | walls[1:, :-1] | walls[:-1, 1:] | walls[1:, 1:])
    assert not squares.any()


@given(arrays.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)), fill=st.nothing()))
def test_text_gives_a_map_back(walls):
    if pieces(walls) == 1:
        np.testing.assert_array_equal(parse_map(map_text(walls)), walls)
    else:
        with pytest.raises(FunhouseError):
            parse_map(map_text(walls))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("...\n..", "line 2"),
        ("...\n.x.\n...", "'x' in line 2, column 2"),
        (".#.\n.#.\n.#.", "cannot be walked to"),
        ("###\n###", "cannot be walked to"),
        ("\n".join(["." * 40] * 40), "1600 cells"),
    ],
)
def test_a_bad_map_is_refused_with_its_place(text, said):
    with pytest.raises(FunhouseError, match=said) as caught:
        parse_map(text, place="house.txt")
    assert caught.value.place == "house.txt"
    assert caught.value.remedy


def test_a_map_file_gives_the_world_its_shape(tmp_path):
    path = tmp_path / "house.txt"
    path.write_text("........\n.####.#.\n........\n........\n")
    config = OrchardConfig(map=str(path), fruits=2, agents=3)
    assert config.shape == (4, 8)
    np.testing.assert_array_equal(draw_map(config, dice.key(0, 0, 0), 0), parse_map(read_map(str(path))))
    with pytest.raises(FunhouseError, match="cannot be read"):
        OrchardConfig(map=str(tmp_path / "absent.txt"))


HOUSE = ["......", ".##.#.", "......", "......"]
EDITORS = {
    "blanks at every end": "".join(f"{line}  \n" for line in HOUSE),
    "blanks at one end": "\n".join([HOUSE[0], HOUSE[1] + " \t ", *HOUSE[2:]]),
    "a tab at one end": "\n".join([HOUSE[0] + "\t", *HOUSE[1:]]),
    "byte order mark": "\ufeff" + "\n".join(HOUSE),
    "CRLF": "\r\n".join([*HOUSE, ""]),
    "CR": "\r".join([*HOUSE, ""]),
    "no last newline": "\n".join(HOUSE),
    "empty lines after": "\n".join([*HOUSE, "", "", "  ", ""]),
    "empty lines before": "\n".join(["", " ", *HOUSE]),
    "floor is blank": "......\n ## # \n      \n....  ",
    "a blank, then a tab": "...... \t\n.##.# \t\n......\n......",
    "floor is blank and cut": "\n".join(["#.....", ".##.# ", "......"]),
}


@pytest.mark.parametrize("editor", EDITORS)
def test_a_map_is_the_same_whatever_editor_wrote_it(tmp_path, editor):
    path = tmp_path / "house.txt"
    path.write_bytes(EDITORS[editor].encode())
    config = OrchardConfig(map=str(path), kinds=1, fruits=2, agents=2)
    house = ["#.....", ".##.#.", "......"] if "cut" in editor else HOUSE
    assert config.map == "\n".join(house)
    assert config.glass is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\n".join(HOUSE).encode("utf-16"), "UTF-16"),
        ("\n".join(HOUSE).encode("utf-16-le"), "column 2 of the map means nothing"),
        (b"\xff\xfe\xfd", "cannot be read"),
        ("ä".encode("latin-1") * 9, "cannot be read"),
        ("\n".join([*HOUSE, "      "]).encode(), "may be floor or nothing"),
        (b"\n \t\n", "empty"),
        (b"." * (1 << 20), "larger than 256 KiB"),
        (b"..\x1b[2J\n.....", "'\\x1b' in line 1, column 3"),
        (b"......\n.\t   .\n......", "line 2, column 2"),
        (b"......\n..\t   \n......", "line 2 of the map has 2"),
    ],
)
def test_a_file_that_is_no_map_is_refused_in_words(tmp_path, content, said):
    path = tmp_path / "house.txt"
    path.write_bytes(content)
    with pytest.raises(FunhouseError) as caught:
        OrchardConfig(map=str(path))
    assert said in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_nothing_but_a_file_is_read_as_a_map(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("link")
    for path in ("/dev/zero", "/dev/null", "/dev/tty", str(tmp_path), str(tmp_path / "pipe"), str(tmp_path / "link"),
                 "", "no\0path", "x" * 5000):  # fmt: skip
        with pytest.raises(FunhouseError, match="cannot be read") as caught:
            OrchardConfig(map=path)
        assert caught.value.remedy


def test_a_map_without_room_for_all_is_refused_before_a_cell_is_looked_for():
    config = OrchardConfig(map="open", height=3, width=3, kinds=1, fruits=2, agents=2)
    action, value = np.zeros((2, 2), np.int8), np.ones((2, 1), np.float32)
    for free in range(config.room):
        walls = np.arange(9).reshape(3, 3) >= free
        with pytest.raises(FunhouseError, match=f"has {free} cells"):
            replay(config, walls, 0, action, value)
    cell, *_ = replay(config, np.arange(9).reshape(3, 3) >= config.room, 0, action, value)
    assert len(cell) == 2


def test_a_map_file_without_room_is_refused(tmp_path):
    path = tmp_path / "closet.txt"
    path.write_text("....\n....\n####\n####\n####\n")
    assert OrchardConfig(map=str(path), fruits=2, agents=1).room == 8
    with pytest.raises(FunhouseError, match="few enough for its 8 cells of floor: with 3 agents 10") as caught:
        OrchardConfig(map=str(path), fruits=2, agents=3)
    assert caught.value.place == str(path)


@pytest.mark.parametrize("drawn", ["....\n....\n", "..\n..\n..\n"])
def test_a_map_file_that_is_too_small_is_named(tmp_path, drawn):
    path = tmp_path / "closet.txt"
    path.write_text(drawn)
    with pytest.raises(FunhouseError, match="draw 3 or more") as caught:
        OrchardConfig(map=str(path), kinds=1, fruits=1, agents=1)
    assert caught.value.place == str(path)


def test_a_world_without_room_is_refused():
    with pytest.raises(FunhouseError, match="has room"):
        draw_map(OrchardConfig(map="maze", height=9, width=9, agents=8, fruits=20), dice.key(0, 0, 0), 0)
