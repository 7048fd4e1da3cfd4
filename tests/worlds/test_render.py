"""Pictures: every cell shows what is there, agents keep their colours, the unseen lies in shade."""

import re

import numpy as np
import pytest

from agents.orchard.presets import preset
from agents.orchard.run import RunConfig
from agents.registry import played
from worlds import KINDS, FunhouseError, OrchardConfig
from worlds.drawing import sprites
from worlds.drawing.frame import Frame, agent_colours, glances, initials
from worlds.drawing.render import FRUIT_MARK, ansi, image
from worlds.drawing.sprites import TILE

NAMES = ["Ada", "Bo", "Bea", "Cy"]


def frame(**changes) -> Frame:
    """A 5 x 6 world with a wall, one fruit of each kind and four agents, two of them on one cell."""
    walls = np.zeros((5, 6), bool)
    walls[2, :4] = True
    fruit = np.full((5, 6), -1, np.int8)
    fruit[0] = range(6)
    parts = {
        "walls": walls,
        "fruit": fruit,
        "position": np.array([[1, 1], [3, 3], [4, 5], [4, 5]]),
        "names": NAMES,
    }
    return Frame(**(parts | changes))


def tile(picture: np.ndarray, row: int, column: int, scale: int = 2) -> np.ndarray:
    """The pixels of one cell."""
    side, rim = TILE * scale, TILE * scale // 2
    return picture[rim + row * side : rim + (row + 1) * side, rim + column * side : rim + (column + 1) * side]


def holds(pixels: np.ndarray, colour) -> bool:
    """Whether any pixel has a colour."""
    return bool((pixels == np.array(colour, np.uint8)).all(-1).any())


def plain(painted: str) -> str:
    """Text without its escape codes."""
    return re.sub(r"\x1b\[[0-9;]*m", "", painted)


def test_text_shows_every_cell_and_names_everybody():
    lines = ansi(frame(), colour=False).splitlines()
    assert lines[0] == lines[6] == "#" * 16
    assert lines[1] == "##" + "".join(f"{mark} " for mark in FRUIT_MARK) + "##"
    assert lines[2] == "##· A · · · · ##"
    assert lines[3] == "##" + "#" * 8 + "· · ##"
    assert lines[4] == "##· · · Bo· · ##"
    assert lines[5] == "##· · · · · BC##"
    assert all(name in lines[7] for name in NAMES)


def test_colour_changes_no_letter():
    painted = [line.rstrip() for line in plain(ansi(frame())).splitlines()]
    assert painted == ansi(frame(), colour=False).splitlines()


def test_an_image_has_a_tile_for_each_cell_and_a_rim():
    for scale in (1, 3):
        picture = image(frame(), scale)
        assert picture.shape == (6 * TILE * scale, 7 * TILE * scale, 3)
        assert picture.dtype == np.uint8


def test_every_fruit_is_drawn_in_its_colour_and_its_own_shape():
    picture = image(frame())
    shapes = set()
    for kind, colour in enumerate(sprites.FRUIT_COLOUR):
        assert holds(tile(picture, 0, kind), colour)
        assert not any(holds(tile(picture, 0, kind), other) for other in sprites.FRUIT_COLOUR if other != colour)
        shapes.add(sprites.sprite(sprites.FRUIT[kind]).tobytes())
    assert len(shapes) == len(sprites.FRUIT) == len(FRUIT_MARK) == len(KINDS)


def test_agents_are_drawn_where_they_stand_in_their_own_colours():
    picture, colours = image(frame()), agent_colours(4)
    stands = {(1, 1): [0], (3, 3): [1], (4, 5): [2, 3]}
    for cell in np.ndindex(5, 6):
        assert [i for i in range(4) if holds(tile(picture, *cell), colours[i])] == stands.get(cell, [])


def test_a_crowd_shows_three_and_a_plus():
    position = np.full((6, 2), 3)
    picture = image(frame(position=position, names=list("ABCDEF")))
    shown = [holds(tile(picture, 3, 3), colour) for colour in agent_colours(6)]
    assert shown == [True, True, True, False, False, False]
    assert "A+" in ansi(frame(position=position, names=list("ABCDEF")), colour=False)


@pytest.mark.parametrize("count", [2, 8, 24, 64])
def test_colours_are_stable_and_apart(count):
    colours = np.array(agent_colours(count))
    assert agent_colours(count) == agent_colours(64)[:count]
    apart = np.abs(colours[:, None] - colours[None]).sum(-1)[~np.eye(count, dtype=bool)]
    assert apart.min() > {2: 150, 8: 90, 24: 45, 64: 25}[count]


def test_initials_tell_agents_apart():
    assert initials(NAMES) == ["A", "Bo", "Be", "C"]
    assert initials([f"agent_{i}" for i in range(12)])[9:] == ["9", "10", "11"]
    assert initials(["Ada", "Ivy"]) == ["A", "I"]


def test_eyes_follow_the_last_action():
    still = image(frame(action=np.zeros(4, int)))
    looks = {image(frame(action=np.array([a, 0, 0, 0]))).tobytes() for a in range(5)}
    assert len(looks) == 5
    east = image(frame(action=np.array([4, 0, 0, 0])))
    rows, columns = np.nonzero((still != east).any(-1))
    assert set(zip(rows // TILE // 2, columns // TILE // 2, strict=True)) <= {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_the_unseen_lies_in_shade_but_walls_beside_the_seen_do_not():
    seen = np.zeros((5, 6), bool)
    seen[:2, :3] = True
    clear, shaded = image(frame()), image(frame(seen=seen))
    for cell in np.ndindex(5, 6):
        lit = seen[cell] or (cell[0] == 2 and cell[1] < 4)
        assert np.array_equal(tile(clear, *cell), tile(shaded, *cell)) == lit
        if not lit:
            assert tile(shaded, *cell).mean() < tile(clear, *cell).mean() - 20
    assert ansi(frame(seen=seen)) != ansi(frame())
    assert plain(ansi(frame(seen=seen))) == plain(ansi(frame()))


def test_a_scene_of_an_episode_shows_its_step(episode):
    told = episode(0)
    for step in (0, 5):
        shown = Frame.of(told, step)
        np.testing.assert_array_equal(shown.fruit, told.fruit[step])
        np.testing.assert_array_equal(shown.position, told.position[step])
    assert Frame.of(told, 0).action is None
    np.testing.assert_array_equal(Frame.of(told, 5).action, told.action[4])
    with pytest.raises(FunhouseError, match="no step 10"):
        Frame.of(told, 10)
    with pytest.raises(FunhouseError, match="nobody is called"):
        Frame.of(told, 0, "Nobody")


def test_a_viewer_sees_as_far_as_its_type_does(episode):
    for index in range(6):
        told = episode(index)
        for name, agent in zip(told.names, told.agents, strict=True):
            seen = Frame.of(told, 3, name).seen
            row, column = told.position[3, told.find(name)]
            radius = told.config.sights[agent.type["sight"] == "far"]
            rows, columns = np.nonzero(seen)
            assert seen[row, column]
            assert max(np.abs(rows - row).max(), np.abs(columns - column).max()) <= radius
            sight = int(agent.type["sight"] == "far")
            assert seen.sum() == told.geometry.seen[sight, told.cell[3, told.find(name)]]


def test_a_scene_that_does_not_fit_together_is_refused():
    with pytest.raises(FunhouseError, match="make no frame"):
        frame(names=["Ada"])
    with pytest.raises(FunhouseError, match="make no frame"):
        frame(fruit=np.zeros((2, 2), np.int8))
    with pytest.raises(FunhouseError, match=r"seen \(6, 5\)"):
        frame(seen=np.zeros((6, 5), bool))


def test_every_letter_and_digit_has_a_glyph_of_its_own():
    marks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?+"
    assert len({sprites.glyphs(mark).tobytes() for mark in marks}) == len(marks)
    assert sprites.glyphs("ab").shape == (7, 11)
    np.testing.assert_array_equal(sprites.glyphs("é"), sprites.glyphs("?"))


def test_eyes_look_where_a_diagonal_step_led_and_a_wash_leads_nowhere():
    eight, marked = OrchardConfig(moves=8), OrchardConfig(marks=0.5)
    assert glances(np.array([0, 4, 5, 8]), eight).tolist() == [0, 4, 5, 8]
    assert glances(np.array([0, 4, 5]), marked).tolist() == [0, 4, 0]
    looks = [image(frame(action=np.array([look, 0, 0, 0]))) for look in range(9)]
    assert len({look.tobytes() for look in looks}) == 9


def test_a_viewer_is_shown_no_fruit_of_the_kind_it_is_blind_to():
    orchard, policy, population = preset("blind", {"steps": 2})
    (episode,) = played(RunConfig(orchard, policy, population, 1, "test"), range(1))
    for agent in episode.agents:
        kind = KINDS.index(agent.type["blindness"])
        assert (episode.fruit[1] == kind).any()
        assert not (Frame.of(episode, 1, agent.name).fruit == kind).any()
        assert np.array_equal(Frame.of(episode, 1).fruit, episode.fruit[1])
